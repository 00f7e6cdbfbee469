//! Every route of the running server, asked with every kind of credential: each answers as the rule says that it is
//! mounted under, and none is mounted without one.

use crate::accounts_fixture::{ADMIN, closed};
use crate::server::Server;

/// A route, as the server logs it at its start.
#[derive(Debug)]
struct Route {
    method: String,
    path: String,
    rule: String,
}

fn routes(server: &Server) -> Vec<Route> {
    let said = server.said();
    let lines = said.lines().filter_map(|line| line.split_once("socle::routes: "));
    let routes = lines.map(|(_, route)| {
        let (address, rule) = route
            .split_once(" is for ")
            .unwrap_or_else(|| panic!("no rule: {route}"));
        let (method, path) = address.split_once(' ').expect("a method and a path");
        Route {
            method: method.to_owned(),
            path: path.to_owned(),
            rule: rule.to_owned(),
        }
    });
    routes.collect()
}

/// Who may come through to an address, once the server is closed and no file says otherwise.
#[derive(Debug, Clone, Copy)]
enum Whom {
    Anyone,
    Roles(&'static [&'static str]),
}

const SIGNED_IN: Whom = Whom::Roles(&["viewer", "worker", "editor", "admin"]);
const EDITORS: Whom = Whom::Roles(&["editor", "admin"]);
const WORKERS: Whom = Whom::Roles(&["worker", "admin"]);
const ASKERS_FOR_JOBS: Whom = Whom::Roles(&["worker", "editor", "admin"]);
const ADMINS: Whom = Whom::Roles(&["admin"]);

/// Addresses that a route takes, each of something that is not there, and who may ask: the rule, or what tables and jobs
/// make of a request that the rule leaves to them.
fn addresses(route: &Route) -> Vec<(String, Whom)> {
    let one = |path: &str, whom: Whom| vec![(path.replace("<id>", "1000"), whom)];
    let is_read = matches!(route.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    match (route.rule.as_str(), route.path.as_str()) {
        ("anyone", "/api/auth/<path..>") => one("/api/auth/nothing/", Whom::Anyone),
        ("anyone", "/static/<path..>") => one("/static/nothing", Whom::Anyone),
        ("anyone", "/<path..>") => one("/nothing", Whom::Anyone),
        ("anyone", path) => one(path, Whom::Anyone),
        ("the signed in", path) => one(path, SIGNED_IN),
        ("admins", path) => one(path, ADMINS),
        ("whom the table lets", "/api/<path..>") if is_read => ["/api/", "/api/items/", "/api/openapi.json"]
            .map(|path| (path.to_owned(), Whom::Anyone))
            .into(),
        ("whom the table lets", "/api/<path..>") => match route.method.as_str() {
            "POST" => one("/api/items/", EDITORS),
            _ => one("/api/items/1000/", EDITORS),
        },
        ("whom jobs let", path) => {
            let base = path.strip_suffix("/<path..>").expect("a base");
            let job = "00000000-0000-7000-8000-000000000000";
            let of_jobs: &[(&str, Whom)] = match route.method.as_str() {
                "GET" | "HEAD" => &[
                    ("", SIGNED_IN),
                    ("/{job}", Whom::Anyone),
                    ("/counts", SIGNED_IN),
                    ("/schedules", SIGNED_IN),
                ],
                "POST" => &[
                    ("", ASKERS_FOR_JOBS),
                    ("/claim", WORKERS),
                    ("/{job}/retry", ASKERS_FOR_JOBS),
                    ("/{job}/complete", WORKERS),
                    ("/{job}/fail", WORKERS),
                    ("/{job}/heartbeat", WORKERS),
                    ("/schedules", ADMINS),
                ],
                "DELETE" => &[("/{job}", ASKERS_FOR_JOBS), ("/schedules/nightly", ADMINS)],
                // There is no such method there.
                _ => &[("/{job}", Whom::Anyone)],
            };
            let address = |(path, whom): &(&str, Whom)| (format!("{base}{}", path.replace("{job}", job)), *whom);
            of_jobs.iter().map(address).collect()
        }
        _ => panic!("a route that this test does not know: {route:?}"),
    }
}

/// What no client library sends.
fn is_unsent(route: &Route) -> bool {
    matches!(route.method.as_str(), "CONNECT" | "TRACE")
}

#[test]
fn every_route_answers_as_its_rule_says() {
    let server = closed().env("LOG_LEVEL", "info,socle::routes=debug").start();
    let admin = server.bearer_of(ADMIN);
    let mut credentials = vec![(None, String::new())];
    for role in ["viewer", "worker", "editor", "admin"] {
        server.add_user(&admin, role, role);
        credentials.push((Some(role), server.bearer_of(role)));
    }
    let routes = routes(&server);
    assert!(routes.len() > 60, "{routes:?}");
    for route in routes.iter().filter(|route| !is_unsent(route)) {
        for (path, whom) in addresses(route) {
            let ask = |name: &str, value: &str| server.ask(&route.method, &path, &[(name, value)], b"");
            for (name, bad) in [("Authorization", "Bearer socle_bad"), ("Cookie", "socle=dead")] {
                let answer = ask(name, bad);
                let is_refused = answer.status == 401;
                assert_eq!(
                    is_refused,
                    route.rule != "anyone",
                    "{bad}: {route:?} {path} answered {}",
                    answer.status
                );
            }
            for (role, bearer) in &credentials {
                let answer = match role {
                    None => server.ask(&route.method, &path, &[], b""),
                    Some(_) => ask("Authorization", bearer),
                };
                let expected = match (whom, role) {
                    (Whom::Anyone, _) => true,
                    (Whom::Roles(_), None) => false,
                    (Whom::Roles(roles), Some(role)) => roles.contains(role),
                };
                let refusal = if role.is_none() { 401 } else { 403 };
                let said = format!(
                    "{role:?}: {route:?} {path} answered {} {}",
                    answer.status,
                    answer.text()
                );
                assert_eq!(answer.status != refusal, expected, "{said}");
                assert!(
                    refusal == answer.status || !matches!(answer.status, 401 | 403),
                    "{said}"
                );
            }
        }
    }
}

#[test]
fn accounts_are_closed_while_the_rest_is_open() {
    let server = Server::with(|setup| setup.env("LOG_LEVEL", "info,socle::routes=debug"));
    for route in routes(&server).iter().filter(|route| !is_unsent(route)) {
        let never_open = matches!(route.rule.as_str(), "admins" | "the signed in");
        for (path, whom) in addresses(route) {
            let answer = server.ask(&route.method, &path, &[], b"");
            // Schedules run what they like: they are nobody's but an administrator's.
            let is_refused = never_open || matches!(whom, Whom::Roles(["admin"]));
            assert_eq!(
                answer.status == 401,
                is_refused,
                "{route:?} {path} answered {}",
                answer.status
            );
        }
    }
}
