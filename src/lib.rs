//! Socle turns a folder of SQL migrations into a running backend.
//!
//! `ARCHITECTURE.md` describes the structure. The modules, from the outside in: [`command`] runs the subcommands and
//! [`http`] the server; [`openapi`] makes the OpenAPI document and [`endpoints`] describes the HTTP API as data;
//! [`records`] reads and writes rows, [`jobs`] is the job queue; [`access`] decides who may do what; [`schema`] is the model
//! of the tables and [`fields`] parses and validates input; [`config`] is the command line with its settings,
//! [`config_file`] is `socle.toml`; [`database`] is the only module that knows a database engine.

pub mod access;
pub mod clock;
pub mod command;
pub mod config;
pub mod config_file;
pub mod database;
pub mod duration;
pub mod endpoints;
pub mod fields;
pub mod http;
pub mod jobs;
pub mod openapi;
pub mod records;
pub mod schema;
pub mod telemetry;
