//! The program: parses the command line and the environment, runs one command, and sets the exit code.

use std::io::Write as _;
use std::process::ExitCode;

use socle::{command, config};

fn main() -> ExitCode {
    match config::parse(std::env::args_os(), &|name| std::env::var_os(name)) {
        Ok(cli) => command::run(cli),
        Err(exit) => {
            // An output that cannot be written cannot be reported either.
            let _ = match exit.code {
                0 => std::io::stdout().write_all(exit.message.as_bytes()),
                _ => std::io::stderr().write_all(exit.message.as_bytes()),
            };
            ExitCode::from(exit.code)
        }
    }
}
