//! Every route of the running server, asked with every kind of credential: each answers as the rule says that it is
//! mounted under, and none is mounted without one.

use crate::people::{ADMIN, closed};
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

/// An address that a route takes.
fn address(route: &Route) -> String {
    let path = match route.path.as_str() {
        "/api/<path..>" => "/api/items/1000/",
        "/api/auth/<path..>" => "/api/auth/nothing/",
        "/static/<path..>" => "/static/nothing",
        "/<path..>" => "/nothing",
        path => path,
    };
    // What is not there: the guard speaks before anybody finds out.
    path.replace("<id>", "1000").replace("<kind>", "nothing")
}

/// What a rule says to a stranger, and to each role, once the server is closed: whether the guard lets them through.
fn is_let_through(rule: &str, role: Option<&str>) -> Option<bool> {
    Some(match (rule, role) {
        ("anyone", _) => true,
        // The handler decides.
        ("whom the table lets" | "whom jobs let", _) => return None,
        (_, None) => false,
        ("the signed in" | "viewers", Some(_)) => true,
        ("workers", Some(role)) => matches!(role, "worker" | "admin"),
        ("admins", Some(role)) => role == "admin",
        (rule, _) => panic!("a rule that this test does not know: {rule}"),
    })
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
    assert!(routes.len() > 50, "{routes:?}");
    for route in &routes {
        // What no client library sends.
        if matches!(route.method.as_str(), "CONNECT" | "TRACE") {
            continue;
        }
        let path = address(route);
        let is_unguarded = route.rule == "anyone";
        let bad = server.ask(&route.method, &path, &[("Authorization", "Bearer socle_bad")], b"");
        assert_eq!(
            bad.status == 401,
            !is_unguarded,
            "a bad token: {route:?} answered {}",
            bad.status
        );
        let dead = server.ask(&route.method, &path, &[("Cookie", "socle=dead")], b"");
        assert_eq!(
            dead.status == 401,
            !is_unguarded,
            "a dead cookie: {route:?} answered {}",
            dead.status
        );
        for (role, bearer) in &credentials {
            let headers = [("Authorization", bearer.as_str())];
            let headers = if role.is_some() { &headers[..] } else { &[] };
            let answer = server.ask(&route.method, &path, headers, b"");
            let Some(expected) = is_let_through(&route.rule, *role) else {
                assert!(
                    role.is_none() || answer.status != 401,
                    "{role:?}: {route:?} answered {}",
                    answer.status
                );
                continue;
            };
            let is_refused = match role {
                None => answer.status == 401,
                Some(_) => answer.status == 403,
            };
            assert_eq!(
                !is_refused,
                expected,
                "{role:?}: {route:?} answered {} {}",
                answer.status,
                answer.text()
            );
        }
    }
}

#[test]
fn accounts_are_closed_while_the_rest_is_open() {
    let server = Server::with(|setup| setup.env("LOG_LEVEL", "info,socle::routes=debug"));
    for route in routes(&server) {
        let never_open = matches!(route.rule.as_str(), "admins" | "the signed in");
        if never_open {
            let answer = server.ask(&route.method, &address(&route), &[], b"");
            assert_eq!(answer.status, 401, "{route:?}");
        } else if !matches!(route.method.as_str(), "CONNECT" | "TRACE") {
            let answer = server.ask(&route.method, &address(&route), &[], b"");
            assert!(
                !matches!(answer.status, 401 | 403),
                "{route:?} answered {}",
                answer.status
            );
        }
    }
}
