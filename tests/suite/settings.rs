//! Settings: flags, variables and files, and the one line that reports an invalid value.

use serde_json::json;

use crate::server::{Server, Setup};

#[test]
fn a_bad_value_stops_the_start_with_one_line_that_names_variable_value_and_what_is_allowed() {
    for (variable, value, allowed) in [
        ("PORT", "http", "65535"),
        ("PORT", "70000", "65535"),
        ("PORT", "-1", "65535"),
        ("ADDRESS", "nowhere at all", "127.0.0.1"),
        ("DATABASE_URL", "mysql://localhost/db", "sqlite:"),
        ("CONFIG_DIR", "/nowhere/at/all", "folder"),
        ("SQLITE_SYNCHRONOUS", "maybe", "normal"),
        ("SQLITE_SYNCHRONOUS", "off", "full"),
        ("ALLOWED_HOSTS", "http://data.example.org", "without scheme"),
        ("ALLOWED_HOSTS", "*.example.org", ".example.org"),
        ("CORS_ORIGINS", "app.example.org", "https://"),
        ("CORS_ORIGINS", "null", "none"),
        ("TRUSTED_PROXIES", "everyone", "10.0.0.0/8"),
        ("RATE_LIMIT", "fast", "100/s"),
        ("MAX_BODY", "lots", "MiB"),
        ("MAX_BODY", "-1", "MiB"),
        ("ROLES", "cook", "worker"),
        ("JOB_WORKERS", "0", "256"),
        ("JOB_RETENTION", "0s", "7d"),
        ("SHUTDOWN_DELAY", "soon", "s"),
        ("SHUTDOWN_GRACE", "-5s", "s"),
        ("LOG_FORMAT", "xml", "json"),
        ("LOG_LEVEL", "loud", "info"),
        ("DEBUG", "perhaps", "false"),
    ] {
        let ended = Setup::new().env(variable, value).run(&[]).failure();
        let line = ended.err.trim_end();
        assert_eq!(line.lines().count(), 1, "{variable}={value}: {}", ended.output());
        assert!(
            line.contains(variable) && line.contains(value),
            "{variable}={value}: {line}"
        );
        let (_, after) = line.split_once(value).expect("the value is named");
        assert!(
            after.contains(allowed),
            "{variable}={value} says not what is allowed: {line}"
        );
        assert!(ended.out.is_empty(), "{variable}={value}: {}", ended.out);
    }
}

#[test]
fn a_bad_flag_is_named_as_a_flag() {
    let ended = Setup::new().without("PORT").argument("--port=http").run(&[]).failure();
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    assert!(
        ended.err.contains("--port") && ended.err.contains("http"),
        "{}",
        ended.err
    );
    for (argument, hint) in [("--prot=1", "--port"), ("migrat", "migrate")] {
        let ended = Setup::new().run(&[argument]).failure();
        assert!(
            ended.err.contains(argument.split('=').next().unwrap()) && ended.err.contains(hint),
            "{}",
            ended.err
        );
    }
}

#[test]
fn a_flag_wins_over_a_variable() {
    let server = Server::with(|setup| setup.env("APP_VERSION", "variable").argument("--app-version=flag"));
    assert_eq!(server.get("/health").json()["version"], "flag");
    let quiet = Server::with(|setup| setup.env("PORT", "nonsense").argument("--port").argument("0"));
    quiet.get("/health").is(200);
}

#[test]
fn any_variable_may_be_a_file() {
    let setup = Setup::new();
    let write = |name: &str, text: &str| {
        let path = setup.home().join(name);
        std::fs::write(&path, text).expect("a secret");
        path.display().to_string()
    };
    let url = format!("sqlite:{}", setup.home().join("elsewhere/deep/data.db").display());
    let server = setup
        .clone()
        .without("DATABASE_URL")
        .env("DATABASE_URL_FILE", &write("url", &url))
        .env("APP_VERSION_FILE", &write("version", "from a file\n"))
        .env("MAX_BODY_FILE", &write("size", "2KiB\r\n"))
        .start();
    assert_eq!(server.get("/health").json()["version"], "from a file");
    server
        .post("/api/items/", json!({"name": "n", "description": "x".repeat(3000)}))
        .is(413);
    server.post("/api/items/", json!({"name": "n"})).is(201);
    assert!(setup.home().join("elsewhere/deep/data.db").is_file());
    assert!(!setup.database().exists());
}

