//! The integration tests: black-box tests that start the real binary and speak HTTP to it.
//!
//! Support: [`server`] builds, starts and stops servers; [`client`] sends requests and checks answers, [`raw_connection`]
//! sends bytes that no client library would; [`tables`] are the tables that servers are given; [`sql`] runs SQL on the
//! database directly; [`accounts_fixture`] and [`roles_fixture`] sign in; [`jobs_client`] talks to the queue; [`shell`],
//! [`site`] and [`load`] are for servers that Docker or Kubernetes runs. Every other module tests one subject, and its test
//! names state what Socle guarantees about it.

// A test fails by panicking at the first thing that is not as specified.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod accounts_fixture;
mod browser;
mod client;
mod jobs_client;
mod load;
mod process;
mod raw_connection;
mod roles_fixture;
mod server;
mod shell;
mod site;
mod sql;
mod tables;

mod accounts;
mod administrator;
mod architecture;
mod array_inserts;
mod attack_credentials;
mod attack_csrf;
mod attack_framing;
mod attack_jobs;
mod attack_paths;
mod attack_roles;
mod attack_sign_in;
mod attack_sql;
mod audit;
mod concurrency;
mod cors;
mod csrf;
mod docker;
mod durability;
mod formats;
mod forms;
mod headers;
mod health;
mod healthcheck;
mod hidden;
mod hidden_errors;
mod hosts;
mod http_errors;
mod items_api;
mod jobs_api;
mod jobs_command;
mod jobs_events;
mod jobs_leases;
mod jobs_lists;
mod jobs_waiting;
mod jobs_worker_crashes;
mod jobs_workers;
mod keyset_pages;
mod kubernetes;
mod library;
mod lifecycle;
mod lists;
mod logs;
mod lookups;
mod migrations;
mod misbehaving_clients;
mod openapi;
mod options;
mod pages;
mod pages_access;
mod pages_grid;
mod pages_jobs;
mod pages_views;
mod primary_keys;
mod proxies;
mod read_only;
mod references;
mod routes;
mod schedules;
mod schedules_api;
mod search;
mod sessions;
mod settings;
mod sign_in_limits;
mod socle_toml;
mod socle_toml_reload;
mod stored_values;
mod streaming;
mod table_access;
mod table_shapes;
mod token_command;
mod tokens;
mod triggers;
mod types;
mod user_command;
mod validation_errors;
