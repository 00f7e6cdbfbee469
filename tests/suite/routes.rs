//! Every endpoint of a running server, requested with every kind of credential: each answers as its access rule says.

use crate::accounts_fixture::{ADMIN, closed};
use crate::server::{Server, Setup};

/// An endpoint of the server: a method, a path with `<parameters>`, and who may come through.
#[derive(Debug)]
struct Endpoint {
    method: String,
    path: String,
    rule: Rule,
}

/// The access rules that endpoints stand under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Anyone; credentials are not looked at.
    Anyone,
    /// Credentials must be good; the table decides the rest.
    ByTable,
    /// Credentials must be good; jobs decide the rest.
    ByJobs,
    SignedIn,
    Admin,
}

/// Starts a server and reads its endpoints. The only function here that knows where their descriptions come from: the
/// log, to which the server writes each route that it mounts.
fn start(setup: Setup) -> (Server, Vec<Endpoint>) {
    let server = setup.env("LOG_LEVEL", "info,socle::routes=debug").start();
    let log = server.output();
    let lines = log.lines().filter_map(|line| line.split_once("socle::routes: "));
    let endpoints = lines.map(|(_, route)| {
        let (address, rule) = route
            .split_once(" is for ")
            .unwrap_or_else(|| panic!("no rule: {route}"));
        let (method, path) = address.split_once(' ').expect("a method and a path");
        Endpoint {
            method: method.to_owned(),
            path: path.to_owned(),
            rule: match rule {
                "anyone" => Rule::Anyone,
                "whom the table lets" => Rule::ByTable,
                "whom jobs let" => Rule::ByJobs,
                "the signed in" => Rule::SignedIn,
                "admins" => Rule::Admin,
                _ => panic!("an unknown rule: {route}"),
            },
        }
    });
    // Client libraries do not send these two.
    let endpoints: Vec<_> = endpoints
        .filter(|endpoint| !matches!(endpoint.method.as_str(), "CONNECT" | "TRACE"))
        .collect();
    assert!(endpoints.len() > 50, "{endpoints:?}");
    (server, endpoints)
}

/// Who may come through to an address of a closed server without a `socle.toml`.
#[derive(Debug, Clone, Copy)]
enum Allowed {
    Anyone,
    Roles(&'static [&'static str]),
}

const SIGNED_IN: Allowed = Allowed::Roles(&["viewer", "worker", "editor", "admin"]);
const EDITORS: Allowed = Allowed::Roles(&["editor", "admin"]);
const WORKERS: Allowed = Allowed::Roles(&["worker", "admin"]);
const SUBMITTERS: Allowed = Allowed::Roles(&["worker", "editor", "admin"]);
const ADMINS: Allowed = Allowed::Roles(&["admin"]);

