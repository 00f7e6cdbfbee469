//! Every endpoint that is described, requested with every kind of credential: each answers as its access rule says.

use socle::access::{JobAction, Rule};
use socle::endpoints::{self, SUBJECTS};

use crate::accounts_fixture::{ADMIN, closed};
use crate::server::{Server, Setup};

/// A request for an endpoint: of something that does not exist, where its address has variables.
#[derive(Debug)]
struct Endpoint {
    method: &'static str,
    path: String,
    rule: Rule,
}

/// Every endpoint under every base: its methods, HEAD and OPTIONS, and one address of each subject that is none.
fn described() -> Vec<Endpoint> {
    let mut described = Vec::new();
    for subject in SUBJECTS {
        let mut add = |method, path: String, rule| {
            // A path is looked up as the server does it, so that `/jobs/schedules` is not taken for a job.
            if endpoints::find(&path, |_| true).is_some_and(|found| std::ptr::eq(found.subject, subject)) {
                described.push(Endpoint { method, path, rule });
            }
        };
        for base in subject.bases {
            for endpoint in subject.endpoints {
                let path = format!("{base}{}", of_nothing(endpoint.path));
                for operation in endpoint.operations {
                    add(operation.method.name(), path.clone(), operation.rule);
                    if operation.method.name() == "GET" {
                        add("HEAD", path.clone(), operation.rule);
                    }
                }
                add("OPTIONS", path, subject.otherwise);
            }
            if subject.owns_bases {
                add("GET", format!("{base}/no/such/address"), subject.otherwise);
            }
        }
    }
    assert!(described.len() > 60, "{described:?}");
    described
}

/// A path whose variables name something that does not exist, except for the table.
fn of_nothing(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "{table}" => "items",
        "{job_id}" => "00000000-0000-7000-8000-000000000000",
        variable if variable.starts_with('{') => "1000",
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The roles that a rule permits on a closed server without a `socle.toml`; `None` when it permits anyone.
fn permitted(rule: Rule) -> Option<&'static [&'static str]> {
    match rule {
        Rule::Anyone | Rule::AnyValid | Rule::ReadTable | Rule::Jobs(JobAction::Read) => None,
        Rule::SignedIn | Rule::Jobs(JobAction::List) => Some(&["viewer", "worker", "editor", "admin"]),
        Rule::WriteTable => Some(&["editor", "admin"]),
        Rule::Jobs(JobAction::Submit | JobAction::Change) => Some(&["worker", "editor", "admin"]),
        Rule::Jobs(JobAction::Work) => Some(&["worker", "admin"]),
        Rule::Admin | Rule::Jobs(JobAction::ChangeSchedules) => Some(&["admin"]),
    }
}

#[test]
fn a_bad_credential_is_refused_by_every_endpoint_that_reads_credentials() {
    let server = closed().start();
    for endpoint in described() {
        for bad in [("Authorization", "Bearer socle_bad"), ("Cookie", "socle=dead")] {
            let answer = server.request(endpoint.method, &endpoint.path, &[bad], b"");
            assert_eq!(
                answer.status == 401,
                endpoint.rule != Rule::Anyone,
                "{bad:?}: {endpoint:?} answered {}",
                answer.status
            );
        }
    }
}

#[test]
fn every_endpoint_of_a_closed_server_permits_whom_its_rule_names() {
    let server = closed().start();
    let admin = server.bearer_of(ADMIN);
    let bearers = ["viewer", "worker", "editor", "admin"].map(|role| {
        server.add_user(&admin, role, role);
        (role, server.bearer_of(role))
    });
    let check = |endpoint: &Endpoint, role: Option<&str>, bearer: Option<&str>| {
        let headers: Vec<_> = bearer.iter().map(|bearer| ("Authorization", *bearer)).collect();
        let answer = server.request(endpoint.method, &endpoint.path, &headers, b"");
        let is_permitted = permitted(endpoint.rule).is_none_or(|roles| role.is_some_and(|role| roles.contains(&role)));
        let refusal = if role.is_none() { 401 } else { 403 };
        let what = format!("{role:?}: {endpoint:?} answered {} {}", answer.status, answer.text());
        assert_eq!(answer.status != refusal, is_permitted, "{what}");
        assert!(
            answer.status == refusal || !matches!(answer.status, 401 | 403),
            "{what}"
        );
    };
    for endpoint in described() {
        check(&endpoint, None, None);
        for (role, bearer) in &bearers {
            check(&endpoint, Some(role), Some(bearer));
        }
    }
}

#[test]
fn accounts_and_schedules_are_closed_even_on_an_open_server() {
    let server: Server = Setup::new().start();
    for endpoint in described() {
        let answer = server.request(endpoint.method, &endpoint.path, &[], b"");
        // A schedule runs whatever its maker likes, so only administrators change schedules.
        let is_refused = matches!(
            endpoint.rule,
            Rule::Admin | Rule::SignedIn | Rule::Jobs(JobAction::ChangeSchedules)
        );
        assert_eq!(
            answer.status == 401,
            is_refused,
            "{endpoint:?} answered {}",
            answer.status
        );
    }
}

#[test]
fn allow_names_the_methods_that_are_described() {
    let server: Server = Setup::new().start();
    for endpoint in described().iter().filter(|endpoint| endpoint.method == "OPTIONS") {
        let found = endpoints::find(&endpoint.path, |_| true).and_then(|found| found.endpoint);
        let methods = found
            .expect("an endpoint")
            .operations
            .iter()
            .map(|operation| operation.method);
        let allow = endpoints::allow(methods);
        let options = server.request("OPTIONS", &endpoint.path, &[], b"");
        assert_eq!(
            (options.status, options.header("allow")),
            (200, allow.clone()),
            "{endpoint:?}"
        );
        let other = server.request("TRACE", &endpoint.path, &[], b"");
        assert_eq!(
            (other.status, other.header("allow")),
            (405, allow.clone()),
            "{endpoint:?}"
        );
    }
}

/// Wall 12: an address is a text that begins with `/`, followed by the first segment of an endpoint.
#[test]
fn no_source_file_but_the_descriptions_names_an_address() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path != source.join("endpoints") {
                    folders.push(path);
                }
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source file");
            // Unit tests stand at the end of their files, or in files of their own.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            if path.extension().is_none_or(|kind| kind != "rs") || path.ends_with("tests.rs") {
                continue;
            }
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in lines {
                let segments = [
                    "api",
                    "jobs",
                    "health",
                    "healthz",
                    "livez",
                    "readyz",
                    "static",
                    "favicon.ico",
                ];
                let is_named = |segment: &&str| {
                    ["\"", "/"]
                        .iter()
                        .any(|end| line.contains(&format!("\"/{segment}{end}")))
                };
                assert!(!segments.iter().any(is_named), "{}: {line}", path.display());
            }
        }
    }
}