#[test]
fn a_file_that_cannot_be_read_or_holds_a_bad_value_is_named() {
    let missing = Setup::new().env("APP_TITLE_FILE", "/nowhere/title").run(&[]).failure();
    assert_eq!(missing.err.lines().count(), 1, "{}", missing.err);
    assert!(
        missing.err.contains("APP_TITLE_FILE") && missing.err.contains("/nowhere/title"),
        "{}",
        missing.err
    );

    let setup = Setup::new();
    let path = setup.home().join("level").display().to_string();
    std::fs::write(&path, "loud").expect("a bad value");
    let bad = setup.clone().env("LOG_LEVEL_FILE", &path).run(&[]).failure();
    assert!(
        bad.err.contains("LOG_LEVEL_FILE") && bad.err.contains("loud"),
        "{}",
        bad.err
    );

    let both = setup
        .env("LOG_LEVEL_FILE", &path)
        .env("LOG_LEVEL", "info")
        .run(&[])
        .failure();
    assert!(
        both.err.contains("LOG_LEVEL_FILE") && both.err.contains("both"),
        "{}",
        both.err
    );
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let server = Server::with(|setup| setup.env("APP_VERSION", "").env("LOG_LEVEL", "").env("MAX_BODY", ""));
    assert_eq!(server.get("/health").json()["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_folders_of_the_database_are_made() {
    let setup = Setup::new();
    let path = setup.home().join("a/b c/é/socle.db");
    let server = setup
        .clone()
        .env("DATABASE_URL", &format!("sqlite:{}", path.display()))
        .start();
    server.post("/api/items/", json!({"name": "n"})).is(201);
    assert!(path.is_file());
}

#[test]
fn the_default_database_lies_in_the_working_folder() {
    let server = Setup::new().without("DATABASE_URL").start();
    server.get("/api/items/").is(200);
    assert!(server.setup.home().join("data/socle.db").is_file());
}

#[test]
fn help_lists_every_command_and_setting() {
    let help = Setup::new().run(&["--help"]).success().out;
    for command in [
        "serve",
        "migrate",
        "healthcheck",
        "user",
        "token",
        "openapi",
        "jobs",
        "worker",
    ] {
        assert!(help.contains(command), "{command}");
    }
    for variable in [
        "ADDRESS",
        "PORT",
        "DATABASE_URL",
        "CONFIG_DIR",
        "APP_TITLE",
        "APP_VERSION",
        "APP_ENVIRONMENT",
        "ADMIN_LOGIN",
        "ADMIN_PASSWORD",
        "ADMIN_EMAIL",
        "ALLOWED_HOSTS",
        "CORS_ORIGINS",
        "TRUSTED_PROXIES",
        "RATE_LIMIT",
        "SQLITE_SYNCHRONOUS",
        "ROLES",
        "JOB_WORKERS",
        "JOB_RETENTION",
        "MAX_BODY",
        "SHUTDOWN_DELAY",
        "SHUTDOWN_GRACE",
        "LOG_FORMAT",
        "LOG_LEVEL",
        "DEBUG",
    ] {
        let flag = format!("--{}", variable.to_lowercase().replace('_', "-"));
        assert!(help.contains(variable) && help.contains(&flag), "{variable}");
    }
    assert!(help.contains("_FILE"));
    assert!(
        Setup::new()
            .run(&["--version"])
            .success()
            .out
            .contains(env!("CARGO_PKG_VERSION"))
    );
}
