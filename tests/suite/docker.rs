//! The image and the compose file, run as the README says.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::eventually;
use crate::shell::{Outcome, docker, image, run_with, unique_name};
use crate::site::Site;

/// A container in the background, and its volume of the same name; both go away with it.
struct Container {
    name: String,
    arguments: Vec<String>,
}

impl Container {
    /// `docker run -p 8000:8000 -v socle:/data socle`, on a free port, with more arguments before the image.
    #[track_caller]
    fn run(arguments: &[&str]) -> Self {
        let name = unique_name();
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let container = Self { name, arguments };
        container.start();
        container
    }

    #[track_caller]
    fn start(&self) {
        let volume = format!("{}:/data", self.name);
        let mut command = vec![
            "run",
            "--detach",
            "--name",
            &self.name,
            "-p",
            "127.0.0.1::8000",
            "-v",
            &volume,
        ];
        command.extend(self.arguments.iter().map(String::as_str));
        command.push(image());
        docker(&command).well();
    }

    #[track_caller]
    fn site(&self) -> Site {
        Site::new(&docker(&["port", &self.name, "8000/tcp"]).well()).ready()
    }

    fn exec(&self, command: &[&str]) -> Outcome {
        docker(&[&["exec", &self.name], command].concat())
    }

    #[track_caller]
    fn inspect(&self, format: &str) -> String {
        docker(&["inspect", "--format", format, &self.name]).well()
    }

    #[track_caller]
    fn remove(&self) {
        docker(&["rm", "--force", &self.name]).well();
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let logs = docker(&["logs", &self.name]);
            eprintln!("--- the container said:\n{}{}", logs.out, logs.err);
        }
        docker(&["rm", "--force", &self.name]);
        docker(&["volume", "rm", &self.name]);
    }
}

#[test]
#[ignore = "needs Docker"]
fn the_image_is_small_and_says_what_it_is() {
    let inspected: Value = serde_json::from_str(&docker(&["image", "inspect", image()]).well()).expect("JSON");
    let (image, config) = (&inspected[0], &inspected[0]["Config"]);
    let size = image["Size"].as_u64().expect("a size");
    eprintln!("the image has {size} bytes");
    assert!(size < 12_000_000, "{size} bytes");
    assert_eq!(config["User"], "65532:65532");
    assert_eq!(config["Entrypoint"], serde_json::json!(["socle"]));
    assert_eq!(config["StopSignal"], "SIGTERM");
    assert_eq!(
        config["Healthcheck"]["Test"],
        serde_json::json!(["CMD", "socle", "healthcheck"])
    );
    assert!(config["ExposedPorts"]["8000/tcp"].is_object());
    for label in [
        "title",
        "description",
        "licenses",
        "version",
        "revision",
        "created",
        "source",
    ] {
        assert!(
            config["Labels"][format!("org.opencontainers.image.{label}")].is_string(),
            "{label}"
        );
    }
    let environment = config["Env"].to_string();
    for setting in [
        "ADDRESS=0.0.0.0",
        "DATABASE_URL=sqlite:/data/socle.db",
        "LOG_FORMAT=json",
    ] {
        assert!(environment.contains(setting), "{environment}");
    }
}

#[test]
#[ignore = "needs Docker"]
fn one_command_runs_it_and_the_data_outlives_restart_and_container() {
    let container = Container::run(&[]);
    let id = container.site().makes_an_item();

    docker(&["restart", &container.name]).well();
    container.site().has_the_item(id);

    container.remove();
    container.start();
    container.site().has_the_item(id);
}

