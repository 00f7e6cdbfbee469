//! The manifests, on the cluster that `kubectl` talks to, each test in a namespace of its own.
//!
//! Known are a cluster on the local Docker engine, `kind` and `minikube`: they differ in how an image gets there and in
//! where a NodePort answers. The tests take turns, since what is measured here is the server and not a busy machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::load::Load;
use crate::server::eventually;
use crate::shell::{Outcome, command, image, run, unique_name};
use crate::site::Site;

/// How many times a Deployment is rolled over under load.
const ROLLOUTS: usize = 10;

/// Where the NodePorts of this cluster answer, once it has the image.
fn node() -> &'static str {
    static NODE: LazyLock<String> = LazyLock::new(|| {
        let context = run("kubectl", &["config", "current-context"]).well();
        if let Some(cluster) = context.strip_prefix("kind-") {
            run("kind", &["load", "docker-image", image(), "--name", cluster]).well();
        } else if context == "minikube" {
            run("minikube", &["image", "load", image()]).well();
        } else {
            image();
            return "127.0.0.1".to_owned();
        }
        let address = "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}";
        run("kubectl", &["get", "nodes", "-o", address]).well()
    });
    &NODE
}

/// A namespace, gone with everything in it when the test ends.
struct Namespace {
    name: String,
    node: &'static str,
    _turn: MutexGuard<'static, ()>,
}

impl Namespace {
    #[track_caller]
    fn new() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, node) = (unique_name(), node());
        run("kubectl", &["create", "namespace", &name]).well();
        Self {
            name,
            node,
            _turn: turn,
        }
    }

    /// A namespace in which `kubectl apply -f kubernetes/` is done and has become ready.
    #[track_caller]
    fn applied() -> Self {
        let namespace = Self::new();
        namespace.kubectl(&["apply", "-f", "kubernetes/"]).well();
        namespace.rolled_out();
        namespace
    }

    fn kubectl(&self, arguments: &[&str]) -> Outcome {
        run("kubectl", &[&["--namespace", &self.name], arguments].concat())
    }

    #[track_caller]
    fn rolled_out(&self) {
        self.kubectl(&["rollout", "status", "deployment/backend", "--timeout=180s"])
            .well();
    }

    #[track_caller]
    fn restart(&self) {
        self.kubectl(&["rollout", "restart", "deployment/backend"]).well();
        self.rolled_out();
    }

    /// The pods as Kubernetes describes them, without those that are on their way out when `staying`.
    #[track_caller]
    fn pods(&self, staying: bool) -> Vec<Value> {
        let pods: Value = serde_json::from_str(&self.kubectl(&["get", "pods", "-o", "json"]).well()).expect("JSON");
        let mut pods = pods["items"].as_array().expect("a list").clone();
        pods.retain(|pod| !staying || pod["metadata"]["deletionTimestamp"].is_null());
        pods
    }

    /// Waits until this many pods are ready and every other has stopped running, and gives their names. The objects of
    /// stopped pods may stay for a minute more.
    #[track_caller]
    fn has_pods(&self, count: usize) -> Vec<String> {
        eventually("the pods are ready and the old ones have stopped", || {
            let staying = self.pods(true);
            let runs = |pod: &Value| !pod["status"]["containerStatuses"][0]["state"]["running"].is_null();
            let ready = |pod: &Value| pod["status"]["containerStatuses"][0]["ready"] == true;
            let settled = staying.len() == count
                && staying.iter().all(ready)
                && self.pods(false).iter().filter(|pod| runs(pod)).count() == count;
            settled.then(|| staying.iter().map(name_of).collect())
        })
    }

    /// Deletes a pod and waits until another has taken its place.
    #[track_caller]
    fn delete_the_pod(&self) {
        let old = self.has_pods(1);
        self.kubectl(&["delete", "pod", &old[0], "--wait=false"]).well();
        eventually("another pod is there", || (self.has_pods(1) != old).then_some(()));
    }

    #[track_caller]
    fn address(&self) -> String {
        let port = self
            .kubectl(&["get", "service", "backend", "-o", "jsonpath={.spec.ports[0].nodePort}"])
            .well();
        format!("{}:{port}", self.node)
    }

    /// The service through its NodePort, once the node leads there.
    #[track_caller]
    fn site(&self) -> Site {
        // A connection that is tried too early stays in the node's table: the same two ports, tried again within two
        // minutes, lead nowhere. So these tries come from ports that no other client is given, each from its own.
        static NEXT_PORT: AtomicU32 = AtomicU32::new(12_000);
        let url = format!("http://{}/readyz", self.address());
        eventually("the node leads to the service", || {
            let port = NEXT_PORT.fetch_add(1, Ordering::Relaxed).to_string();
            let tried = run(
                "curl",
                &["--fail", "--silent", "--max-time", "2", "--local-port", &port, &url],
            );
            (tried.code == Some(0)).then_some(())
        });
        Site::new(&self.address()).ready()
    }

    /// Changes some settings and lets the pods start again with them, as the documents say.
    #[track_caller]
    fn configure(&self, settings: &Value) {
        let patch = serde_json::json!({"data": settings}).to_string();
        self.kubectl(&[
            "patch",
            "configmap",
            "backend-config",
            "--type=merge",
            "--patch",
            &patch,
        ])
        .well();
        self.restart();
    }

    #[track_caller]
    fn port_forward(&self, target: &str, ports: &str) -> PortForward {
        let arguments = ["--namespace", &self.name, "port-forward", target, ports];
        let mut child = command("kubectl", &arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("kubectl");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        // It reports each connection, and ends when nobody reads that.
        thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let address = line
            .strip_prefix("Forwarding from ")
            .and_then(|rest| rest.split_whitespace().next());
        let site = Site::new(address.unwrap_or_else(|| panic!("kubectl port-forward said {line:?}")));
        PortForward { child, site }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", self.kubectl(&["get", "all,events"]).out);
            let logs = [
                "logs",
                "--selector=app.kubernetes.io/name=socle",
                "--prefix",
                "--tail=50",
            ];
            eprintln!("{}", self.kubectl(&logs).out);
        }
        run("kubectl", &["delete", "namespace", &self.name, "--wait=false"]);
    }
}

