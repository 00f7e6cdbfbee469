//! Accounts, for administrators.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::page;
use super::timestamps::timestamp;
use crate::access::{AuthMethod, LastAdmin, NewUser, Role, User, UserChange};
use crate::endpoints::auth::address_of_user;
use crate::fields::message;
use crate::http::body;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::response::{self, ApiError};

/// Lists accounts by name, in pages.
pub async fn list(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    let mut parameters = FieldReader::of_query(context.request, &["after", "limit"])?;
    let limit = page::limit(&mut parameters);
    let after = parameters.text("after");
    parameters.finish()?;
    let users = context.app.access.users_page(after, limit + 1).await?;
    let cursor = |user: &User| user.name.clone();
    Ok(page::answer(context.request, &users, limit, described, cursor))
}

/// Creates an account.
pub async fn add(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let body = body::receive(context.app, context.request, data).await?;
    let mut fields = FieldReader::of_body(&body)?;
    fields.only(&["username", "password", "role", "email"]);
    let (name, password) = (fields.required_text("username"), fields.required_text("password"));
    let role = required_role(&mut fields);
    let email = fields.text("email");
    fields.finish()?;
    let new = NewUser {
        name,
        password,
        role,
        email,
    };
    let user = context.app.access.add_user(new, &context.actor(), context.now).await?;
    let mut created = response::json(Status::Created, &described(&user));
    created.set_raw_header("Location", address_of_user(user.id));
    Ok(created)
}

/// Reads an account.
pub fn show(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    Ok(response::json(
        Status::Ok,
        &described(&context.app.access.user(context.id()?)?),
    ))
}

/// Changes the role, email or password of an account.
pub async fn change(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let id = context.id()?;
    let body = body::receive(context.app, context.request, data).await?;
    let mut fields = FieldReader::of_body(&body)?;
    fields.only(&["role", "email", "password"]);
    let change = UserChange {
        role: fields.has("role").then(|| required_role(&mut fields)),
        email: fields.nullable_text("email").map(Option::unwrap_or_default),
        password: fields.has("password").then(|| fields.required_text("password")),
        kept_session: match context.caller.who.as_ref().map(|who| &who.via) {
            Some(AuthMethod::Session { id }) => Some(*id),
            _ => None,
        },
    };
    fields.finish()?;
    let access = &context.app.access;
    let user = access
        .change_user(id, change, LastAdmin::Stays, &context.actor(), context.now)
        .await?;
    Ok(response::json(Status::Ok, &described(&user)))
}

/// Deletes an account.
pub async fn remove(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.no_parameters()?;
    let access = &context.app.access;
    access
        .remove_user(context.id()?, LastAdmin::Stays, &context.actor(), context.now)
        .await?;
    Ok(response::no_content())
}

/// The role, which must be given; the least one when it is not, which is reported.
fn required_role(fields: &mut FieldReader<'_>) -> Role {
    match fields.required_text("role").as_str() {
        "" => Role::Viewer,
        _ => fields.parsed_text("role", role).unwrap_or(Role::Viewer),
    }
}

/// A role by its name.
pub(super) fn role(name: &str) -> Result<Role, String> {
    name.parse().map_err(|_| message::invalid_choice(name))
}

fn described(user: &User) -> Json {
    json!({
        "id": user.id,
        "username": user.name,
        "email": user.email,
        "role": user.role.name(),
        "created_at": timestamp(user.created_at),
        "updated_at": timestamp(user.updated_at),
    })
}
