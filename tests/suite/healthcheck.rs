//! `socle healthcheck` against a port where something else listens.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::server::Setup;

#[test]
fn healthcheck_fails_in_bounded_time_against_another_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let setup = Setup::new().env("PORT", &port);
    let ended = setup.run(&["healthcheck"]).failure();
    assert!(ended.err.contains("no answer within 3 s"), "{}", ended.output());

    let stranger = thread::spawn(move || {
        let _ = listener.accept(); // the one before, which was never answered
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).unwrap(), 1, "the question ended early");
            asked.extend(byte);
        }
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n");
    });
    let ended = setup.run(&["healthcheck"]).failure();
    assert!(ended.err.contains("does not speak HTTP"), "{}", ended.output());
    stranger.join().unwrap();
}