/// A tunnel that ends with the test.
struct PortForward {
    child: Child,
    site: Site,
}

impl Drop for PortForward {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn name_of(pod: &Value) -> String {
    pod["metadata"]["name"].as_str().expect("a name").to_owned()
}

/// Everything that a person does in the first hour, with either way of applying.
#[track_caller]
fn the_first_hour(apply: &[&str], delete: &[&str]) {
    let namespace = Namespace::new();
    let asked = Instant::now();
    namespace.kubectl(apply).well();
    namespace.rolled_out();
    let ready = asked.elapsed().as_secs_f32();
    let site = namespace.site();
    let serving = asked.elapsed().as_secs_f32();
    eprintln!(
        "kubectl {}: ready after {ready:.1} s, reached after {serving:.1} s",
        apply.join(" ")
    );
    let id = site.makes_an_item();
    site.has_the_item(id);

    let tunnel = namespace.port_forward("service/backend", ":80");
    tunnel.site.has_the_item(id);
    let other = tunnel.site.makes_an_item();
    site.has_the_item(other);
    drop(tunnel);

    namespace
        .kubectl(&["exec", "deploy/backend", "--", "socle", "migrate"])
        .well();
    let status = namespace
        .kubectl(&["exec", "deploy/backend", "--", "socle", "migrate", "--status"])
        .well();
    assert!(status.contains("items"), "{status}");

    namespace.delete_the_pod();
    let site = namespace.site();
    site.has_the_item(id);
    site.has_the_item(other);

    namespace.kubectl(delete).well();
    let kinds = "deployments,replicasets,pods,services,configmaps,persistentvolumeclaims";
    eventually("nothing is left", || {
        let left = namespace.kubectl(&["get", kinds, "-o", "name"]).well();
        // Newer clusters put their certificate into every namespace.
        left.lines()
            .all(|name| name == "configmap/kube-root-ca.crt")
            .then_some(())
    });
}

#[test]
#[ignore = "needs a cluster"]
fn the_manifests_run_as_they_lie() {
    the_first_hour(&["apply", "-f", "kubernetes/"], &["delete", "-f", "kubernetes/"]);
}

#[test]
#[ignore = "needs a cluster"]
fn kustomize_runs_the_same() {
    the_first_hour(&["apply", "-k", "kubernetes/"], &["delete", "-k", "kubernetes/"]);
}

#[test]
#[ignore = "needs a cluster"]
fn tables_in_a_config_map_are_served_after_a_rollout() {
    let namespace = Namespace::applied();
    let id = namespace.site().makes_an_item();
    let tables = tempfile::tempdir().expect("a temporary folder");
    let sql = "CREATE TABLE books (id INTEGER PRIMARY KEY, title VARCHAR(200) NOT NULL);";
    fs::write(tables.path().join("V1__books.sql"), sql).expect("a migration");

    let from = format!("--from-file={}", tables.path().display());
    namespace
        .kubectl(&["create", "configmap", "backend-tables", &from])
        .well();
    namespace.restart();

    let site = namespace.site();
    namespace.has_pods(1);
    site.post("/api/books/", &serde_json::json!({"title": "Sapiens"}))
        .is(201);
    assert_eq!(site.get("/api/books/").is(200).json()[0]["title"], "Sapiens");
    site.has_the_item(id);
}

#[test]
#[ignore = "needs a cluster"]
fn settings_changed_in_the_config_map_are_seen_after_a_restart() {
    let namespace = Namespace::applied();
    namespace.configure(&serde_json::json!({"DEBUG": "true", "APP_TITLE": "Bibliothèque"}));

    let site = namespace.site();
    namespace.has_pods(1);
    let description = site.get("/api/openapi.json").is(200).json();
    assert_eq!(description["info"]["title"], "Bibliothèque");
}

#[test]
#[ignore = "needs a cluster"]
fn rollouts_under_load_fail_no_request_and_lose_no_write() {
    let namespace = Namespace::applied();
    namespace.site();
    let load = Load::start(&namespace.address());
    for number in 1..=ROLLOUTS {
        if number % 3 == 0 {
            namespace.kubectl(&["rollout", "undo", "deployment/backend"]).well();
            namespace.rolled_out();
        } else {
            namespace.restart();
        }
    }
    namespace.has_pods(1);
    load.finish(&format!("{ROLLOUTS} rollouts"), &namespace.site())
        .without_a_failure();
}

#[test]
#[ignore = "needs a cluster"]
fn a_pod_killed_under_load_loses_nothing_that_was_promised() {
    let namespace = Namespace::applied();
    namespace.site();
    for number in 1..=2 {
        let load = Load::start(&namespace.address());
        thread::sleep(Duration::from_secs(3));
        for pod in namespace.pods(true) {
            namespace
                .kubectl(&["delete", "pod", &name_of(&pod), "--grace-period=0", "--force"])
                .well();
        }
        let another = namespace.has_pods(1).remove(0);
        // What was asked of the dead pod may fail; what it had promised may not be gone.
        let tunnel = namespace.port_forward(&format!("pod/{another}"), ":8000");
        load.finish(&format!("kill {number}"), &tunnel.site);
    }
}

#[test]
#[ignore = "needs a cluster"]
fn two_replicas_serve_one_file() {
    let namespace = Namespace::applied();
    namespace
        .kubectl(&["scale", "deployment/backend", "--replicas=2"])
        .well();
    namespace.rolled_out();
    let nodes = namespace
        .kubectl(&["get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}"])
        .well();
    let nodes: Vec<_> = nodes.split_whitespace().collect();
    assert!(nodes.len() == 2 && nodes[0] == nodes[1], "{nodes:?}");

    let load = Load::start(&namespace.address());
    thread::sleep(Duration::from_secs(10));
    namespace.restart();
    load.finish("two replicas, rolled over once", &namespace.site())
        .without_a_failure();

    let answers: Vec<_> = namespace
        .has_pods(2)
        .iter()
        .map(|pod| {
            let tunnel = namespace.port_forward(&format!("pod/{pod}"), ":8000");
            tunnel.site.get("/api/items/?ordering=id").is(200).text()
        })
        .collect();
    assert!(answers[0] == answers[1], "the replicas do not answer alike");
}

#[test]
#[ignore = "needs a cluster"]
fn components_and_overlays_are_accepted() {
    let namespace = Namespace::new();
    // Kustomize lets an overlay reach beside itself, not above the folder it builds on: a copy of both.
    let folder = tempfile::tempdir().expect("a temporary folder");
    run("cp", &["-r", "kubernetes", &folder.path().display().to_string()]).well();
    let overlay = folder.path().join("overlay");
    fs::create_dir(&overlay).expect("a folder");
    let components = ["ingress", "network-policy", "recreate"];
    let paths: Vec<_> = components
        .iter()
        .map(|name| format!("../kubernetes/components/{name}"))
        .collect();
    let kustomization = serde_json::json!({"resources": ["../kubernetes"], "components": paths}).to_string();
    fs::write(overlay.join("kustomization.yaml"), kustomization).expect("the overlay");

    let overlay = overlay.display().to_string();
    namespace.kubectl(&["apply", "-k", &overlay]).well();
    namespace.rolled_out();
    namespace
        .kubectl(&["get", "ingress/backend", "networkpolicy/backend"])
        .well();
    let strategy = [
        "get",
        "deployment",
        "backend",
        "-o",
        "jsonpath={.spec.strategy}{.spec.template.spec.affinity}",
    ];
    assert_eq!(namespace.kubectl(&strategy).well(), r#"{"type":"Recreate"}"#);

    let id = namespace.site().makes_an_item();
    namespace.restart();
    namespace.site().has_the_item(id);
    namespace.kubectl(&["delete", "-k", &overlay]).well();
}
