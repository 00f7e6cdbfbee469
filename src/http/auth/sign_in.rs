//! Signing in and out, who one is, and one's own password.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::fields::Fields;
use super::{Asked, answered, no_content};
use crate::access::{Actor, Error, Role, User, Via, csrf_token, expiry};
use crate::http::answer::Refusal;
use crate::http::guard::{self, cookie, origin};
use crate::http::perimeter;
use crate::records::FieldErrors;

/// A token for a name and a password, as Django REST framework's `obtain_auth_token` gives it.
pub async fn token(asked: &Asked<'_, '_>, data: Data<'_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let known = ["username", "password", "name", "expires"];
    let mut fields = Fields::read(asked.app, asked.request, data, &known).await?;
    let (username, password) = (fields.required("username"), fields.required("password"));
    let name = fields.optional("name");
    let expires = fields.optional("expires");
    let expires = fields.parsed("expires", expires, |text| expiry::parse(text, asked.now));
    fields.done()?;
    let user = sign_in(asked, &username, &password).await?;
    let access = &asked.app.access;
    let secret = access
        .create_token_at_sign_in(&user, name.as_deref(), expires, &actor(asked, &user), asked.now)
        .await?;
    Ok(answered(Status::Ok, &json!({ "token": secret.reveal() })))
}

/// A session for a name and a password: its cookie, and who one is now.
pub async fn login(asked: &Asked<'_, '_>, data: Data<'_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    origin::check_sign_in(asked.app, asked.request)?;
    let mut fields = Fields::read(asked.app, asked.request, data, &["username", "password"]).await?;
    let (username, password) = (fields.required("username"), fields.required("password"));
    fields.done()?;
    let user = sign_in(asked, &username, &password).await?;
    let client = perimeter::client(asked.request);
    // Never the cookie that the client came with: somebody else may have put it there.
    let before = asked.request.cookies().get(cookie::name(client));
    let before = before.map(|cookie| cookie.value());
    let access = &asked.app.access;
    let secret = access
        .open_session(&user, before, &actor(asked, &user), asked.now)
        .await?;
    let mut body = described(
        Some((&user.name, user.email.as_deref())),
        user.role,
        "session",
        Json::Null,
    );
    tell_csrf_token(&mut body, secret.reveal());
    let mut response = answered(Status::Ok, &body);
    response.set_raw_header("Set-Cookie", cookie::of_session(client, secret.reveal()));
    Ok(response)
}

/// Ends the session that asks.
pub async fn logout(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let Some(id) = session(asked) else {
        let said = "A token has no session to end. Revoke it under /api/auth/tokens/.";
        return Err(Refusal::new(Status::BadRequest, said));
    };
    asked.app.access.close_session(id, &asked.actor(), asked.now).await?;
    Ok(without_cookie(asked))
}

/// Ends every session of the account that asks.
pub async fn logout_everywhere(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let account = guard::caller(asked.request).account().ok_or_else(nobodys)?;
    let access = &asked.app.access;
    access.close_sessions(account.id, &asked.actor(), asked.now).await?;
    Ok(without_cookie(asked))
}

/// Who asks.
pub fn me(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let caller = guard::caller(asked.request);
    let (Some(role), Some(who)) = (caller.role, &caller.who) else {
        return Err(Refusal::lacking_role(caller));
    };
    let user = match &who.account {
        Some(account) => Some(asked.app.access.user(account.id)?),
        None => None,
    };
    let account = user.as_ref().map(|user| (user.name.as_str(), user.email.as_deref()));
    let (via, token) = match &who.via {
        Via::Token { id, name, .. } => ("token", json!({ "id": id, "name": name })),
        Via::Session { .. } => ("session", Json::Null),
    };
    let mut body = described(account, role, via, token);
    let cookie = cookie::name(perimeter::client(asked.request));
    if let (Via::Session { .. }, Some(secret)) = (&who.via, asked.request.cookies().get(cookie)) {
        tell_csrf_token(&mut body, secret.value());
    }
    Ok(answered(Status::Ok, &body))
}

/// Adds what a page shows with its requests when its browser says nothing of where they come from.
fn tell_csrf_token(body: &mut Json, secret: &str) {
    if let Some(body) = body.as_object_mut() {
        body.insert("csrf_token".to_owned(), json!(csrf_token(secret)));
    }
}

/// Another password for the account that asks, which must know the one it has.
pub async fn password(asked: &Asked<'_, '_>, data: Data<'_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let account = guard::caller(asked.request).account().ok_or_else(nobodys)?;
    let mut fields = Fields::read(asked.app, asked.request, data, &["old_password", "new_password"]).await?;
    let (old, new) = (fields.required("old_password"), fields.required("new_password"));
    fields.done()?;
    let user = match sign_in(asked, &account.name, &old).await {
        Ok(user) => user,
        Err(Error::WrongCredentials) => return Err(FieldErrors::one("old_password", "Wrong password.").into()),
        Err(error) => return Err(error.into()),
    };
    let access = &asked.app.access;
    access
        .change_own_password(&user, &new, session(asked), &asked.actor(), asked.now)
        .await?;
    Ok(no_content())
}

async fn sign_in(asked: &Asked<'_, '_>, username: &str, password: &str) -> Result<User, Error> {
    let address = perimeter::client(asked.request).address;
    asked.app.access.sign_in(username, password, address, asked.now).await
}

/// Whoever has just signed in.
fn actor(asked: &Asked<'_, '_>, user: &User) -> Actor {
    Actor {
        name: Some(user.name.clone()),
        address: Some(perimeter::client(asked.request).address),
    }
}

/// The session that asks, when it is one.
fn session(asked: &Asked<'_, '_>) -> Option<i64> {
    match guard::caller(asked.request).who.as_ref()?.via {
        Via::Session { id } => Some(id),
        Via::Token { .. } => None,
    }
}

fn without_cookie(asked: &Asked<'_, '_>) -> Response<'static> {
    let mut response = no_content();
    if session(asked).is_some() {
        response.set_raw_header("Set-Cookie", cookie::ended(perimeter::client(asked.request)));
    }
    response
}

fn described(account: Option<(&str, Option<&str>)>, role: Role, via: &str, token: Json) -> Json {
    json!({
        "username": account.map(|(name, _)| name),
        "role": role.name(),
        "email": account.and_then(|(_, email)| email),
        "via": via,
        "token": token,
    })
}

fn nobodys() -> Refusal {
    Refusal::new(Status::Forbidden, "This token belongs to no account.")
}
