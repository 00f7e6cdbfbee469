//! `/`, `/health`, `/healthz`, `/livez` and `/readyz` for programs; and `socle healthcheck`.

use serde_json::json;

use crate::server::{Server, Setup};

#[test]
fn the_root_tells_programs_what_this_is() {
    let server = Server::with(|setup| setup.env("APP_VERSION", "3.1.4").env("APP_ENVIRONMENT", "recette"));
    for accept in ["*/*", "application/json", "image/png, */*;q=0.1"] {
        let root = server.get_as("/", accept).is(200);
        assert!(root.header("content-type").starts_with("application/json"), "{accept}");
        let root = root.json();
        assert!(root["service"].is_string(), "{root}");
        assert_eq!(
            (&root["version"], &root["environment"]),
            (&json!("3.1.4"), &json!("recette"))
        );
        assert!(
            root["timestamp"]
                .as_str()
                .is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()),
            "{root}"
        );
        assert!(
            root["api"].as_str().is_some_and(|path| path.ends_with("/api/")),
            "{root}"
        );
        assert!(
            root["health"].as_str().is_some_and(|path| path.ends_with("/health")),
            "{root}"
        );
    }
    let text = server.get("/").text();
    assert!(
        !text.contains(&*server.setup.home().to_string_lossy()) && !text.contains("sqlite"),
        "{text}"
    );
}

#[test]
fn the_root_tells_its_environment_and_version_unasked() {
    let root = Server::start().get("/").is(200).json();
    assert_eq!(root["environment"], "production");
    assert_eq!(root["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn health_is_ok_with_its_version_and_its_checks() {
    let server = Server::with(|setup| setup.env("APP_VERSION", "3.1.4"));
    for path in ["/health", "/healthz", "/health/", "/healthz/"] {
        let health = server.get(path).is(200);
        let expected = json!({
            "status": "ok", "version": "3.1.4", "access": "open", "checks": {"database": "ok", "migrations": "ok"},
        });
        assert_eq!(health.json(), expected, "{path}");
        assert!(
            health.header("cache-control").contains("no-store"),
            "{path}: {}",
            health.header("cache-control")
        );
    }
}

#[test]
fn probes_answer_200_when_alive_and_ready() {
    let server = Server::start();
    for path in ["/livez", "/readyz"] {
        assert_eq!(server.get(path).is(200).json()["status"], "ok", "{path}");
        assert!(server.head(path).is(200).body.is_empty());
    }
    // Kubernetes' probes accept what they are given.
    server.get_as("/readyz", "text/plain").is(200);
}

#[test]
fn a_database_that_is_gone_is_not_healthy() {
    let server = Server::start();
    server.get("/health").is(200);
    server.sql("DROP TABLE refinery_schema_history");
    crate::server::eventually("health turns to 503", || {
        (server.get("/health").status == 503).then_some(())
    });
    let health = server.get("/health").is(503).json();
    assert_eq!(health["status"], "error");
    assert_ne!(health["checks"]["migrations"], "ok");
    server.get("/livez").is(200);
}

#[test]
fn healthcheck_exits_0_while_the_server_is_ready_and_1_otherwise() {
    let mut server = Server::start();
    let beside = server.setup.clone().env("PORT", &server.address.port().to_string());
    beside.run(&["healthcheck"]).success();
    server.stop().success();
    let ended = beside.run(&["healthcheck"]).failure();
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
}

#[test]
fn healthcheck_reaches_a_server_that_listens_everywhere() {
    let server = Setup::new().env("ADDRESS", "0.0.0.0").start();
    let beside = server.setup.clone().env("PORT", &server.address.port().to_string());
    beside.run(&["healthcheck"]).success();
}
