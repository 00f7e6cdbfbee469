//! Reading a password: typed twice on a terminal without echo, or one line of standard input. It is never an argument,
//! since every user of the machine can list the arguments of processes.

use std::io::{self, BufRead, IsTerminal, Read, Stdin, Write};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};

use super::error::CommandError;

/// The bytes of a line that are read.
const MAX_LINE: u64 = 64 * 1024;

/// Reads the password for the account `name`.
pub(super) fn ask(name: &str) -> Result<String, CommandError> {
    let stdin = io::stdin();
    let password = match stdin.is_terminal() {
        true => read_twice(&stdin, name)?,
        false => read_line(&stdin)?,
    };
    match password.is_empty() {
        false => Ok(password),
        true => Err(CommandError::Unusable(
            "there is no password: type it on a terminal, or give it as one line on standard input".to_owned(),
        )),
    }
}

fn read_twice(stdin: &Stdin, name: &str) -> Result<String, CommandError> {
    let _no_echo = NoEcho::on(stdin).map_err(CommandError::System)?;
    let mut prompt = io::stderr().lock();
    let mut ask = |text: &str| {
        write!(prompt, "{text}: ")
            .and_then(|()| prompt.flush())
            .map_err(CommandError::System)?;
        read_line(stdin)
    };
    let password = ask(&format!("Password for {name}"))?;
    match ask("The same again")? == password {
        true => Ok(password),
        false => Err(CommandError::Unusable(
            "the two passwords differ: nothing was changed".to_owned(),
        )),
    }
}

fn read_line(stdin: &Stdin) -> Result<String, CommandError> {
    let mut line = String::new();
    stdin
        .lock()
        .take(MAX_LINE)
        .read_line(&mut line)
        .map_err(CommandError::System)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Turns off the terminal's echo until it is dropped.
struct NoEcho<'a> {
    stdin: &'a Stdin,
    before: Termios,
}

impl<'a> NoEcho<'a> {
    fn on(stdin: &'a Stdin) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut changed = before.clone();
        changed.local_flags.remove(LocalFlags::ECHO);
        changed.local_flags.insert(LocalFlags::ECHONL);
        tcsetattr(stdin, SetArg::TCSAFLUSH, &changed)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for NoEcho<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.stdin, SetArg::TCSAFLUSH, &self.before);
    }
}
