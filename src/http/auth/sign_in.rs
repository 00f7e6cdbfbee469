//! Signing in and out, the caller's account, and its password.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use crate::access::{Actor, AuthMethod, Error, Role, User, csrf_token, expiry};
use crate::fields::FieldErrors;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::guard::{cookie, origin};
use crate::http::response::{self, ApiError};
use crate::http::{body, ingress};

/// Creates a token for a name and a password, and answers as Django REST framework's `obtain_auth_token` does.
pub async fn token(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let body = body::receive(context.app, context.request, data).await?;
    let mut fields = FieldReader::of_body(&body)?;
    fields.only(&["username", "password", "name", "expires"]);
    let (username, password) = (fields.required_text("username"), fields.required_text("password"));
    let name = fields.text("name");
    let expires = fields.parsed_text("expires", |text| expiry::parse(text, context.now));
    fields.finish()?;
    let user = sign_in(context, &username, &password).await?;
    let access = &context.app.access;
    let secret = access
        .create_token_at_sign_in(&user, name.as_deref(), expires, &actor(context, &user), context.now)
        .await?;
    Ok(response::json(Status::Ok, &json!({ "token": secret.reveal() })))
}

/// Opens a session for a name and a password: sets its cookie and describes the caller.
pub async fn login(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    origin::check_sign_in(context.app, context.request)?;
    let body = body::receive(context.app, context.request, data).await?;
    let mut fields = FieldReader::of_body(&body)?;
    fields.only(&["username", "password"]);
    let (username, password) = (fields.required_text("username"), fields.required_text("password"));
    fields.finish()?;
    let user = sign_in(context, &username, &password).await?;
    let client = ingress::client(context.request);
    // The session has a new secret; that of an earlier cookie, which another site may have set, ends.
    let before = context.request.cookies().get(cookie::name(client));
    let before = before.map(|cookie| cookie.value());
    let access = &context.app.access;
    let secret = access
        .open_session(&user, before, &actor(context, &user), context.now)
        .await?;
    let mut body = described(
        Some((&user.name, user.email.as_deref())),
        user.role,
        "session",
        Json::Null,
    );
    add_csrf_token(&mut body, secret.reveal());
    let mut response = response::json(Status::Ok, &body);
    response.set_raw_header("Set-Cookie", cookie::of_session(client, secret.reveal()));
    Ok(response)
}

/// Ends the session of the request.
pub async fn logout(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let Some(id) = session(context) else {
        let message = "A token has no session to end. Revoke it under /api/auth/tokens/.";
        return Err(ApiError::new(Status::BadRequest, message));
    };
    context
        .app
        .access
        .close_session(id, &context.actor(), context.now)
        .await?;
    Ok(without_cookie(context))
}

/// Ends every session of the caller's account.
pub async fn logout_everywhere(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let account = context.caller.account().ok_or_else(without_account)?;
    let access = &context.app.access;
    access.close_sessions(account.id, &context.actor(), context.now).await?;
    Ok(without_cookie(context))
}

/// Describes the caller.
pub fn me(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let caller = context.caller;
    let (Some(role), Some(who)) = (caller.role, &caller.who) else {
        return Err(ApiError::lacking_role(caller));
    };
    let user = match &who.account {
        Some(account) => Some(context.app.access.user(account.id)?),
        None => None,
    };
    let account = user.as_ref().map(|user| (user.name.as_str(), user.email.as_deref()));
    let (via, token) = match &who.via {
        AuthMethod::Token { id, name, .. } => ("token", json!({ "id": id, "name": name })),
        AuthMethod::Session { .. } => ("session", Json::Null),
    };
    let mut body = described(account, role, via, token);
    let cookie = cookie::name(ingress::client(context.request));
    if let (AuthMethod::Session { .. }, Some(secret)) = (&who.via, context.request.cookies().get(cookie)) {
        add_csrf_token(&mut body, secret.value());
    }
    Ok(response::json(Status::Ok, &body))
}

/// Adds the CSRF token, which pages send when their browser sends neither `Sec-Fetch-Site` nor `Origin`.
fn add_csrf_token(body: &mut Json, secret: &str) {
    if let Some(body) = body.as_object_mut() {
        body.insert("csrf_token".to_owned(), json!(csrf_token(secret)));
    }
}

/// Changes the password of the caller's account. The current one is required.
pub async fn password(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let account = context.caller.account().ok_or_else(without_account)?;
    let body = body::receive(context.app, context.request, data).await?;
    let mut fields = FieldReader::of_body(&body)?;
    fields.only(&["old_password", "new_password"]);
    let (old, new) = (
        fields.required_text("old_password"),
        fields.required_text("new_password"),
    );
    fields.finish()?;
    let user = match sign_in(context, &account.name, &old).await {
        Ok(user) => user,
        Err(Error::WrongCredentials) => return Err(FieldErrors::one("old_password", "Wrong password.").into()),
        Err(error) => return Err(error.into()),
    };
    let access = &context.app.access;
    access
        .change_own_password(&user, &new, session(context), &context.actor(), context.now)
        .await?;
    Ok(response::no_content())
}

async fn sign_in(context: &RequestContext<'_, '_>, username: &str, password: &str) -> Result<User, Error> {
    let address = ingress::client(context.request).address;
    context
        .app
        .access
        .sign_in(username, password, address, context.now)
        .await
}

/// The account that has just signed in, for the audit.
fn actor(context: &RequestContext<'_, '_>, user: &User) -> Actor {
    Actor {
        name: Some(user.name.clone()),
        address: Some(ingress::client(context.request).address),
    }
}

/// The session of the request, if it has one.
fn session(context: &RequestContext<'_, '_>) -> Option<i64> {
    match context.caller.who.as_ref()?.via {
        AuthMethod::Session { id } => Some(id),
        AuthMethod::Token { .. } => None,
    }
}

fn without_cookie(context: &RequestContext<'_, '_>) -> Response<'static> {
    let mut response = response::no_content();
    if session(context).is_some() {
        response.set_raw_header("Set-Cookie", cookie::ended(ingress::client(context.request)));
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

fn without_account() -> ApiError {
    ApiError::new(Status::Forbidden, "This token belongs to no account.")
}
