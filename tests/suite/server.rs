//! Starts and stops the real binary, each time in a folder of its own.
//!
//! A [`Setup`] describes how a process will be started: settings, tables, `socle.toml`. A [`Server`] is one that
//! listens.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{self, Signal};
use tempfile::TempDir;

use crate::process::{Exit, Process};

/// How long a test waits for any condition; generous, since the machine is busy with the other tests.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// Polls `ready` until it gives a value; fails the test after [`TIMEOUT`].
#[track_caller]
pub(crate) fn eventually<T>(what: &str, ready: impl FnMut() -> Option<T>) -> T {
    eventually_within(TIMEOUT, what, ready)
}

/// The same with another timeout, for what takes long by design.
#[track_caller]
pub(crate) fn eventually_within<T>(patience: Duration, what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(Instant::now() < deadline, "never happened: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// What a process is started with: a temporary folder, deleted with the last clone, variables and arguments.
#[derive(Clone)]
pub(crate) struct Setup {
    home: Arc<TempDir>,
    variables: BTreeMap<String, String>,
    arguments: Vec<String>,
    wrapper: Vec<String>,
}

impl Setup {
    /// An empty folder, a port that the system picks, and an empty `CONFIG_DIR` in place of `/etc/socle`.
    pub(crate) fn new() -> Self {
        let home = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        std::fs::create_dir(home.path().join("config")).expect("the configuration folder");
        let setup = Self {
            home,
            variables: BTreeMap::new(),
            arguments: Vec::new(),
            wrapper: Vec::new(),
        };
        let database = format!("sqlite:{}", setup.database().display());
        let config = setup.config_dir().display().to_string();
        setup
            .env("PORT", "0")
            .env("DATABASE_URL", &database)
            .env("CONFIG_DIR", &config)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Starts the binary through another program, which receives the binary's path and arguments as its last arguments.
    pub(crate) fn through(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|&part| part.to_owned()).collect();
        self
    }

    /// Gives the database these tables, as the first migration of the configuration folder.
    pub(crate) fn tables(self, sql: &str) -> Self {
        self.migration("V1__tables.sql", sql)
    }

    /// Adds a migration, such as `V2__loans.sql`, to the configuration folder.
    pub(crate) fn migration(self, name: &str, sql: &str) -> Self {
        std::fs::write(self.config_dir().join(name), sql).expect("a migration");
        self
    }

    /// Writes `socle.toml` into the configuration folder.
    pub(crate) fn socle_toml(self, text: &str) -> Self {
        self.write_socle_toml(text);
        self
    }

    /// The same while a server may be running.
    pub(crate) fn write_socle_toml(&self, text: &str) {
        std::fs::write(self.config_dir().join("socle.toml"), text).expect("socle.toml");
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn config_dir(&self) -> PathBuf {
        self.home().join("config")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.home().join("socle.db")
    }

    /// The command that this setup describes, not started, with `arguments` before the setup's own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let binary = env!("CARGO_BIN_EXE_socle");
        let mut command = match self.wrapper.split_first() {
            None => Command::new(binary),
            Some((program, rest)) => {
                let mut command = Command::new(program);
                command.args(rest).arg(binary);
                command
            }
        };
        command
            .args(arguments)
            .args(&self.arguments)
            .current_dir(self.home())
            .env_clear()
            .envs(&self.variables);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command that ends by itself.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Exit {
        let mut process = Process::start(self.command(arguments));
        process.wait()
    }

    /// The same with `input` on standard input.
    #[track_caller]
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Exit {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        let mut process = Process::start(command);
        let mut stdin = process.child.stdin.take().expect("standard input");
        // A command that needs no more input may have closed it.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        process.wait()
    }

    /// Starts the server and waits until it listens.
    #[track_caller]
    pub(crate) fn start(&self) -> Server {
        let mut process = Process::start(self.command(&[]));
        let address = eventually("a line that says where it listens", || {
            let said = process.output();
            let address = said.lines().find_map(listening_address);
            if address.is_none() && process.child.try_wait().expect("the state of the process").is_some() {
                panic!("the server ended before it listened:\n{}", process.wait().output());
            }
            address
        });
        Server {
            agent: crate::client::agent(),
            address,
            setup: self.clone(),
            process,
        }
    }
}

fn listening_address(line: &str) -> Option<SocketAddr> {
    let (_, after) = line.split_once("listening")?;
    let (_, address) = after.split_once("http://")?;
    let end = address.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':' | '[' | ']')));
    address[..end.unwrap_or(address.len())].parse().ok()
}

/// A server that listens. It is killed when the test ends; a test that fails prints the end of its log.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) setup: Setup,
    pub(crate) agent: ureq::Agent,
    process: Process,
}

impl Server {
    /// A server with default settings.
    #[track_caller]
    pub(crate) fn start() -> Self {
        Setup::new().start()
    }

    #[track_caller]
    pub(crate) fn with(describe: impl FnOnce(Setup) -> Setup) -> Self {
        describe(Setup::new()).start()
    }

    /// A server with these tables beside `items`.
    #[track_caller]
    pub(crate) fn with_tables(sql: &str) -> Self {
        Setup::new().tables(sql).start()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.child.id()
    }

    /// Everything it has written so far, standard output first.
    pub(crate) fn output(&self) -> String {
        self.process.output()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        signal::kill(self.process.pid(), signal).expect("the process takes a signal");
    }

    /// Sends SIGTERM, as Kubernetes does, and waits for the exit.
    #[track_caller]
    pub(crate) fn stop(&mut self) -> Exit {
        self.signal(Signal::SIGTERM);
        self.process.wait()
    }

    /// The same, and asserts how long it took at most.
    #[track_caller]
    pub(crate) fn stop_within(&mut self, longest: Duration) -> Exit {
        let began = Instant::now();
        let exit = self.stop();
        assert!(began.elapsed() < longest, "it took {:?}", began.elapsed());
        exit
    }

    /// Sends SIGKILL and waits for the exit.
    #[track_caller]
    pub(crate) fn kill(&mut self) -> Exit {
        self.process.child.kill().expect("the process is there to kill");
        self.process.wait()
    }

    /// Waits for the exit.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> Exit {
        self.process.wait()
    }

    pub(crate) fn has_exited(&mut self) -> bool {
        self.process
            .child
            .try_wait()
            .expect("the state of the process")
            .is_some()
    }

    /// The value of `name` in `/proc/PID/status`, in KiB.
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("the process's status");
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .expect("a line of the status");
        line.split_whitespace()
            .nth(1)
            .and_then(|figure| figure.parse().ok())
            .expect("a figure in KiB")
    }

    /// How many sockets it holds open.
    pub(crate) fn open_sockets(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("the process's files");
        let names = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
        names
            .filter(|name| name.to_string_lossy().starts_with("socket:"))
            .count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            let said = self.output();
            let lines: Vec<_> = said.lines().collect();
            let last = lines[lines.len().saturating_sub(20)..].join("\n");
            eprintln!("--- the server at {} said last:\n{last}", self.address);
        }
    }
}
