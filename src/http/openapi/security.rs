//! Who may do what: the credentials there are, and the role that an operation asks for.

use serde_json::{Value as Json, json};

use crate::access::{AccessLevel, Policy, Role};
use crate::schema::Table;

/// Who may do what with the tables.
#[derive(Debug, Clone, Copy)]
pub struct Rights<'r> {
    /// The rules of the tables.
    pub rules: &'r Policy,
    /// Whether there are no accounts and no tokens.
    pub is_open: bool,
}

impl Rights<'_> {
    /// `security` of reading a table, when not anyone may.
    pub(super) fn reading(&self, table: &Table) -> Option<Json> {
        Self::asking_for(self.rules.reading(&table.name))
    }

    /// `security` of writing a table, when not anyone may.
    pub(super) fn writing(&self, table: &Table) -> Option<Json> {
        Self::asking_for(self.rules.writing(&table.name, self.is_open))
    }

    /// `security` of what is done with jobs, by the name of the operation, when not anyone may do it.
    pub(super) fn of_job(&self, operation: &str) -> Option<Json> {
        let rule = self.rules.jobs();
        let usual = |level: AccessLevel| if self.is_open { AccessLevel::Public } else { level };
        match operation {
            "read" | "events" => Self::asking_for(rule.read.unwrap_or(AccessLevel::Public)),
            "list" | "counts" => {
                Self::asking_for(usual(AccessLevel::Viewer).max(rule.read.unwrap_or(AccessLevel::Public)))
            }
            "submit" | "cancel" | "retry" => Self::asking_for(rule.write.unwrap_or(usual(AccessLevel::Editor))),
            _ => (!self.is_open).then(|| credentials(Role::Worker.name())),
        }
    }

    /// `security` of what only such callers may do.
    pub(super) fn asking_for(level: AccessLevel) -> Option<Json> {
        (level > AccessLevel::Public).then(|| credentials(level.name()))
    }
}

/// Either credential, of this role, which OpenAPI lets be named beside the scheme.
fn credentials(role: &str) -> Json {
    json!([{ "token": [role] }, { "session": [role] }])
}

/// `components/securitySchemes`.
pub(super) fn schemes() -> Json {
    json!({
        "token": {
            "type": "http", "scheme": "bearer",
            "description": "A token, after `Bearer` or `Token`: from `/api/auth/token/`, `/api/auth/tokens/` or \
                `socle token create`.",
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": "socle",
            "description": "The cookie that `/api/auth/login/` sets; behind TLS its name is `__Host-socle`. Requests that \
                change something must come from the same origin, or bear `X-CSRF-Token`.",
        },
    })
}
