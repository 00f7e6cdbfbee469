//! The command line: every setting with its flag, variable, default and meaning, and the command to run.
//!
//! `main` calls [`parse`] with the arguments and the environment; nothing else in Socle reads either. The variable of a
//! setting is its flag in capitals (`--database-url`, `DATABASE_URL`); `--help` and the messages about invalid values are
//! generated from the same definitions. Arguments of commands that other rooms interpret (roles, job ids) stay text here
//! and are parsed by `command`.

mod accounts;
mod help;
mod parse;
mod perimeter;
mod setting;
mod values;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use crate::database::Synchronous;
pub use accounts::{TokenCommand, UserCommand};
pub use parse::{Environment, Exit, parse};
pub use perimeter::{AllowedHosts, CorsOrigins, HostPattern, RateLimit, TrustedProxies};
pub use values::{ByteSize, DatabaseUrl, LogFormat, LogLevel, Password, Roles};

/// The folder of migrations and `socle.toml` when `CONFIG_DIR` is not set.
pub const DEFAULT_CONFIG_DIR: &str = "/etc/socle";

/// A parsed command line.
#[derive(Debug, Clone, clap::Parser)]
#[command(
    name = "socle",
    version,
    bin_name = "socle",
    override_usage = "socle [COMMAND] [SETTINGS]",
    about = "Socle turns a folder of SQL migrations into a running backend: a REST API, pages and OpenAPI over SQLite."
)]
pub struct Cli {
    /// The settings, from flags, the environment and defaults, in that order.
    #[command(flatten)]
    pub settings: Settings,
    /// The command; without one, `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum Command {
    /// Apply pending migrations, then run the server until SIGTERM or SIGINT (the default)
    Serve,
    /// Apply pending migrations and print them; safe beside a running server
    Migrate {
        /// List what is applied and what is pending; change nothing
        #[arg(long)]
        status: bool,
    },
    /// Exit 0 when the local server is ready, 1 when not (for HEALTHCHECK and exec probes)
    Healthcheck,
    /// List, show, retry or cancel jobs; safe beside a running server
    Jobs {
        /// The subcommand
        #[command(subcommand)]
        what: JobsCommand,
    },
    /// Run built-in jobs without a server, until SIGTERM or SIGINT
    Worker,
    /// Add, list and remove accounts, and change their passwords; effective in running servers at once
    User {
        /// The subcommand
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Create, list and revoke tokens for programs
    Token {
        /// The subcommand
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Print the OpenAPI document of the current tables
    Openapi,
}

/// The subcommands of `socle jobs`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum JobsCommand {
    /// List jobs, the newest first
    List {
        /// Only jobs in this state: queued, processing, done, failed or cancelled
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// Only jobs of this kind
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// The number of jobs to list, up to 1000
        #[arg(long, value_name = "COUNT", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// List schedules with their timing, kind and origin
    Schedules,
    /// Print a job with its payload as JSON
    Show {
        /// The job, by its job_id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Queue a failed or cancelled job again
    Retry {
        /// The job, by its job_id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Cancel a job; the worker of a running job is notified at its next heartbeat
    Cancel {
        /// The job, by its job_id
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// The settings every command takes. The first line of each doc comment is its meaning in `--help`.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// The address to listen on; 0.0.0.0 is every IPv4 interface, :: every interface
    #[arg(long, global = true, value_name = "IP", default_value = "127.0.0.1", value_parser = values::address)]
    pub address: IpAddr,

    /// The port to listen on; 0 takes any free one
    #[arg(long, global = true, value_name = "PORT", default_value = "8000", value_parser = values::port)]
    pub port: u16,

    /// The database file; its parent folders are created
    #[arg(
        long,
        global = true,
        value_name = "URL",
        default_value = "sqlite:data/socle.db",
        value_parser = values::database_url
    )]
    pub database_url: DatabaseUrl,

    /// The folder with your tables, as V1__name.sql, V2__name.sql, …; when unset, /etc/socle if it exists
    #[arg(long, global = true, value_name = "FOLDER", value_parser = values::folder)]
    pub config_dir: Option<PathBuf>,

    /// The title shown on the pages
    #[arg(long, global = true, value_name = "TEXT", default_value = "Socle")]
    pub app_title: String,

    /// The version shown on the pages and by the health endpoints
    #[arg(long, global = true, value_name = "TEXT", default_value = env!("CARGO_PKG_VERSION"))]
    pub app_version: String,

    /// The name of the environment in the response of `/`
    #[arg(long, global = true, value_name = "TEXT", default_value = "production")]
    pub app_environment: String,

    /// The accepted host names: *, or a comma-separated list; .example.org includes every name below it
    #[arg(long, global = true, value_name = "HOSTS", default_value = "*", value_parser = perimeter::allowed_hosts)]
    pub allowed_hosts: AllowedHosts,

    /// The origins that may use the API from a browser: none, *, or a comma-separated list of https://host
    #[arg(long, global = true, value_name = "ORIGINS", default_value = "none", value_parser = perimeter::cors_origins)]
    pub cors_origins: CorsOrigins,

    /// The proxies whose X-Forwarded-For, -Proto and -Host are used: none, or a comma-separated list of networks
    #[arg(
        long,
        global = true,
        value_name = "NETWORKS",
        default_value = "none",
        value_parser = perimeter::trusted_proxies
    )]
    pub trusted_proxies: TrustedProxies,

    /// The request rate allowed per client address: off, 100/s, 1000/m or 20000/h
    #[arg(long, global = true, value_name = "RATE", default_value = "off", value_parser = perimeter::rate_limit)]
    pub rate_limit: RateLimit,

    /// full: a write is answered once it is on disk; normal: once it is in the log
    #[arg(
        long,
        global = true,
        value_name = "MODE",
        default_value = "full",
        value_parser = values::synchronous
    )]
    pub sqlite_synchronous: Synchronous,

    /// The parts that serve runs: api, pages, worker, separated by commas; health endpoints are always served
    #[arg(long, global = true, value_name = "PARTS", default_value = "api,pages,worker", value_parser = values::roles)]
    pub roles: Roles,

    /// The number of built-in jobs that run concurrently, in serve and in worker
    #[arg(long, global = true, value_name = "COUNT", default_value = "2", value_parser = values::workers)]
    pub job_workers: usize,

    /// How long finished jobs are kept; failed jobs are kept seven times as long (30m, 1h, 7d)
    #[arg(long, global = true, value_name = "TIME", default_value = "1h", value_parser = values::retention)]
    pub job_retention: Duration,

    /// The administrator account created or updated at start; needs ADMIN_PASSWORD
    #[arg(long, global = true, value_name = "NAME")]
    pub admin_login: Option<String>,

    /// Its password; prefer ADMIN_PASSWORD_FILE, since other users may see flags and variables
    #[arg(long, global = true, value_name = "TEXT", value_parser = values::password)]
    pub admin_password: Option<Password>,

    /// Its email address
    #[arg(long, global = true, value_name = "EMAIL")]
    pub admin_email: Option<String>,

    /// The largest body of a request (512KiB, 1MiB, 2M, or bytes)
    #[arg(long, global = true, value_name = "SIZE", default_value = "1MiB", value_parser = values::byte_size)]
    pub max_body: ByteSize,

    /// After SIGTERM, answer "not ready" this long before draining (500ms, 20s, 1m)
    #[arg(long, global = true, value_name = "TIME", default_value = "0s", value_parser = values::duration)]
    pub shutdown_delay: Duration,

    /// Drain open requests for at most this long, then exit
    #[arg(long, global = true, value_name = "TIME", default_value = "20s", value_parser = values::duration)]
    pub shutdown_grace: Duration,

    /// The format of log lines: text or json
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", value_parser = values::log_format)]
    pub log_format: LogFormat,

    /// off, error, warn, info, debug or trace; a module may have its own level: info,socle::request=off
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info", value_parser = values::log_level)]
    pub log_level: LogLevel,

    /// Add details to error responses; not for production
    #[arg(
        long,
        global = true,
        value_name = "BOOL",
        default_value = "false",
        default_missing_value = "true",
        num_args = 0..=1,
        require_equals = true,
        value_parser = values::boolean
    )]
    pub debug: bool,
}
