//! Socle turns a folder of SQL migrations into a running backend.
//!
//! `ARCHITECTURE.md` draws the house. The rooms, from the outside in: [`command`] and [`http`] speak to people and
//! programs; [`endpoints`] describes the HTTP API as data, [`openapi`] documents it; [`access`] says who may do what; [`jobs`] is work that outlives a request; [`records`] is the main job;
//! [`schema`] says which tables there are; [`fields`] is what a client sent; [`database`] is the only door to an engine.

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
