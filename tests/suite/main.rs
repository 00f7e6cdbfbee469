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

mod browser;
mod client;
mod closed;
mod load;
mod people;
mod process;
mod queue;
mod server;
mod shell;
mod site;
mod wire;

mod accounts;
mod administrator;
mod attack_bytes;
mod attack_credentials;
mod attack_csrf;
mod attack_jobs;
mod attack_paths;
mod attack_roles;
mod attack_sign_in;
mod attack_sql;
mod audit;
mod bulk;
mod concurrency;
mod cors;
mod csrf;
mod cursors;
mod docker;
mod durability;
mod errors;
mod formats;
mod forms;
mod headers;
mod health;
mod healthcheck;
mod hidden;
mod hidden_refusals;
mod hostile;
mod hosts;
mod items_api;
mod jobs_api;
mod jobs_command;
mod jobs_events;
mod jobs_leases;
mod jobs_lists;
mod jobs_storm;
mod jobs_waiting;
mod jobs_workers;
mod keys;
mod kubernetes;
mod library;
mod lifecycle;
mod lists;
mod logs;
mod lookups;
mod migrations;
mod openapi;
mod options;
mod pages;
mod pages_access;
mod pages_grid;
mod pages_jobs;
mod pages_views;
mod proxies;
mod read_only;
mod references;
mod refusals;
mod reload;
mod routes;
mod rules;
mod rules_file;
mod schedules;
mod schedules_api;
mod search;
mod sessions;
mod settings;
mod sign_in_limits;
mod stored_values;
mod streaming;
mod table_rights;
mod tables;
mod token_command;
mod tokens;
mod types;
mod user_command;
