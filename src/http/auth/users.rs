//! Accounts, for administrators.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::fields::Fields;
use super::{RequestContext, answered, moment, no_content};
use crate::access::{AuthMethod, LastAdmin, NewUser, Role, User, UserChange};
use crate::http::guard;
use crate::http::response::ApiError;

/// Every account.
pub async fn list(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.parameters(&[])?;
    let users = context.app.access.users().await?;
    Ok(answered(Status::Ok, &users.iter().map(described).collect()))
}

/// Another one.
pub async fn add(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.parameters(&[])?;
    let known = ["username", "password", "role", "email"];
    let mut fields = Fields::read(context.app, context.request, data, &known).await?;
    let (name, password) = (fields.required("username"), fields.required("password"));
    let given = fields.required("role");
    let role = fields.parsed("role", Some(given), role);
    let email = fields.optional("email");
    fields.done()?;
    let new = NewUser {
        name,
        password,
        role: role.unwrap_or(Role::Viewer),
        email,
    };
    let user = context.app.access.add_user(new, &context.actor(), context.now).await?;
    let mut response = answered(Status::Created, &described(&user));
    response.set_raw_header("Location", format!("{}/users/{}/", super::BASE, user.id));
    Ok(response)
}

/// One of them.
pub fn show(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.parameters(&[])?;
    Ok(answered(
        Status::Ok,
        &described(&context.app.access.user(context.id()?)?),
    ))
}

/// Its role, email or password changed.
pub async fn change(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'static>, ApiError> {
    context.parameters(&[])?;
    let id = context.id()?;
    let mut fields = Fields::read(context.app, context.request, data, &["role", "email", "password"]).await?;
    let given = fields.nullable("role");
    let role = match given {
        Some(_) => fields.parsed(
            "role",
            Some(given.filter(|word| !word.is_empty()).unwrap_or_else(|| "null".into())),
            role,
        ),
        None => None,
    };
    let change = UserChange {
        role,
        email: fields.nullable("email"),
        password: fields.nullable("password"),
        kept_session: match guard::caller(context.request).who.as_ref().map(|who| &who.via) {
            Some(AuthMethod::Session { id }) => Some(*id),
            _ => None,
        },
    };
    fields.done()?;
    let access = &context.app.access;
    let user = access
        .change_user(id, change, LastAdmin::Stays, &context.actor(), context.now)
        .await?;
    Ok(answered(Status::Ok, &described(&user)))
}

/// One less.
pub async fn remove(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    context.parameters(&[])?;
    let access = &context.app.access;
    access
        .remove_user(context.id()?, LastAdmin::Stays, &context.actor(), context.now)
        .await?;
    Ok(no_content())
}

/// A role by its word.
pub(super) fn role(word: &str) -> Result<Role, String> {
    word.parse().map_err(|_| format!("\"{word}\" is not a valid choice."))
}

fn described(user: &User) -> Json {
    json!({
        "id": user.id,
        "username": user.name,
        "email": user.email,
        "role": user.role.name(),
        "created_at": moment(user.created_at),
        "updated_at": moment(user.updated_at),
    })
}
