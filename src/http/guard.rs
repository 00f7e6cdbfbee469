//! The one guard: every route is mounted through it, with the rule it stands under.
//!
//! Before a handler runs, the guard knows who asks ([`caller`] gives it to the handler) and has held that against the
//! rule. What a rule leaves to the tables' own rules is decided where the table is known.

use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request};

use super::perimeter;
use crate::access::Caller;

/// Who may come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anyone, whatever credential they bring: probes, pages, signing in.
    Anyone,
    /// Anyone whose credential, if any, is good; the table's own rule decides the rest.
    ByTable,
}

/// Puts routes behind the guard.
pub fn guarded(rule: Rule, routes: Vec<Route>) -> Vec<Route> {
    let behind = |mut route: Route| {
        let inner = route.handler;
        route.handler = Box::new(Guarded { rule, inner });
        route
    };
    routes.into_iter().map(behind).collect()
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
        if let Some(turned_away) = perimeter::answer(request) {
            return Outcome::Success(turned_away);
        }
        match self.rule {
            Rule::Anyone => {}
            Rule::ByTable => {
                request.local_cache(|| Caller::stranger(true));
            }
        }
        self.inner.handle(request, data).await
    }
}
