//! A TCP connection written to byte by byte: malformed requests, slow clients, pipelining, and clients that must not
//! retry.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use crate::client::Answer;
use crate::server::{Server, TIMEOUT};

pub(crate) struct RawConnection {
    stream: TcpStream,
    /// What was read past the last answer.
    rest: Vec<u8>,
}

impl Server {
    /// A fresh connection. Reading from it waits at most as long as any test waits.
    pub(crate) fn raw_connection(&self) -> RawConnection {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(TIMEOUT * 2)).expect("a bound for reading");
        stream
            .set_write_timeout(Some(TIMEOUT * 2))
            .expect("a bound for writing");
        RawConnection {
            stream,
            rest: Vec::new(),
        }
    }

    /// Sends these bytes on a connection of their own and gives the first answer, or `None` when the server closes
    /// without one.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Option<Answer> {
        let mut connection = self.raw_connection();
        // A server that has seen enough may close before it has read everything.
        let _ = connection.stream.write_all(bytes);
        connection.answer()
    }

    /// The same for bytes that may be the beginning of something: the server is told that nothing will follow.
    pub(crate) fn raw_and_no_more(&self, bytes: &[u8]) -> Option<Answer> {
        let mut connection = self.raw_connection();
        let _ = connection.stream.write_all(bytes);
        let _ = connection.stream.shutdown(Shutdown::Write);
        connection.answer()
    }

    /// A `GET` of a request target exactly as written, which a client library would tidy up or refuse.
    pub(crate) fn raw_get(&self, target: &str) -> Option<Answer> {
        let mut request = b"GET ".to_vec();
        request.extend_from_slice(target.as_bytes());
        request.extend_from_slice(b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        self.raw(&request)
    }
}

impl RawConnection {
    /// Writes, and says whether the other side still took it.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// A `POST` of JSON on this connection, answered or not; never sent twice.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Option<Answer> {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if self.write(&[head.as_bytes(), body.as_bytes()].concat()) {
            self.answer()
        } else {
            None
        }
    }

    /// Waits less than usual for what comes next.
    pub(crate) fn read_at_most(&self, patience: Duration) {
        self.stream
            .set_read_timeout(Some(patience))
            .expect("a bound for reading");
    }

    /// Reads some bytes, none at the end of the stream or when it broke.
    pub(crate) fn read(&mut self, most: usize) -> Vec<u8> {
        let mut piece = vec![0; most];
        let length = self.stream.read(&mut piece).unwrap_or(0);
        piece.truncate(length);
        piece
    }

    /// Whether the server closes this connection, having said whatever it has to say.
    pub(crate) fn is_closed_by_the_server(&mut self) -> bool {
        let mut piece = [0; 4096];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => {
                    return !matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    );
                }
            }
        }
    }

    /// The next final answer (interim ones such as `100 Continue` are passed over), or `None` when the connection ends.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        loop {
            let reply = self.any_answer()?;
            if reply.status >= 200 {
                return Some(reply);
            }
        }
    }

    /// The next answer, interim or final.
    pub(crate) fn any_answer(&mut self) -> Option<Answer> {
        let head = String::from_utf8_lossy(&self.until(b"\r\n\r\n")?).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| {
                Some((
                    name.parse::<HeaderName>().ok()?,
                    value.trim().parse::<HeaderValue>().ok()?,
                ))
            })
            .collect::<Option<HeaderMap>>()?;
        let mut answer = Answer {
            what: "a request on a raw connection".to_owned(),
            status,
            headers,
            body: Vec::new(),
        };
        answer.body = match answer.header("content-length").parse() {
            _ if status < 200 || matches!(status, 204 | 304) => Vec::new(),
            _ if answer.header("transfer-encoding") == "chunked" => self.chunks()?,
            Ok(length) => self.exactly(length)?,
            Err(_) => self.everything(),
        };
        Some(answer)
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = self.until(b"\r\n")?;
            let size = usize::from_str_radix(String::from_utf8_lossy(&size).trim(), 16).ok()?;
            let piece = self.exactly(size)?;
            self.until(b"\r\n")?;
            if size == 0 {
                return Some(body);
            }
            body.extend_from_slice(&piece);
        }
    }

    fn until(&mut self, mark: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.rest.windows(mark.len()).position(|window| window == mark) {
                let mut found: Vec<u8> = self.rest.drain(..at + mark.len()).collect();
                found.truncate(at);
                return Some(found);
            }
            self.more()?;
        }
    }

    fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.rest.len() < length {
            self.more()?;
        }
        Some(self.rest.drain(..length).collect())
    }

    fn everything(&mut self) -> Vec<u8> {
        while self.more().is_some() {}
        std::mem::take(&mut self.rest)
    }

    fn more(&mut self) -> Option<()> {
        let piece = self.read(64 * 1024);
        self.rest.extend_from_slice(&piece);
        (!piece.is_empty()).then_some(())
    }
}
