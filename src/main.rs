//! The program: reads the command line and the environment, runs one command, and says how that ended.

use std::io::Write as _;
use std::process::ExitCode;

use socle::{command, config};

fn main() -> ExitCode {
    match config::parse(std::env::args_os(), &|name| std::env::var_os(name)) {
        Ok(cli) => command::run(cli),
        Err(exit) => {
            // Nobody is left to be told when this cannot be written.
            let _ = match exit.code {
                0 => std::io::stdout().write_all(exit.message.as_bytes()),
                _ => std::io::stderr().write_all(exit.message.as_bytes()),
            };
            ExitCode::from(exit.code)
        }
    }
}
