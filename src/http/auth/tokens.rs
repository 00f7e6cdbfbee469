//! Tokens of one's own and, for administrators, everyone's.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::{RequestContext, answered, moment, moment_or_null, no_content, page};
use crate::access::{Role, Token, TokenScope, expiry};
use crate::http::fields::FieldReader;
use crate::http::response::ApiError;
use crate::http::{body, guard};

/// Lists tokens, the latest first, in pages.
pub async fn list(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    let mut parameters = FieldReader::of_query(context.request, &["after", "all", "limit"])?;
    let all = parameters.boolean("all").unwrap_or(false);
    let limit = page::limit(&mut parameters);
    let after = parameters.parsed_text("after", |text| {
        text.parse().map_err(|_| "The id of a token is required.")
    });
    parameters.finish()?;
    let caller = guard::caller(context.request);
    if all && !caller.covers(Role::Admin) {
        return Err(ApiError::lacking_role(caller));
    }
    let scope = TokenScope::of(caller, all);
    let tokens = context.app.access.tokens_page(scope, after, limit + 1).await?;
    let cursor = |token: &Token| token.id.to_string();
    Ok(page::answer(context.request, &tokens, limit, described, cursor))
}

/// Another one, shown this once.
pub async fn add(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.parameters(&[])?;
    let body = body::body(context.app, context.request, data).await?;
    let mut fields = FieldReader::of_body(&body)?;
    fields.only(&["name", "role", "expires"]);
    let name = fields.required_text("name");
    let role = fields.parsed_text("role", super::users::role);
    let expires = fields.parsed_text("expires", |text| expiry::parse(text, context.now));
    fields.finish()?;
    let caller = guard::caller(context.request);
    let (token, secret) = context
        .app
        .access
        .create_token(caller, &name, role, expires, &context.actor(), context.now)
        .await?;
    let mut body = described(&token);
    if let Some(body) = body.as_object_mut() {
        body.insert("token".to_owned(), json!(secret.reveal()));
    }
    Ok(answered(Status::Created, &body))
}

/// One less.
pub async fn revoke(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.parameters(&[])?;
    let whose = TokenScope::of(guard::caller(context.request), true);
    let access = &context.app.access;
    access
        .revoke_token(context.id()?, whose, &context.actor(), context.now)
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
