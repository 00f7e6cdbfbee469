//! A password from whoever runs a command: typed twice without being shown, or one line of standard input. Never an
//! argument, which every user of the machine could see.

use std::io::{self, BufRead, IsTerminal, Read, Stdin, Write};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};

use super::error::CommandError;

/// More of a line is not read.
const LONGEST: u64 = 64 * 1024;

/// Asks for the password of `name`.
pub(super) fn ask(name: &str) -> Result<String, CommandError> {
    let stdin = io::stdin();
    let password = match stdin.is_terminal() {
        true => twice(&stdin, name)?,
        false => line(&stdin)?,
    };
    match password.is_empty() {
        false => Ok(password),
        true => Err(CommandError::Unusable(
            "there is no password: type it on a terminal, or give it as one line on standard input".to_owned(),
        )),
    }
}

fn twice(stdin: &Stdin, name: &str) -> Result<String, CommandError> {
    let _silence = Silence::on(stdin).map_err(CommandError::System)?;
    let mut prompt = io::stderr().lock();
    let mut ask = |words: &str| {
        write!(prompt, "{words}: ")
            .and_then(|()| prompt.flush())
            .map_err(CommandError::System)?;
        line(stdin)
    };
    let password = ask(&format!("Password for {name}"))?;
    match ask("The same again")? == password {
        true => Ok(password),
        false => Err(CommandError::Unusable(
            "the two passwords differ: nothing was changed".to_owned(),
        )),
    }
}

fn line(stdin: &Stdin) -> Result<String, CommandError> {
    let mut line = String::new();
    stdin
        .lock()
        .take(LONGEST)
        .read_line(&mut line)
        .map_err(CommandError::System)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// The terminal does not show what is typed, for as long as this lives.
struct Silence<'a> {
    stdin: &'a Stdin,
    before: Termios,
}

impl<'a> Silence<'a> {
    fn on(stdin: &'a Stdin) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut silent = before.clone();
        silent.local_flags.remove(LocalFlags::ECHO);
        silent.local_flags.insert(LocalFlags::ECHONL);
        tcsetattr(stdin, SetArg::TCSAFLUSH, &silent)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.stdin, SetArg::TCSAFLUSH, &self.before);
    }
}
