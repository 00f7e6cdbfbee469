//! Accounts, tokens and sessions over HTTP. What the operations do is decided in `access`.

mod audit;
mod page;
mod refusals;
mod sign_in;
mod timestamps;
mod tokens;
mod users;

use rocket::{Data, Response};

use super::context::RequestContext;
use super::response::ApiError;
use crate::endpoints::auth::Action;

/// Answers an operation on accounts, tokens or sessions.
pub async fn respond(context: &RequestContext<'_, '_>, action: Action, data: Data<'_>) -> Response<'static> {
    let answer = answer(context, action, data).await;
    let mut response = answer.unwrap_or_else(|error| error.respond(context.request));
    // Caches must keep neither secrets nor the names of accounts.
    response.set_raw_header("Cache-Control", "no-store");
    response
}

async fn answer(
    context: &RequestContext<'_, '_>,
    action: Action,
    data: Data<'_>,
) -> Result<Response<'static>, ApiError> {
    context.accepts_json()?;
    match action {
        Action::TokenForPassword => sign_in::token(context, data).await,
        Action::Login => sign_in::login(context, data).await,
        Action::Logout => sign_in::logout(context).await,
        Action::LogoutEverywhere => sign_in::logout_everywhere(context).await,
        Action::Me => sign_in::me(context),
        Action::Password => sign_in::password(context, data).await,
        Action::Tokens => tokens::list(context).await,
        Action::AddToken => tokens::add(context, data).await,
        Action::RevokeToken => tokens::revoke(context).await,
        Action::Users => users::list(context).await,
        Action::AddUser => users::add(context, data).await,
        Action::User => users::show(context),
        Action::ChangeUser => users::change(context, data).await,
        Action::RemoveUser => users::remove(context).await,
        Action::Audit => audit::list(context).await,
    }
}
