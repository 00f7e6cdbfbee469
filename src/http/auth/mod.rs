//! `/api/auth/…`: signing in and out, and managing accounts, tokens and the audit. What it all means is decided in `access`.

mod audit;
mod page;
mod refusals;
mod sign_in;
mod tokens;
mod users;

use jiff::Timestamp;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request, Response};
use serde_json::{Value as Json, json};

use super::guard::{self, Rule};
use super::response::{self, ApiError};
use super::{App, ingress, negotiation};
use crate::access::Actor;
use crate::fields::{FieldErrors, message, urlencoded};

/// Where all of it is mounted.
pub const BASE: &str = "/api/auth";

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    TokenForPassword,
    Login,
    Logout,
    LogoutEverywhere,
    Me,
    Password,
    Tokens,
    AddToken,
    RevokeToken,
    Users,
    AddUser,
    User,
    ChangeUser,
    RemoveUser,
    Audit,
}

/// An address, what it allows, and what each method does there under which rule.
struct Address {
    path: &'static str,
    allow: &'static str,
    actions: &'static [(Method, Rule, Action)],
}

const POST: &str = "POST, OPTIONS";
const GET: &str = "GET, HEAD, OPTIONS";

const ADDRESSES: [Address; 11] = [
    Address {
        path: "/token",
        allow: POST,
        actions: &[(Method::Post, Rule::Anyone, Action::TokenForPassword)],
    },
    Address {
        path: "/login",
        allow: POST,
        actions: &[(Method::Post, Rule::Anyone, Action::Login)],
    },
    Address {
        path: "/logout",
        allow: POST,
        actions: &[(Method::Post, Rule::SignedIn, Action::Logout)],
    },
    Address {
        path: "/logout-all",
        allow: POST,
        actions: &[(Method::Post, Rule::SignedIn, Action::LogoutEverywhere)],
    },
    Address {
        path: "/me",
        allow: GET,
        actions: &[(Method::Get, Rule::SignedIn, Action::Me)],
    },
    Address {
        path: "/password",
        allow: POST,
        actions: &[(Method::Post, Rule::SignedIn, Action::Password)],
    },
    Address {
        path: "/tokens",
        allow: "GET, POST, HEAD, OPTIONS",
        actions: &[
            (Method::Get, Rule::SignedIn, Action::Tokens),
            (Method::Post, Rule::SignedIn, Action::AddToken),
        ],
    },
    Address {
        path: "/tokens/<id>",
        allow: "DELETE, OPTIONS",
        actions: &[(Method::Delete, Rule::SignedIn, Action::RevokeToken)],
    },
    Address {
        path: "/users",
        allow: "GET, POST, HEAD, OPTIONS",
        actions: &[
            (Method::Get, Rule::Admin, Action::Users),
            (Method::Post, Rule::Admin, Action::AddUser),
        ],
    },
    Address {
        path: "/users/<id>",
        allow: "GET, PATCH, DELETE, HEAD, OPTIONS",
        actions: &[
            (Method::Get, Rule::Admin, Action::User),
            (Method::Patch, Rule::Admin, Action::ChangeUser),
            (Method::Delete, Rule::Admin, Action::RemoveUser),
        ],
    },
    Address {
        path: "/audit",
        allow: GET,
        actions: &[(Method::Get, Rule::Admin, Action::Audit)],
    },
];

/// Every route with its rule.
pub fn mounts() -> Vec<(&'static str, Rule, Vec<Route>)> {
    let actions = ADDRESSES.iter().flat_map(|address| {
        let route = |method, action| Route::ranked(-40, method, address.path, Endpoint(action));
        address.actions.iter().map(move |(method, rule, action)| {
            let mut routes = vec![route(*method, *action)];
            if *method == Method::Get {
                routes.push(route(Method::Head, *action));
            }
            (BASE, *rule, routes)
        })
    });
    let methods = [
        Method::Get,
        Method::Head,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
        Method::Options,
        Method::Trace,
        Method::Connect,
    ];
    // In front of the tables, one of which might be named like this.
    let others = methods.map(|method| Route::ranked(-30, method, "/<path..>", MethodNotAllowed));
    actions.chain([(BASE, Rule::Anyone, others.into())]).collect()
}

/// What an address allows, if there is such an address.
pub fn allowed_at(path: &str) -> Option<&'static str> {
    let segments = |path: &str| {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        segments.map(str::to_owned).collect::<Vec<_>>()
    };
    let context = segments(path.strip_prefix(BASE)?);
    let is_asked = |address: &&Address| {
        let known = segments(address.path);
        let is_same = |(known, context): (&String, &String)| known == context || known.starts_with('<');
        known.len() == context.len() && known.iter().zip(&context).all(is_same)
    };
    ADDRESSES.iter().find(is_asked).map(|address| address.allow)
}

