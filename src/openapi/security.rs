//! The credentials that there are, and the roles that an operation requires.

use serde_json::{Value as Json, json};

use crate::access::{Policy, Rule};

/// The names of the security schemes.
const SCHEMES: [&str; 2] = ["token", "session"];

/// Who may do what.
#[derive(Debug, Clone, Copy)]
pub struct Rights<'r> {
    /// What `socle.toml` says.
    pub policy: &'r Policy,
    /// Whether there are neither accounts nor tokens.
    pub is_open: bool,
}

impl Rights<'_> {
    /// `security` of an operation, when strangers may not call it: either credential, of one of the least roles that the
    /// rule permits. OpenAPI 3.1 allows roles to be named beside a scheme.
    pub(super) fn of(&self, rule: Rule, table: &str) -> Option<Json> {
        let roles = self.policy.least_roles(rule, table, self.is_open)?;
        let either = roles
            .iter()
            .flat_map(|role| SCHEMES.map(|scheme| json!({ scheme: [role.name()] })));
        Some(either.collect())
    }
}

/// `components/securitySchemes`.
pub(super) fn schemes() -> Json {
    let [token, session] = SCHEMES;
    json!({
        token: {
            "type": "http", "scheme": "bearer",
            "description": "A token, after `Bearer` or `Token`: from `/api/auth/token/`, `/api/auth/tokens/` or \
                `socle token create`.",
        },
        session: {
            "type": "apiKey", "in": "cookie", "name": "socle",
            "description": "The cookie that `/api/auth/login/` sets; behind TLS its name is `__Host-socle`. Requests that \
                change something must come from the same origin, or bear `X-CSRF-Token`.",
        },
    })
}
