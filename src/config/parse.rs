//! Parses arguments and environment into a [`Cli`], or into the error line.
//!
//! The flags are parsed first, alone. Then each setting without a flag is looked up in the environment and prepended to
//! the arguments as a flag, and everything is parsed again: flags and variables have the same parsers, and an error of
//! the second pass is that of a variable.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::setting::{self, variable_name};
use super::{Cli, DEFAULT_CONFIG_DIR, Settings, help};

/// The end of the process before any command runs: help was requested, or the command line is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The exit code of the process: 0 for help and version, 2 for an error.
    pub code: u8,
    /// What to print: to standard output for 0, to standard error otherwise. Ends with a newline.
    pub message: String,
}

/// Looks up a variable of the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Reads the command line and the environment; the first of `arguments` is the program's own name.
///
/// A flag wins over a variable, a variable over the default. Any variable `X` may come as `X_FILE`, the path of a file
/// that holds the value. A variable that is set but empty counts as unset.
///
/// # Errors
///
/// [`Exit`] with code 0 and the text when help or the version was asked for; with code 2 and one line that names the
/// setting, the value and what is allowed otherwise.
pub fn parse(arguments: impl IntoIterator<Item = OsString>, environment: Environment<'_>) -> Result<Cli, Exit> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let command = help::add_settings_table(Cli::command());
    let flags = command
        .clone()
        .try_get_matches_from(&arguments)
        .map_err(|error| exit(error, &[]))?;

    let mut variables = Vec::new();
    for setting in setting::settings(&command) {
        if has_flag(&flags, &setting.id) {
            continue;
        }
        variables.extend(variable(&setting.flag, environment)?);
    }

    let (program, rest) = arguments.split_at_checked(1).unwrap_or((&arguments, &[]));
    let injected = variables.iter().map(|variable| variable.as_flag.clone());
    let everything = program.iter().cloned().chain(injected).chain(rest.iter().cloned());
    let mut cli = command
        .try_get_matches_from(everything)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| exit(error, &variables))?;

    check_administrator(&cli.settings)?;
    if cli.settings.config_dir.is_none() && Path::new(DEFAULT_CONFIG_DIR).is_dir() {
        cli.settings.config_dir = Some(PathBuf::from(DEFAULT_CONFIG_DIR));
    }
    Ok(cli)
}

/// Checks that the administrator has a name and a password.
fn check_administrator(settings: &Settings) -> Result<(), Exit> {
    let message = match (&settings.admin_login, &settings.admin_password) {
        (Some(_), None) => "ADMIN_LOGIN is set without ADMIN_PASSWORD: set both, or neither",
        (None, Some(_)) => "ADMIN_PASSWORD is set without ADMIN_LOGIN: set both, or neither",
        (None, None) if settings.admin_email.is_some() => {
            "ADMIN_EMAIL is set without ADMIN_LOGIN and ADMIN_PASSWORD: set all of them, or none"
        }
        _ => return Ok(()),
    };
    Err(invalid(message.to_owned()))
}

/// A setting whose value comes from the environment.
struct Variable {
    /// `--flag`, by which it is found when clap refuses the value.
    flag: String,
    /// The name for messages: `PORT`, or `PORT_FILE (/run/secrets/port)`.
    described: String,
    /// `--flag=value`.
    as_flag: OsString,
}

/// Whether the setting has a flag, before or after a subcommand.
fn has_flag(matches: &ArgMatches, id: &str) -> bool {
    let is_here = matches.try_contains_id(id).is_ok() && matches.value_source(id) == Some(ValueSource::CommandLine);
    is_here || matches.subcommand().is_some_and(|(_, matches)| has_flag(matches, id))
}

