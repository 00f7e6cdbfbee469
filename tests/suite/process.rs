//! A child process of a test: its output is collected while it runs, and it is killed when the test ends.
//!
//! [`Setup`](crate::server::Setup) starts them.

use std::io::Read;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use crate::server::TIMEOUT;

/// The exit of a process: its status and its whole output.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Exit {
    pub(crate) fn output(&self) -> String {
        format!("{}{}({})", self.out, self.err, self.status)
    }

    /// Asserts that it exited with status 0.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        assert!(self.status.success(), "{}", self.output());
        self
    }

    /// Asserts that it exited with an error status: neither by a signal nor by a panic.
    #[track_caller]
    pub(crate) fn failure(self) -> Self {
        assert!(
            self.status.code().is_some_and(|code| code != 0 && code != 101),
            "{}",
            self.output()
        );
        assert!(!self.output().contains("panicked"), "{}", self.output());
        self
    }
}

/// A child process whose output is read continuously, so that it never blocks on a full pipe.
pub(crate) struct Process {
    pub(crate) child: Child,
    out: Arc<Mutex<Vec<u8>>>,
    err: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the binary starts");
        let (out, err) = (Arc::default(), Arc::default());
        let readers = vec![
            drain(child.stdout.take().expect("standard output"), Arc::clone(&out)),
            drain(child.stderr.take().expect("standard error"), Arc::clone(&err)),
        ];
        Self {
            child,
            out,
            err,
            readers,
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"))
    }

    pub(crate) fn output(&self) -> String {
        text(&self.out) + &text(&self.err)
    }

    #[track_caller]
    pub(crate) fn wait(&mut self) -> Exit {
        let deadline = Instant::now() + TIMEOUT;
        let status = loop {
            match self.child.try_wait().expect("the state of the process") {
                Some(status) => break status,
                None => assert!(Instant::now() < deadline, "it did not end; it said:\n{}", self.output()),
            }
            thread::sleep(Duration::from_millis(5));
        };
        for reader in self.readers.drain(..) {
            reader.join().expect("the reader of its output");
        }
        Exit {
            status,
            out: text(&self.out),
            err: text(&self.err),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(bytes: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.lock().expect("the output")).into_owned()
}

fn drain(mut pipe: impl Read + Send + 'static, into: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut piece) {
            into.lock().expect("the output").extend_from_slice(&piece[..length]);
        }
    })
}
