//! Other people's programs, docker and kubectl above all, run as a person would; used by [`crate::docker`] and
//! [`crate::kubernetes`].

use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a program left behind when it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) what: String,
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// Asserts that it ended well, and gives what it printed without the line break at the end.
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert!(
            self.code == Some(0),
            "{} ended with {:?}:\n{}{}",
            self.what,
            self.code,
            self.out,
            self.err
        );
        self.out.trim_end().to_owned()
    }

    /// Asserts that it ended badly, and gives all that it said.
    #[track_caller]
    pub(crate) fn badly(self) -> String {
        assert!(
            self.code.is_some_and(|code| code != 0),
            "{} ended with {:?}:\n{}",
            self.what,
            self.code,
            self.out
        );
        self.out + &self.err
    }
}

/// Runs a program in the project's folder, where the commands of the README are run.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Outcome {
    run_with(program, arguments, &[])
}

/// The same with some variables set.
pub(crate) fn run_with(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let what = format!("{program} {}", arguments.join(" "));
    let Output { status, stdout, stderr } = command(program, arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Outcome {
        what,
        code: status.code(),
        out: text(&stdout),
        err: text(&stderr),
    }
}

/// A program in the project's folder, not started yet.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null());
    command
}

pub(crate) fn docker(arguments: &[&str]) -> Outcome {
    run("docker", arguments)
}

/// The image under test: `SOCLE_TEST_IMAGE` when somebody has built it, else built here, once for all tests.
pub(crate) fn image() -> &'static str {
    static IMAGE: LazyLock<String> = LazyLock::new(|| {
        std::env::var("SOCLE_TEST_IMAGE").unwrap_or_else(|_| {
            docker(&["build", "--quiet", "--tag", "socle", "."]).well();
            "socle".to_owned()
        })
    });
    &IMAGE
}

/// A name that no other test, and no other run of the tests, uses.
pub(crate) fn unique_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!(
        "socle-test-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}
