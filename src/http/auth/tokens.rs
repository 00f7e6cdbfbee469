//! The caller's tokens and, for administrators, those of everyone.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::page;
use super::timestamps::{nullable_timestamp, timestamp};
use crate::access::{Role, Token, TokenScope, expiry};
use crate::http::body;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::response::{self, ApiError};

/// Lists tokens, the latest first, in pages.
pub async fn list(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    let mut parameters = FieldReader::of_query(context.request, &["after", "all", "limit"])?;
    let all = parameters.boolean("all").unwrap_or(false);
    let limit = page::limit(&mut parameters);
    let after = parameters.parsed_text("after", |text| {
        text.parse().map_err(|_| "The id of a token is required.")
    });
    parameters.finish()?;
    let caller = context.caller;
    if all && !caller.covers(Role::Admin) {
        return Err(ApiError::lacking_role(caller));
    }
    let scope = TokenScope::of(caller, all);
    let tokens = context.app.access.tokens_page(scope, after, limit + 1).await?;
    let cursor = |token: &Token| token.id.to_string();
    Ok(page::answer(context.request, &tokens, limit, described, cursor))
}

/// Creates a token, which only this answer shows.
pub async fn add(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let body = body::receive(context.app, context.request, data).await?;
    let mut fields = FieldReader::of_body(&body)?;
    fields.only(&["name", "role", "expires"]);
    let name = fields.required_text("name");
    let role = fields.parsed_text("role", super::users::role);
    let expires = fields.parsed_text("expires", |text| expiry::parse(text, context.now));
    fields.finish()?;
    let caller = context.caller;
    let (token, secret) = context
        .app
        .access
        .create_token(caller, &name, role, expires, &context.actor(), context.now)
        .await?;
    let mut body = described(&token);
    if let Some(body) = body.as_object_mut() {
        body.insert("token".to_owned(), json!(secret.reveal()));
    }
    Ok(response::json(Status::Created, &body))
}

/// Revokes a token.
pub async fn revoke(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let whose = TokenScope::of(context.caller, true);
    let access = &context.app.access;
    access
        .revoke_token(context.id()?, whose, &context.actor(), context.now)
        .await?;
    Ok(response::no_content())
}

fn described(token: &Token) -> Json {
    json!({
        "id": token.id,
        "name": token.name,
        "role": token.role.name(),
        "username": token.owner.as_ref().map(|owner| &owner.name),
        "created_at": timestamp(token.created_at),
        "expires_at": nullable_timestamp(token.expires_at),
        "last_used_at": nullable_timestamp(token.last_used_at),
        "revoked_at": nullable_timestamp(token.revoked_at),
    })
}