/// The value of the variable `X`, or the content of the file that `X_FILE` names, without its final line break.
fn variable(flag: &str, environment: Environment<'_>) -> Result<Option<Variable>, Exit> {
    let name = variable_name(flag);
    let file_name = format!("{name}_FILE");
    let set = |name: &str| environment(name).filter(|value| !value.is_empty());

    let (described, value) = match (set(&name), set(&file_name)) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(invalid(format!(
                "{name} and {file_name} are both set: keep one of them"
            )));
        }
        (Some(value), None) => (name, value),
        (None, Some(path)) => {
            let path = PathBuf::from(path);
            let mut text = std::fs::read_to_string(&path).map_err(|error| {
                invalid(format!(
                    "{file_name} is {path:?}, which cannot be read: {error}; allowed: the path of a readable text file"
                ))
            })?;
            if text.ends_with('\n') {
                text.pop();
                if text.ends_with('\r') {
                    text.pop();
                }
            }
            if text.is_empty() {
                return Ok(None);
            }
            (format!("{file_name} ({})", path.display()), OsString::from(text))
        }
    };

    let mut as_flag = OsString::from(format!("--{flag}="));
    as_flag.push(value);
    Ok(Some(Variable {
        flag: format!("--{flag}"),
        described,
        as_flag,
    }))
}

/// The exit for an error of clap, which reports help texts as errors too.
fn exit(error: clap::Error, variables: &[Variable]) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit {
            code: 0,
            message: error.render().to_string(),
        },
        // A command without its subcommand, such as `socle user`: the message is its help text.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Exit {
            code: 2,
            message: error.render().to_string(),
        },
        ErrorKind::ValueValidation => invalid(refused_value(&error, variables)),
        _ => invalid(format!("{}; see `socle --help`", one_line(&error.render().to_string()))),
    }
}

/// The message for an invalid value: the setting, the value and what is allowed.
fn refused_value(error: &clap::Error, variables: &[Variable]) -> String {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let flag = argument.split([' ', '=', '[']).next().unwrap_or_default();
    let allowed = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    let is_setting = setting::settings(&Cli::command())
        .iter()
        .any(|setting| flag.strip_prefix("--") == Some(&setting.flag));
    let name = match variables.iter().find(|variable| variable.flag == flag) {
        Some(variable) => format!("{} (or {flag})", variable.described),
        None if !is_setting => flag.to_owned(),
        None => format!("{flag} (or {})", variable_name(flag.trim_start_matches('-'))),
    };
    format!("{name} is {:?}; allowed: {allowed}", context(ContextKind::InvalidValue))
}

/// clap's message and its tips as one line, without the usage that follows them.
fn one_line(rendered: &str) -> String {
    let lines: Vec<&str> = rendered
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_start_matches("error: ").trim_start_matches("tip: "))
        .collect();
    lines.join("; ")
}

