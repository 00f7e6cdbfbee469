//! The cookie of a session.
//!
//! Over TLS its name has the prefix `__Host-` (RFC 6265bis, 4.1.3.2): browsers then accept it from this host and over TLS
//! only, so that no other host of the same domain can set it.

use std::fmt::Write as _;

use crate::http::ingress::Client;

/// Seconds for which a browser keeps it; the server may end the session earlier.
const MAX_AGE: u32 = 14 * 24 * 3600;

/// Its name for this client.
pub fn name(client: Client) -> &'static str {
    if client.is_tls { "__Host-socle" } else { "socle" }
}

/// `Set-Cookie` for a new session.
pub fn of_session(client: Client, secret: &str) -> String {
    header(client, secret, MAX_AGE)
}

/// `Set-Cookie` that deletes it.
pub fn ended(client: Client) -> String {
    header(client, "", 0)
}

fn header(client: Client, value: &str, max_age: u32) -> String {
    let mut header = format!(
        "{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Strict",
        name(client)
    );
    if client.is_tls {
        let _ = write!(header, "; Secure");
    }
    header
}
