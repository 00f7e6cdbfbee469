//! The types of settings, and their parsers with the description of what each allows.
//!
//! The parsers are called by clap. Their errors describe only what is allowed; [`super::parse`] adds the setting and its
//! value.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::database::Synchronous;
use crate::duration;

/// The location of the database: `sqlite:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseUrl(PathBuf);

impl DatabaseUrl {
    /// The path of the database file.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// A password. Its `Debug` output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The password itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// The parts of Socle that a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// The API of tables and jobs, with its OpenAPI document.
    pub api: bool,
    /// The pages.
    pub pages: bool,
    /// The workers for built-in jobs, and the scheduler.
    pub worker: bool,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Readable text.
    Text,
    /// One JSON object per line.
    Json,
}

/// The log filter: a default level, and levels of modules that differ from it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLevel(Targets);

impl LogLevel {
    /// The filter for `tracing-subscriber`.
    pub fn targets(&self) -> &Targets {
        &self.0
    }

    /// Whether every line is filtered out.
    pub fn is_off(&self) -> bool {
        self.0.default_level() == Some(LevelFilter::OFF) && self.0.iter().count() == 0
    }
}

impl fmt::Display for ByteSize {
    /// In the largest unit that gives a whole number: `1MiB`, `1500 bytes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, bytes) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0 >= bytes && self.0.is_multiple_of(bytes) {
                return write!(f, "{}{unit}", self.0 / bytes);
            }
        }
        write!(f, "{} bytes", self.0)
    }
}

pub(super) fn roles(text: &str) -> Result<Roles, &'static str> {
    const ALLOWED: &str = "some of api, pages and worker, separated by commas";
    let mut roles = Roles {
        api: false,
        pages: false,
        worker: false,
    };
    for role in text.split(',').map(str::trim) {
        match role.to_ascii_lowercase().as_str() {
            "api" => roles.api = true,
            "pages" => roles.pages = true,
            "worker" => roles.worker = true,
            _ => return Err(ALLOWED),
        }
    }
    Ok(roles)
}

pub(super) fn workers(text: &str) -> Result<usize, &'static str> {
    let count = text.parse().ok().filter(|count| (1..=256).contains(count));
    count.ok_or("a number of workers from 1 to 256; to have none, leave worker out of ROLES")
}

pub(super) fn address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse()
        .map_err(|_| "an IP address, such as 127.0.0.1, 0.0.0.0 or ::1")
}

pub(super) fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "a port number from 0 to 65535")
}

/// Parses `sqlite:PATH`, `sqlite://PATH` and `sqlite:///PATH` (the last one absolute).
pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, &'static str> {
    const ALLOWED: &str =
        "sqlite:PATH with the path of a file, such as sqlite:data/socle.db or sqlite:///data/socle.db";
    let Some(rest) = text.strip_prefix("sqlite:") else {
        return Err(ALLOWED);
    };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path == ":memory:" {
        return Err("sqlite:PATH with the path of a file: a database in memory is lost at the end of the process");
    }
    if path.contains('?') {
        return Err("sqlite:PATH with the path of a file, without parameters after a question mark");
    }
    if path.is_empty() || path.ends_with('/') {
        return Err(ALLOWED);
    }
    Ok(DatabaseUrl(PathBuf::from(path)))
}

/// Accepts every text, since an error message would show the value. The rules for passwords are checked when the account
/// is written.
pub(super) fn password(text: &str) -> Result<Password, Infallible> {
    Ok(Password(text.to_owned()))
}

pub(super) fn folder(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    match path.is_dir() {
        true => Ok(path),
        false => Err("a folder that exists and may be read"),
    }
}

pub(super) fn synchronous(text: &str) -> Result<Synchronous, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "full" => Ok(Synchronous::Full),
        "normal" => Ok(Synchronous::Normal),
        _ => Err("full or normal"),
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("text or json"),
    }
}

pub(super) fn boolean(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("true or false"),
    }
}

/// Parses a size with the units of Kubernetes: `k`, `M`, `G` are powers of 1000, `Ki`, `Mi`, `Gi` powers of 1024. A `B` may
/// follow; case is ignored.
pub(super) fn byte_size(text: &str) -> Result<ByteSize, &'static str> {
    const ALLOWED: &str = "a size above zero, such as 512KiB, 1MiB, 2M or a number of bytes";
    let (number, unit) = duration::split_number(text).ok_or(ALLOWED)?;
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "ki" | "kib" => 1 << 10,
        "mi" | "mib" => 1 << 20,
        "gi" | "gib" => 1 << 30,
        _ => return Err(ALLOWED),
    };
    match number.checked_mul(factor) {
        None | Some(0) => Err(ALLOWED),
        Some(bytes) => Ok(ByteSize(bytes)),
    }
}