/// Addresses that an endpoint takes, each of something that does not exist, and who may come through: as the rule says, or
/// as tables and jobs decide what the rule leaves to them.
fn addresses(endpoint: &Endpoint) -> Vec<(String, Allowed)> {
    let is_read = matches!(endpoint.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    let path = endpoint.path.as_str();
    let one = |path: &str, allowed: Allowed| vec![(path.replace("<id>", "1000"), allowed)];
    match endpoint.rule {
        Rule::Anyone => one(&path.replace("<path..>", "nothing"), Allowed::Anyone),
        Rule::SignedIn => one(path, SIGNED_IN),
        Rule::Admin => one(path, ADMINS),
        Rule::ByTable if is_read => ["/api/", "/api/items/", "/api/openapi.json"]
            .map(|path| (path.to_owned(), Allowed::Anyone))
            .into(),
        Rule::ByTable if endpoint.method == "POST" => one("/api/items/", EDITORS),
        Rule::ByTable => one("/api/items/1000/", EDITORS),
        Rule::ByJobs => {
            let base = path.strip_suffix("/<path..>").expect("the base of the jobs' addresses");
            let of_jobs = addresses_of_jobs(&endpoint.method).iter();
            of_jobs
                .map(|(path, allowed)| (format!("{base}{}", path.replace("JOB", NO_JOB)), *allowed))
                .collect()
        }
    }
}

/// An id that no job has.
const NO_JOB: &str = "00000000-0000-7000-8000-000000000000";

/// Addresses below `/jobs` that take a method, with `JOB` for an id, and who may come through.
fn addresses_of_jobs(method: &str) -> &'static [(&'static str, Allowed)] {
    match method {
        "GET" | "HEAD" => &[
            ("", SIGNED_IN),
            ("/JOB", Allowed::Anyone),
            ("/counts", SIGNED_IN),
            ("/schedules", SIGNED_IN),
        ],
        "POST" => &[
            ("", SUBMITTERS),
            ("/claim", WORKERS),
            ("/JOB/retry", SUBMITTERS),
            ("/JOB/complete", WORKERS),
            ("/JOB/fail", WORKERS),
            ("/JOB/heartbeat", WORKERS),
            ("/schedules", ADMINS),
        ],
        "DELETE" => &[("/JOB", SUBMITTERS), ("/schedules/nightly", ADMINS)],
        // No address there takes another method, which is answered to anyone.
        _ => &[("/JOB", Allowed::Anyone)],
    }
}

#[test]
fn a_bad_credential_is_refused_by_every_endpoint_that_looks_at_credentials() {
    let (server, endpoints) = start(closed());
    for endpoint in &endpoints {
        for (path, _) in addresses(endpoint) {
            for bad in [("Authorization", "Bearer socle_bad"), ("Cookie", "socle=dead")] {
                let answer = server.request(&endpoint.method, &path, &[bad], b"");
                assert_eq!(
                    answer.status == 401,
                    endpoint.rule != Rule::Anyone,
                    "{bad:?}: {endpoint:?} {path} answered {}",
                    answer.status
                );
            }
        }
    }
}

#[test]
fn every_endpoint_of_a_closed_server_lets_through_whom_its_rule_names() {
    let (server, endpoints) = start(closed());
    let admin = server.bearer_of(ADMIN);
    let bearers = ["viewer", "worker", "editor", "admin"].map(|role| {
        server.add_user(&admin, role, role);
        (role, server.bearer_of(role))
    });
    for endpoint in &endpoints {
        for (path, allowed) in addresses(endpoint) {
            let check = |role: Option<&str>, headers: &[(&str, &str)]| {
                let answer = server.request(&endpoint.method, &path, headers, b"");
                let is_allowed = match (allowed, role) {
                    (Allowed::Anyone, _) => true,
                    (Allowed::Roles(_), None) => false,
                    (Allowed::Roles(roles), Some(role)) => roles.contains(&role),
                };
                let refusal = if role.is_none() { 401 } else { 403 };
                let what = format!(
                    "{role:?}: {endpoint:?} {path} answered {} {}",
                    answer.status,
                    answer.text()
                );
                assert_eq!(answer.status != refusal, is_allowed, "{what}");
                assert!(
                    answer.status == refusal || !matches!(answer.status, 401 | 403),
                    "{what}"
                );
            };
            check(None, &[]);
            for (role, bearer) in &bearers {
                check(Some(role), &[("Authorization", bearer)]);
            }
        }
    }
}

#[test]
fn accounts_and_schedules_are_closed_even_on_an_open_server() {
    let (server, endpoints) = start(Setup::new());
    for endpoint in &endpoints {
        for (path, allowed) in addresses(endpoint) {
            let answer = server.request(&endpoint.method, &path, &[], b"");
            // A schedule runs whatever its maker likes, so only administrators change schedules.
            let is_refused =
                matches!(endpoint.rule, Rule::Admin | Rule::SignedIn) || matches!(allowed, Allowed::Roles(["admin"]));
            assert_eq!(
                answer.status == 401,
                is_refused,
                "{endpoint:?} {path} answered {}",
                answer.status
            );
        }
    }
}
