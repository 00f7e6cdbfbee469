//! Accounts, for administrators.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::{Value as Json, json};

use super::fields::Fields;
use super::{Asked, answered, moment, no_content};
use crate::access::{LastAdmin, NewUser, Role, User, UserChange, Via};
use crate::http::answer::Refusal;
use crate::http::guard;

/// Every account.
pub async fn list(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let users = asked.app.access.users().await?;
    Ok(answered(Status::Ok, &users.iter().map(described).collect()))
}

/// Another one.
pub async fn add(asked: &Asked<'_, '_>, data: Data<'_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let known = ["username", "password", "role", "email"];
    let mut fields = Fields::read(asked.app, asked.request, data, &known).await?;
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
    let user = asked.app.access.add_user(new, &asked.actor(), asked.now).await?;
    let mut response = answered(Status::Created, &described(&user));
    response.set_raw_header("Location", format!("{}/users/{}/", super::BASE, user.id));
    Ok(response)
}

/// One of them.
pub fn show(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    Ok(answered(Status::Ok, &described(&asked.app.access.user(asked.id()?)?)))
}

/// Its role, email or password changed.
pub async fn change(asked: &Asked<'_, '_>, data: Data<'_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let id = asked.id()?;
    let mut fields = Fields::read(asked.app, asked.request, data, &["role", "email", "password"]).await?;
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
        kept_session: match guard::caller(asked.request).who.as_ref().map(|who| &who.via) {
            Some(Via::Session { id }) => Some(*id),
            _ => None,
        },
    };
    fields.done()?;
    let access = &asked.app.access;
    let user = access
        .change_user(id, change, LastAdmin::Stays, &asked.actor(), asked.now)
        .await?;
    Ok(answered(Status::Ok, &described(&user)))
}

/// One less.
pub async fn remove(asked: &Asked<'_, '_>) -> Result<Response<'static>, Refusal> {
    asked.parameters(&[])?;
    let access = &asked.app.access;
    access
        .remove_user(asked.id()?, LastAdmin::Stays, &asked.actor(), asked.now)
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
