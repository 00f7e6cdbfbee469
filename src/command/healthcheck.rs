//! `socle healthcheck`: asks the local server whether it is ready.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::error::CommandError;
use crate::config::Settings;
use crate::endpoints::service::READY;

/// The time limit of the whole exchange.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The bytes of the response that are read.
const MAX_RESPONSE: usize = 4096;

/// Succeeds when `/readyz` answers 200, within three seconds.
pub(super) fn run(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let address = reachable(settings.address, settings.port);
    let response = get(address).map_err(|error| CommandError::NotReady(address, describe(&error)))?;
    match status(&response) {
        Some("200") => writeln!(out, "ready").map_err(CommandError::Output),
        Some(status) => Err(CommandError::NotReady(
            address,
            format!("it answered {status}: {}", body(&response)),
        )),
        None => Err(CommandError::NotReady(
            address,
            "what answers there does not speak HTTP".to_owned(),
        )),
    }
}

/// The address at which a server that listens on `address` is reached from the same machine.
fn reachable(address: IpAddr, port: u16) -> SocketAddr {
    let address = match address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, port)
}

/// The response of the readiness endpoint: status line, headers and body.
fn get(address: SocketAddr) -> io::Result<String> {
    let deadline = Instant::now() + TIMEOUT;
    let left = || match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::Error::from(io::ErrorKind::TimedOut)),
        left => Ok(left),
    };
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_write_timeout(Some(left()?))?;
    // Written at once: a peer that answers and closes after a first part would reset the connection.
    let request =
        format!("GET {READY} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;

    let mut response = Vec::new();
    let mut buffer = [0; 1024];
    while response.len() < MAX_RESPONSE {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => response.extend_from_slice(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What was received before the connection was reset is used.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset && !response.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&response).into_owned())
}

fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        // A read timeout is reported as WouldBlock.
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => format!("no answer within {} s", TIMEOUT.as_secs()),
        _ => error.to_string(),
    }
}

fn status(response: &str) -> Option<&str> {
    let mut words = response.lines().next()?.split(' ');
    words.next()?.starts_with("HTTP/").then(|| words.next())?
}

/// The body, on one line.
fn body(response: &str) -> String {
    let body = response.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    body.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_is_reached_over_the_loopback() {
        for (listening, reached) in [
            ("0.0.0.0", "127.0.0.1:80"),
            ("::", "[::1]:80"),
            ("10.0.0.7", "10.0.0.7:80"),
        ] {
            assert_eq!(reachable(listening.parse().unwrap(), 80).to_string(), reached);
        }
    }

    #[test]
    fn status_and_body_are_read_from_a_response() {
        let response =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n\r\n{\"status\":\n \"error\"}";
        assert_eq!(status(response), Some("503"));
        assert_eq!(body(response), "{\"status\": \"error\"}");
        assert_eq!(status("SSH-2.0-OpenSSH"), None);
        assert_eq!(status(""), None);
    }
}