#[derive(Clone)]
struct Endpoint(Action);

#[rocket::async_trait]
impl Handler for Endpoint {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Some(app) = request.rocket().state::<App>() else {
            return Outcome::Error(Status::InternalServerError);
        };
        let answer = respond(app, self.0, request, data).await;
        let mut response = answer.unwrap_or_else(|error| error.respond(request));
        // Secrets and names of accounts are nothing for caches.
        response.set_raw_header("Cache-Control", "no-store");
        Outcome::Success(response)
    }
}

async fn respond(
    app: &App,
    action: Action,
    request: &Request<'_>,
    data: Data<'_>,
) -> Result<Response<'static>, ApiError> {
    if !negotiation::takes_json(request.headers()) {
        let message = "Could not satisfy the request Accept header.";
        return Err(ApiError::new(Status::NotAcceptable, message));
    }
    let context = RequestContext {
        app,
        request,
        now: Timestamp::now(),
    };
    match action {
        Action::TokenForPassword => sign_in::token(&context, data).await,
        Action::Login => sign_in::login(&context, data).await,
        Action::Logout => sign_in::logout(&context).await,
        Action::LogoutEverywhere => sign_in::logout_everywhere(&context).await,
        Action::Me => sign_in::me(&context),
        Action::Password => sign_in::password(&context, data).await,
        Action::Tokens => tokens::list(&context).await,
        Action::AddToken => tokens::add(&context, data).await,
        Action::RevokeToken => tokens::revoke(&context).await,
        Action::Users => users::list(&context).await,
        Action::AddUser => users::add(&context, data).await,
        Action::User => users::show(&context),
        Action::ChangeUser => users::change(&context, data).await,
        Action::RemoveUser => users::remove(&context).await,
        Action::Audit => audit::list(&context).await,
    }
}

/// A request with what every action needs.
struct RequestContext<'a, 'r> {
    app: &'a App,
    request: &'a Request<'r>,
    now: Timestamp,
}

impl RequestContext<'_, '_> {
    /// Who asks, for the audit.
    fn actor(&self) -> Actor {
        Actor {
            name: guard::caller(self.request).name(),
            address: Some(ingress::client(self.request).address),
        }
    }

    /// The number at the end of the address.
    fn id(&self) -> Result<i64, ApiError> {
        let path = self.request.uri().path().as_str().trim_end_matches('/');
        let last = path.rsplit('/').next().unwrap_or_default();
        last.parse().map_err(|_| ApiError::not_found())
    }

    /// The query's parameters, all of them among `known`.
    fn parameters(&self, known: &[&str]) -> Result<Vec<(String, String)>, ApiError> {
        let query = self.request.uri().query().map_or("", |query| query.as_str());
        let given = urlencoded::parse(query).map_err(|message| ApiError::new(Status::BadRequest, message))?;
        let mut parameters = Vec::new();
        for (name, value) in given {
            if !known.contains(&name.as_ref()) {
                return Err(FieldErrors::one(name, message::unknown_parameter(known)).into());
            }
            parameters.push((name.into_owned(), value.into_owned()));
        }
        Ok(parameters)
    }
}

/// Addresses that are none, and methods that an address does not have.
#[derive(Clone)]
struct MethodNotAllowed;

#[rocket::async_trait]
impl Handler for MethodNotAllowed {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let path = request.uri().path().as_str();
        Outcome::Success(match (request.method(), allowed_at(path)) {
            (_, None) => ApiError::not_found().respond(request),
            (Method::Options, Some(allow)) => {
                let mut response = response::of_json(&json!({ "name": "Access", "renders": ["application/json"] }));
                response.set_raw_header("Allow", allow);
                response
            }
            (method, Some(allow)) => ApiError::not_allowed(method.as_str(), allow).respond(request),
        })
    }
}

/// A moment that is kept in milliseconds, as RFC 3339.
fn moment(milliseconds: i64) -> Json {
    Timestamp::from_millisecond(milliseconds).map_or(Json::Null, |moment| json!(moment.to_string()))
}

/// The same where there may be none.
fn moment_or_null(milliseconds: Option<i64>) -> Json {
    milliseconds.map_or(Json::Null, moment)
}

fn answered(status: Status, body: &Json) -> Response<'static> {
    response::of_bytes(status, "application/json", body.to_string().into_bytes())
}

fn no_content() -> Response<'static> {
    Response::build().status(Status::NoContent).finalize()
}
