//! Tokens of one's own and, for administrators, everyone's.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::fields::Fields;
use super::{Asked, answered, moment, moment_or_null, no_content};
use crate::access::{Role, Token, Whose, expiry};
use crate::http::answer::Refusal;
use crate::http::guard;
use crate::records::FieldErrors;

/// What there is.
pub async fn list(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    let mut all = false;
    for (_, value) in asked.parameters(&["all"])? {
        all = match value.as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return Err(FieldErrors::one("all", "Must be a valid boolean.").into()),
        };
    }
    let caller = guard::caller(asked.request);
    if all && !caller.covers(Role::Admin) {
        return Err(Refusal::lacking_role(caller));
    }
    let tokens = asked.app.access.tokens(Whose::of(caller, all)).await?;
    Ok(answered(Status::Ok, &tokens.iter().map(described).collect()))
}

/// Another one, shown this once.
pub async fn add(asked: &Asked<'_, '_>, data: Data<'_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let mut fields = Fields::read(asked.app, asked.request, data, &["name", "role", "expires"]).await?;
    let name = fields.required("name");
    let role = fields.optional("role");
    let role = fields.parsed("role", role, super::users::role);
    let expires = fields.optional("expires");
    let expires = fields.parsed("expires", expires, |text| expiry::parse(text, asked.now));
    fields.done()?;
    let caller = guard::caller(asked.request);
    let (token, secret) = asked
        .app
        .access
        .create_token(caller, &name, role, expires, &asked.actor(), asked.now)
        .await?;
    let mut body = described(&token);
    if let Some(body) = body.as_object_mut() {
        body.insert("token".to_owned(), json!(secret.reveal()));
    }
    Ok(answered(Status::Created, &body))
}

/// One less.
pub async fn revoke(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let whose = Whose::of(guard::caller(asked.request), true);
    let access = &asked.app.access;
    access
        .revoke_token(asked.id()?, whose, &asked.actor(), asked.now)
        .await?;
    Ok(no_content())
}

fn described(token: &Token) -> Json {
    json!({
        "id": token.id,
        "name": token.name,
        "role": token.role.name(),
        "username": token.owner.as_ref().map(|owner| &owner.name),
        "created_at": moment(token.created_at),
        "expires_at": moment_or_null(token.expires_at),
        "last_used_at": moment_or_null(token.last_used_at),
        "revoked_at": moment_or_null(token.revoked_at),
    })
}
