//! The integration tests: they start the real binary, each in a folder of its own, and speak HTTP to it.
//!
//! [`server`] starts and stops it, [`client`] asks for ordinary things, [`wire`] for those that no library would
//! send; [`people`] are those who sign in; [`queue`] asks for jobs; [`shell`], [`site`] and [`load`] are for a Socle that
//! Docker or Kubernetes runs. Every other module is one subject and reads as a list of what Socle promises about it.

// A test is allowed to stop at the first thing that is not as promised; that is what it is for.
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
mod pages_jobs;
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
