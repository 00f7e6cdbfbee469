//! The session's cookie.
//!
//! Behind TLS its name has the prefix `__Host-`, so that browsers take it only from this host and only over TLS: no
//! neighbour under the same domain can put one of its own in the place.

use std::fmt::Write as _;

use crate::http::ingress::Client;

/// Seconds for which a browser keeps it; the server may end the session earlier.
const LIFE: u32 = 14 * 24 * 3600;

/// What it is called for this client.
pub fn name(client: Client) -> &'static str {
    if client.is_tls { "__Host-socle" } else { "socle" }
}

/// `Set-Cookie` for a new session.
pub fn of_session(client: Client, secret: &str) -> String {
    header(client, secret, LIFE)
}

/// `Set-Cookie` that takes it away.
pub fn ended(client: Client) -> String {
    header(client, "", 0)
}

fn header(client: Client, value: &str, life: u32) -> String {
    let mut header = format!(
        "{}={value}; Path=/; Max-Age={life}; HttpOnly; SameSite=Strict",
        name(client)
    );
    if client.is_tls {
        let _ = write!(header, "; Secure");
    }
    header
}
