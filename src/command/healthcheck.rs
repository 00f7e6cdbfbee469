//! `socle healthcheck`: asks the local server whether it is ready.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::error::CommandError;
use crate::config::Settings;
use crate::endpoints::service::READY;

/// How long the whole question may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// More of the answer is not read.
const LONGEST_ANSWER: usize = 4096;

/// Succeeds when `/readyz` answers 200, within three seconds.
pub(super) fn run(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let address = reachable(settings.address, settings.port);
    let answer = ask(address).map_err(|error| CommandError::NotReady(address, unreached(&error)))?;
    match status(&answer) {
        Some("200") => writeln!(out, "ready").map_err(CommandError::Output),
        Some(status) => Err(CommandError::NotReady(
            address,
            format!("it answered {status}: {}", body(&answer)),
        )),
        None => Err(CommandError::NotReady(
            address,
            "what answers there does not speak HTTP".to_owned(),
        )),
    }
}

/// Where a server that listens on `address` is found from the same machine.
fn reachable(address: IpAddr, port: u16) -> SocketAddr {
    let address = match address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, port)
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let deadline = Instant::now() + PATIENCE;
    let left = || match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::Error::from(io::ErrorKind::TimedOut)),
        left => Ok(left),
    };
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_write_timeout(Some(left()?))?;
    // In one piece: a peer that answers and closes after the first of several would reset the connection.
    let question =
        format!("GET {READY} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes())?;

    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    while answer.len() < LONGEST_ANSWER {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What was said before the connection was reset is still an answer.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset && !answer.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn unreached(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        // A read that takes too long is reported as one that would block.
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => format!("no answer within {} s", PATIENCE.as_secs()),
        _ => error.to_string(),
    }
}

fn status(answer: &str) -> Option<&str> {
    let mut words = answer.lines().next()?.split(' ');
    words.next()?.starts_with("HTTP/").then(|| words.next())?
}

/// The body, on one line.
fn body(answer: &str) -> String {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
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
    fn an_answer_is_taken_apart() {
        let answer =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n\r\n{\"status\":\n \"error\"}";
        assert_eq!(status(answer), Some("503"));
        assert_eq!(body(answer), "{\"status\": \"error\"}");
        assert_eq!(status("SSH-2.0-OpenSSH"), None);
        assert_eq!(status(""), None);
    }
}
