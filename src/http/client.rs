//! Who is at the other end of a connection.

use std::net::{IpAddr, Ipv4Addr};

use rocket::Request;

/// A client, as the connection tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub address: IpAddr,
    /// Whether it came by TLS.
    pub is_tls: bool,
}

/// The client that sends a request.
pub fn of(request: &Request<'_>) -> Client {
    let peer = request.remote().map(|peer| peer.ip().to_canonical());
    Client {
        address: peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        is_tls: false,
    }
}