#[test]
#[ignore = "needs Docker"]
fn nothing_but_the_volume_needs_to_be_writable() {
    let container = Container::run(&["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]);
    container.site().makes_an_item();
}

#[test]
#[ignore = "needs Docker"]
fn commands_run_in_the_image_and_in_the_container() {
    let container = Container::run(&[]);
    let site = container.site();
    container.exec(&["socle", "migrate"]).well();
    assert!(
        container
            .exec(&["socle", "migrate", "--status"])
            .well()
            .contains("items")
    );
    container.exec(&["socle", "healthcheck"]).well();

    let volume = format!("{}:/data", container.name);
    assert!(
        docker(&["run", "--rm", "-v", &volume, image(), "migrate", "--status"])
            .well()
            .contains("items")
    );
    assert!(
        docker(&["run", "--rm", image(), "--help"])
            .well()
            .contains("DATABASE_URL")
    );
    docker(&["run", "--rm", image(), "healthcheck"]).badly();
    site.get("/livez").is(200);
}

#[test]
#[ignore = "needs Docker"]
fn docker_sees_its_health() {
    let container = Container::run(&["--health-interval=1s"]);
    eventually("the container is healthy", || {
        (container.inspect("{{.State.Health.Status}}") == "healthy").then_some(())
    });
}

#[test]
#[ignore = "needs Docker"]
fn logs_are_json_lines() {
    let container = Container::run(&[]);
    container.site().makes_an_item();
    let logs = docker(&["logs", &container.name]);
    let lines = logs.out + &logs.err;
    assert!(!lines.is_empty());
    for line in lines.lines() {
        assert!(
            serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()),
            "{line}"
        );
    }
}

#[test]
#[ignore = "needs Docker"]
fn stopping_is_clean_and_fast_even_with_a_connection_open() {
    let container = Container::run(&[]);
    let site = container.site();
    let id = site.makes_an_item();

    let asked = Instant::now();
    docker(&["stop", &container.name]).well();
    let took = asked.elapsed();
    eprintln!("docker stop took {} ms", took.as_millis());
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(container.inspect("{{.State.ExitCode}}"), "0");

    // The log is folded into the database: the file alone is the data.
    let copy = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (format!("{}:/data/.", container.name), copy.path().display().to_string());
    docker(&["cp", &from, &to]).well();
    let left = std::fs::metadata(copy.path().join("socle.db-wal")).map_or(0, |log| log.len());
    assert_eq!(left, 0, "bytes left in the write-ahead log");

    docker(&["start", &container.name]).well();
    container.site().has_the_item(id);
}

#[test]
#[ignore = "needs Docker"]
fn a_folder_that_it_may_not_write_is_named_with_its_owner_and_the_cure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let volume = format!("{}:/data", folder.path().display());
    let said = docker(&["run", "--rm", "-v", &volume, image()]).badly();
    let owner = std::os::unix::fs::MetadataExt::uid(&folder.path().metadata().expect("its owner"));
    for word in ["/data", "65532", "chown", &owner.to_string()] {
        assert!(said.contains(word), "no {word} in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

/// A compose project of its own, taken down with its volumes.
struct Compose {
    project: String,
    port: String,
}

impl Compose {
    fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
        Self {
            project: unique_name(),
            port: free.port().to_string(),
        }
    }

    fn run(&self, command: &[&str]) -> Outcome {
        let arguments = [&["compose", "--project-name", &self.project], command].concat();
        run_with(
            "docker",
            &arguments,
            &[("SOCLE_PORT", &self.port), ("SOCLE_IMAGE", image())],
        )
    }

    #[track_caller]
    fn up(&self) -> Site {
        self.run(&["up", "--detach", "--no-build"]).well();
        Site::new(&format!("127.0.0.1:{}", self.port)).ready()
    }
}

impl Drop for Compose {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- compose says:\n{}", self.run(&["logs", "--no-color"]).out);
        }
        self.run(&["down", "--volumes"]);
    }
}

#[test]
#[ignore = "needs Docker"]
fn compose_keeps_the_data_from_down_to_up() {
    let compose = Compose::new();
    let id = compose.up().makes_an_item();
    assert!(compose.run(&["logs"]).well().contains("listening"));

    compose.run(&["down"]).well();
    compose.up().has_the_item(id);
}
