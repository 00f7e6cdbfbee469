//! Signing in, accounts, tokens and the audit.

mod schemas;

use serde_json::json;

use super::schema::{list_of, reference};
use super::{Action as Any, Answer, Body, Endpoint, ErrorAnswer as E, Method, Operation, Parameter, Part, Rule};
use super::{SchemaFn, Subject};
pub use schemas::components;

/// What `http` does for these operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Exchange a name and a password for a token.
    TokenForPassword,
    /// Open a session.
    Login,
    /// Close the session of the request.
    Logout,
    /// Close every session of the account.
    LogoutEverywhere,
    /// Describe the caller.
    Me,
    /// Change the caller's password.
    Password,
    /// List tokens.
    Tokens,
    /// Create a token.
    AddToken,
    /// Revoke a token.
    RevokeToken,
    /// List accounts.
    Users,
    /// Create an account.
    AddUser,
    /// Read an account.
    User,
    /// Change an account.
    ChangeUser,
    /// Delete an account.
    RemoveUser,
    /// List what happened to accounts and tokens.
    Audit,
}

/// The tag of these operations.
pub const TAG: &str = "access";

/// Signing in, accounts, tokens and the audit.
pub static SUBJECT: Subject = Subject {
    part: Part::Api,
    bases: &[BASE],
    owns_bases: true,
    otherwise: Rule::Anyone,
    title: Some("Access"),
    tag: TAG,
    endpoints: &[
        TOKEN, LOGIN, LOGOUT, LOGOUT_ALL, ME, PASSWORD, TOKENS, ONE_TOKEN, USERS, ONE_USER, AUDIT,
    ],
};

const BASE: &str = "/api/auth";

/// The address of an account.
pub fn address_of_user(id: i64) -> String {
    format!("{BASE}/users/{id}/")
}

const TOKEN: Endpoint = Endpoint {
    path: "/token/",
    variables: &[],
    operations: &[Operation {
        body: body(schemas::token_request, || schemas::as_form(schemas::token_request())),
        answers: &[done(200, JSON_TOKEN)],
        errors: &[E::NotAcceptable, E::TooManyRequests, E::ServiceUnavailable],
        ..post(
            Action::TokenForPassword,
            Rule::Anyone,
            "auth.token",
            "A token for a name and a password.",
        )
    }],
};

const LOGIN: Endpoint = Endpoint {
    path: "/login/",
    variables: &[],
    operations: &[Operation {
        body: body(schemas::credentials, schemas::credentials),
        answers: &[done(200, &[("application/json", schemas::caller_in_session)])],
        errors: &[
            E::Forbidden,
            E::NotAcceptable,
            E::TooManyRequests,
            E::ServiceUnavailable,
        ],
        ..post(
            Action::Login,
            Rule::Anyone,
            "auth.login",
            "Sign in: sets the cookie of a session.",
        )
    }],
};

const LOGOUT: Endpoint = Endpoint {
    path: "/logout/",
    variables: &[],
    operations: &[Operation {
        answers: &[done(204, &[])],
        ..post(Action::Logout, Rule::SignedIn, "auth.logout", "End this session.")
    }],
};

const LOGOUT_ALL: Endpoint = Endpoint {
    path: "/logout-all/",
    variables: &[],
    operations: &[Operation {
        answers: &[done(204, &[])],
        ..post(
            Action::LogoutEverywhere,
            Rule::SignedIn,
            "auth.logout_all",
            "End every session of the account.",
        )
    }],
};

const ME: Endpoint = Endpoint {
    path: "/me/",
    variables: &[],
    operations: &[Operation {
        answers: &[done(200, &[("application/json", schemas::me)])],
        ..operation(
            Method::Get,
            Action::Me,
            Rule::SignedIn,
            "auth.me",
            "Who asks, and with which role.",
        )
    }],
};

const PASSWORD: Endpoint = Endpoint {
    path: "/password/",
    variables: &[],
    operations: &[Operation {
        body: body(schemas::password_change, schemas::password_change),
        answers: &[done(204, &[])],
        errors: &[E::NotAcceptable, E::TooManyRequests, E::ServiceUnavailable],
        ..post(
            Action::Password,
            Rule::SignedIn,
            "auth.password",
            "Change one's own password. Other sessions end.",
        )
    }],
};

const TOKENS: Endpoint = Endpoint {
    path: "/tokens/",
    variables: &[],
    operations: &[
        Operation {
            query: &[
                Parameter {
                    name: "all",
                    description: "Everyone's, for administrators.",
                    schema: || json!({ "type": "boolean" }),
                },
                LIMIT,
                Parameter {
                    name: "after",
                    description: "Only tokens older than the one with this id.",
                    schema: super::schema::id,
                },
            ],
            answers: &[Answer {
                headers: &["Link"],
                ..done(200, &[("application/json", || list_of("auth.token"))])
            }],
            ..operation(
                Method::Get,
                Action::Tokens,
                Rule::SignedIn,
                "auth.tokens",
                "One's own tokens.",
            )
        },
        Operation {
            body: body(schemas::new_token, || schemas::as_form(schemas::new_token())),
            answers: &[done(201, &[("application/json", schemas::created_token)])],
            ..post(
                Action::AddToken,
                Rule::SignedIn,
                "auth.add_token",
                "Make a token. It is shown this once.",
            )
        },
    ],
};