/// Parses a duration of at most a day; a number alone is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    within(text, Duration::ZERO, DAY)
}

/// Parses how long finished jobs are kept: from a second to ten years.
pub(super) fn retention(text: &str) -> Result<Duration, String> {
    within(text, Duration::from_secs(1), DAY * 3650)
}

fn within(text: &str, least: Duration, most: Duration) -> Result<Duration, String> {
    let duration = duration::parse_or_seconds(text).filter(|duration| (least..=most).contains(duration));
    duration.ok_or_else(|| duration::allowed(least, most))
}

const DAY: Duration = Duration::from_secs(86_400);

/// Parses a level and `module=level` pairs, separated by commas.
///
/// Not left to `Targets`, which would take a mistyped level for the name of a module.
pub(super) fn log_level(text: &str) -> Result<LogLevel, &'static str> {
    const ALLOWED: &str =
        "off, error, warn, info, debug or trace, optionally with levels of modules, such as info,socle::request=off";
    let mut targets = Targets::new();
    for piece in text.split(',').map(str::trim) {
        targets = match piece.split_once('=') {
            None => targets.with_default(level(piece).ok_or(ALLOWED)?),
            Some((target, piece)) if !target.is_empty() => targets.with_target(target, level(piece).ok_or(ALLOWED)?),
            Some(_) => return Err(ALLOWED),
        };
    }
    Ok(LogLevel(targets))
}

fn level(text: &str) -> Option<LevelFilter> {
    match text.to_ascii_lowercase().as_str() {
        "warning" => Some(LevelFilter::WARN),
        name @ ("off" | "error" | "warn" | "info" | "debug" | "trace") => LevelFilter::from_str(name).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_database_url_is_parsed() {
        for (text, path) in [
            ("sqlite:data/socle.db", "data/socle.db"),
            ("sqlite://data/socle.db", "data/socle.db"),
            ("sqlite:/data/socle.db", "/data/socle.db"),
            ("sqlite:///data/socle.db", "/data/socle.db"),
            ("sqlite:with space.db", "with space.db"),
        ] {
            assert_eq!(database_url(text), Ok(DatabaseUrl(PathBuf::from(path))), "{text}");
        }
        for text in [
            "data/socle.db",
            "postgres://host/db",
            "sqlite:",
            "sqlite:///",
            "sqlite:data/",
            "sqlite:a?mode=ro",
        ] {
            assert!(database_url(text).is_err(), "{text}");
        }
        assert!(database_url("sqlite::memory:").is_err_and(|allowed| allowed.contains("in memory")));
    }

    #[test]
    fn sizes_are_read_with_decimal_and_binary_units() {
        for (text, bytes) in [
            ("1048576", 1 << 20),
            ("1MiB", 1 << 20),
            ("1Mi", 1 << 20),
            ("512k", 512_000),
            ("2 GB", 2_000_000_000),
        ] {
            assert_eq!(byte_size(text), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "0", "-1", "1.5MiB", "1XB", "MiB", "99999999999GiB"] {
            assert!(byte_size(text).is_err(), "{text}");
        }
        assert_eq!(ByteSize(1 << 20).to_string(), "1MiB");
        assert_eq!(ByteSize(1500).to_string(), "1500 bytes");
    }

    #[test]
    fn times_are_read_with_units_and_plain_numbers_are_seconds() {
        for (text, milliseconds) in [
            ("0s", 0),
            ("20s", 20_000),
            ("1m", 60_000),
            ("500ms", 500),
            ("3", 3_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "-1s", "2d", "25h", "1.5s", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_kept_may_be_kept_for_days_and_not_for_no_time() {
        assert_eq!(retention("7d"), Ok(DAY * 7));
        assert_eq!(retention("1s"), Ok(Duration::from_secs(1)));
        for text in ["0s", "999ms", "3651d", "for ever", "1y"] {
            assert!(retention(text).is_err(), "{text}");
        }
    }

    #[test]
    fn roles_are_any_of_three() {
        let [api, pages, worker] = [true, false, true];
        assert_eq!(roles("worker, API"), Ok(Roles { api, pages, worker }));
        for text in ["", "api,", "api;worker", "everything"] {
            assert!(roles(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_mistyped_log_level_is_not_taken_for_a_module() {
        assert!(log_level("off").is_ok_and(|level| level.is_off()));
        assert!(log_level("WARNING").is_ok_and(|level| level.targets().default_level() == Some(LevelFilter::WARN)));
        assert!(log_level("info,socle::request=off").is_ok_and(|level| !level.is_off()));
        for text in ["verbose", "", "info,", "=info", "socle=loud"] {
            assert!(log_level(text).is_err(), "{text}");
        }
    }
}
