//! The one guard: every route is mounted through it, with the rule it stands under.
//!
//! Before a handler runs, the guard knows who asks ([`caller`] gives it to the handler), has refused bad credentials and
//! forged requests, and has held the caller against the rule. What a rule leaves to the rules of tables and jobs is decided
//! where the table or job is known; the handler then answers with [`ApiError::lacking_role`].

pub mod cookie;
mod credential;
pub mod origin;

use std::fmt;

use jiff::Timestamp;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request};

use super::response::ApiError;
use super::{App, ingress};
use crate::access::{Caller, Credential, Rejection, Role};

/// Who may come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anyone; credentials are not looked at: probes, pages, signing in.
    Anyone,
    /// Anyone whose credential, if any, is good; the table's own rule decides the rest.
    ByTable,
    /// Anyone whose credential, if any, is good; the rule of jobs decides the rest.
    ByJobs,
    /// Whoever has shown who it is, whatever its role. Never open.
    SignedIn,
    /// Administrators. Never open.
    Admin,
}

/// What the names of guarded routes begin with.
const GUARDED: &str = "guarded for ";

impl fmt::Display for Rule {
    /// As the log names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anyone => "anyone",
            Self::ByTable => "whom the table lets",
            Self::ByJobs => "whom jobs let",
            Self::SignedIn => "the signed in",
            Self::Admin => "admins",
        })
    }
}

/// Puts routes behind the guard. Their names then say the rule.
pub fn guarded(rule: Rule, routes: Vec<Route>) -> Vec<Route> {
    let behind = |mut route: Route| {
        let inner = route.handler;
        route.name = Some(format!("{GUARDED}{rule}").into());
        route.handler = Box::new(Guarded { rule, inner });
        route
    };
    routes.into_iter().map(behind).collect()
}

/// Logs every route that is mounted with its rule, or that it has none.
pub fn log_rules<'a>(routes: impl Iterator<Item = &'a Route>) {
    for route in routes {
        let rule = route.name.as_deref().and_then(|name| name.strip_prefix(GUARDED));
        match rule {
            Some(rule) => tracing::debug!(target: "socle::routes", "{} {} is for {rule}", route.method, route.uri),
            None => tracing::error!(target: "socle::routes", "{} {} has no rule", route.method, route.uri),
        }
    }
}

/// Who sends this request. Behind [`Rule::Anyone`] it is always a stranger.
pub fn caller<'r>(request: &'r Request<'_>) -> &'r Caller {
    request.local_cache(|| Caller::stranger(false))
}

#[derive(Clone)]
struct Guarded {
    rule: Rule,
    inner: Box<dyn Handler>,
}

#[rocket::async_trait]
impl Handler for Guarded {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        if let Some(turned_away) = ingress::answer(request) {
            return Outcome::Success(turned_away);
        }
        if self.rule != Rule::Anyone {
            let Some(app) = request.rocket().state::<App>() else {
                return Outcome::Error(Status::InternalServerError);
            };
            let caller = resolve(app, request);
            if let Err(refusal) = caller.and_then(|caller| self.rule.admit(request.local_cache(|| caller))) {
                return Outcome::Success(refusal.respond(request));
            }
        }
        self.inner.handle(request, data).await
    }
}

impl Rule {
    /// Holds a caller against the rule.
    fn admit(self, caller: &Caller) -> Result<(), ApiError> {
        let role = match self {
            Self::Anyone | Self::ByTable | Self::ByJobs => return Ok(()),
            Self::SignedIn => Role::Viewer,
            Self::Admin => Role::Admin,
        };
        match caller.covers(role) {
            true => Ok(()),
            false => Err(ApiError::lacking_role(caller)),
        }
    }
}

/// Who asks, unless the credential is bad or the request may be forged.
fn resolve(app: &App, request: &Request<'_>) -> Result<Caller, ApiError> {
    let client = ingress::client(request);
    let shown = credential::shown(request, client)?;
    let caller = app.access.caller(shown, Timestamp::now()).map_err(|rejection| {
        let ends_cookie = rejection == Rejection::Ended;
        let mut refusal = ApiError::from(rejection);
        if ends_cookie {
            // The pages heal at once: the next request is a stranger's.
            refusal.headers.push(("Set-Cookie", cookie::ended(client)));
        }
        refusal
    })?;
    match shown {
        Some(Credential::Session(secret)) if is_unsafe(request.method()) => origin::check(app, request, secret)?,
        _ => {}
    }
    Ok(caller)
}

/// Whether a method may change something (RFC 9110, 9.2.1).
fn is_unsafe(method: Method) -> bool {
    !matches!(method, Method::Get | Method::Head | Method::Options | Method::Trace)
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Database(error) => crate::records::Error::Database(error).into(),
            rejection => Self::bad_credential(rejection.to_string()),
        }
    }
}