fn invalid(message: String) -> Exit {
    Exit {
        code: 2,
        message: format!("socle: {message}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ByteSize, Command};
    use super::*;

    /// Parses a line such as `migrate --port 1`, with variables given as pairs.
    fn read(line: &str, variables: &[(&str, &str)]) -> Result<Cli, Exit> {
        let arguments = std::iter::once("socle")
            .chain(line.split_whitespace())
            .map(OsString::from);
        parse(arguments, &|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    fn refusal(line: &str, variables: &[(&str, &str)]) -> String {
        match read(line, variables) {
            Err(exit) => {
                assert_eq!(exit.code, 2, "{}", exit.message);
                assert_eq!(exit.message.lines().count(), 1, "{}", exit.message);
                exit.message
            }
            Ok(cli) => panic!("accepted: {cli:?}"),
        }
    }

    #[test]
    fn a_flag_wins_over_a_variable_and_a_variable_over_the_default() {
        assert_eq!(read("", &[]).unwrap().settings.port, 8000);
        assert_eq!(read("", &[("PORT", "9001")]).unwrap().settings.port, 9001);
        assert_eq!(read("--port 9002", &[("PORT", "9001")]).unwrap().settings.port, 9002);
        assert_eq!(
            read("--port 9002", &[("PORT", "nonsense")]).unwrap().settings.port,
            9002
        );
        assert_eq!(read("", &[("PORT", "")]).unwrap().settings.port, 8000);
    }

    #[test]
    fn flags_work_before_and_after_the_command() {
        for line in [
            "--port 9002 migrate --status",
            "migrate --port 9002 --status",
            "migrate --status --port=9002",
        ] {
            let cli = read(line, &[("PORT", "9001"), ("DEBUG", "True")]).unwrap();
            assert_eq!(cli.settings.port, 9002, "{line}");
            assert!(cli.settings.debug, "{line}");
            assert_eq!(cli.command, Some(Command::Migrate { status: true }), "{line}");
        }
        assert_eq!(read("serve", &[("PORT", "9001")]).unwrap().settings.port, 9001);
    }

    #[test]
    fn debug_needs_no_value_and_takes_one() {
        assert!(read("--debug serve", &[]).unwrap().settings.debug);
        assert!(!read("--debug=false", &[("DEBUG", "1")]).unwrap().settings.debug);
    }

    #[test]
    fn a_value_may_come_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("size");
        std::fs::write(&file, "2MiB\r\n").unwrap();
        let path = file.to_str().unwrap();
        assert_eq!(
            read("", &[("MAX_BODY_FILE", path)]).unwrap().settings.max_body,
            ByteSize(2 << 20)
        );

        let message = refusal("", &[("MAX_BODY_FILE", path), ("MAX_BODY", "1MiB")]);
        assert!(message.contains("MAX_BODY and MAX_BODY_FILE are both set"), "{message}");

        std::fs::write(&file, "large\n").unwrap();
        let message = refusal("", &[("MAX_BODY_FILE", path)]);
        assert!(
            message.contains("MAX_BODY_FILE") && message.contains(path) && message.contains("\"large\""),
            "{message}"
        );

        let message = refusal("", &[("MAX_BODY_FILE", "/nowhere/size")]);
        assert!(
            message.contains("MAX_BODY_FILE") && message.contains("/nowhere/size"),
            "{message}"
        );
    }

    #[test]
    fn a_bad_value_is_refused_in_one_line_with_the_setting_the_value_and_what_is_allowed() {
        assert_eq!(
            refusal("", &[("PORT", "http")]),
            "socle: PORT (or --port) is \"http\"; allowed: a port number from 0 to 65535\n"
        );
        assert_eq!(
            refusal("serve --port 70000", &[]),
            "socle: --port (or PORT) is \"70000\"; allowed: a port number from 0 to 65535\n"
        );
        for (name, value) in [
            ("ADDRESS", "localhost"),
            ("DATABASE_URL", "data/socle.db"),
            ("CONFIG_DIR", "/nowhere/at/all"),
            ("SQLITE_SYNCHRONOUS", "off"),
            ("MAX_BODY", "big"),
            ("ROLES", "everything"),
            ("JOB_WORKERS", "0"),
            ("JOB_RETENTION", "a while"),
            ("SHUTDOWN_DELAY", "-1s"),
            ("SHUTDOWN_GRACE", "1 fortnight"),
            ("LOG_FORMAT", "xml"),
            ("LOG_LEVEL", "loud"),
            ("DEBUG", "maybe"),
        ] {
            let message = refusal("migrate", &[(name, value)]);
            assert!(message.starts_with(&format!("socle: {name} (or --")), "{message}");
            assert!(message.contains(&format!("{value:?}; allowed: ")), "{message}");
        }
    }

    #[test]
    fn a_flag_wins_over_an_invalid_variable() {
        let cli = read("jobs list --port 9", &[("PORT", "nonsense")]).unwrap();
        assert_eq!(cli.settings.port, 9);
    }

    #[test]
    fn what_is_not_a_flag_or_command_is_refused_with_a_hint() {
        assert!(refusal("--prot 1", &[]).contains("--port"));
        assert!(refusal("migrat", &[]).contains("migrate"));
        assert!(refusal("--port", &[]).contains("--port"));
    }

    #[test]
    fn help_lists_every_setting_with_flag_variable_and_default() {
        for line in ["--help", "-h", "migrate --help", "help serve"] {
            let exit = read(line, &[("PORT", "nonsense")]).unwrap_err();
            assert_eq!(exit.code, 0);
            for setting in setting::settings(&Cli::command()) {
                assert!(
                    exit.message.contains(&format!("--{}", setting.flag)),
                    "{line}: {}",
                    exit.message
                );
                assert!(
                    exit.message.contains(&variable_name(&setting.flag)),
                    "{line}: {}",
                    exit.message
                );
            }
        }
        assert_eq!(read("--version", &[]).unwrap_err().code, 0);
    }
}