const ONE_TOKEN: Endpoint = Endpoint {
    path: "/tokens/{id}/",
    variables: &[ID],
    operations: &[Operation {
        answers: &[done(204, &[])],
        errors: &[E::BadRequest, E::NotFound, E::NotAcceptable, E::ServiceUnavailable],
        ..operation(
            Method::Delete,
            Action::RevokeToken,
            Rule::SignedIn,
            "auth.revoke_token",
            "Revoke a token.",
        )
    }],
};

const USERS: Endpoint = Endpoint {
    path: "/users/",
    variables: &[],
    operations: &[
        Operation {
            query: &[
                LIMIT,
                Parameter {
                    name: "after",
                    description: "Only accounts whose name comes after this one.",
                    schema: super::schema::text,
                },
            ],
            answers: &[Answer {
                headers: &["Link"],
                ..done(200, &[("application/json", || list_of("auth.user"))])
            }],
            ..operation(Method::Get, Action::Users, Rule::Admin, "auth.users", "The accounts.")
        },
        Operation {
            body: body(schemas::new_user, || schemas::as_form(schemas::new_user())),
            answers: &[done(201, JSON_USER)],
            ..post(Action::AddUser, Rule::Admin, "auth.add_user", "Make an account.")
        },
    ],
};

const ONE_USER: Endpoint = Endpoint {
    path: "/users/{id}/",
    variables: &[ID],
    operations: &[
        Operation {
            answers: &[done(200, JSON_USER)],
            errors: &[E::BadRequest, E::NotFound, E::NotAcceptable, E::ServiceUnavailable],
            ..operation(Method::Get, Action::User, Rule::Admin, "auth.user", "An account.")
        },
        Operation {
            body: body(schemas::user_change, || schemas::as_form(schemas::user_change())),
            answers: &[done(200, JSON_USER)],
            errors: &[E::NotFound, E::NotAcceptable, E::Conflict, E::ServiceUnavailable],
            ..operation(
                Method::Patch,
                Action::ChangeUser,
                Rule::Admin,
                "auth.change_user",
                "Change an account. A new password ends its sessions.",
            )
        },
        Operation {
            answers: &[done(204, &[])],
            errors: &[
                E::BadRequest,
                E::NotFound,
                E::NotAcceptable,
                E::Conflict,
                E::ServiceUnavailable,
            ],
            ..operation(
                Method::Delete,
                Action::RemoveUser,
                Rule::Admin,
                "auth.remove_user",
                "Remove an account with its tokens and sessions.",
            )
        },
    ],
};

const AUDIT: Endpoint = Endpoint {
    path: "/audit/",
    variables: &[],
    operations: &[Operation {
        query: &[
            Parameter {
                name: "limit",
                description: "At most so many.",
                schema: schemas::audit_limit,
            },
            Parameter {
                name: "before",
                description: "Only what happened before the event with this id.",
                schema: || json!({ "type": "integer", "format": "int64", "minimum": 1 }),
            },
        ],
        answers: &[done(200, &[("application/json", || list_of("auth.event"))])],
        ..operation(
            Method::Get,
            Action::Audit,
            Rule::Admin,
            "auth.audit",
            "What happened to accounts and tokens, the latest first.",
        )
    }],
};

/// Accounts or tokens in an answer, at most, and unless the request asks for fewer.
pub const MAX_LIMIT: i64 = 1000;

const LIMIT: Parameter = Parameter {
    name: "limit",
    description: "At most so many.",
    schema: || json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT }),
};

const ID: Parameter = Parameter {
    name: "id",
    description: "",
    schema: super::schema::id,
};

const JSON_TOKEN: &[(&str, SchemaFn)] = &[("application/json", schemas::token)];
const JSON_USER: &[(&str, SchemaFn)] = &[("application/json", || reference("auth.user"))];

/// An operation with the errors that most of these have.
const fn operation(method: Method, action: Action, rule: Rule, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        errors: &[E::BadRequest, E::NotAcceptable, E::ServiceUnavailable],
        ..Operation::new(method, Any::Auth(action), rule, id, summary)
    }
}

const fn post(action: Action, rule: Rule, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::Post, action, rule, id, summary)
}

const fn body(json: SchemaFn, form: SchemaFn) -> Option<Body> {
    Some(Body::Fields {
        json,
        form: Some(form),
        example: None,
    })
}

const fn done(status: u16, content: &'static [(&'static str, SchemaFn)]) -> Answer {
    Answer {
        status,
        description: "Done.",
        headers: &[],
        content,
    }
}
