//! `socle jobs`, beside a running server.

use serde_json::{Value, json};

use crate::jobs_api::without_workers;
use crate::jobs_client::{verb, with_lease};
use crate::server::{Server, Setup};

fn run(server: &Server, arguments: &[&str]) -> crate::process::Exit {
    server.setup.run(&[&["jobs"], arguments].concat())
}

#[test]
fn jobs_are_listed_a_line_each() {
    let server = without_workers();
    let queued = server.submit(json!({"text": "a"}));
    let failed = server.submit(json!({"kind": "resize", "max_attempts": 1}));
    let claimed = server.claim("resize").expect("the job");
    let error = with_lease(&claimed, json!({"error": "no such\nimage"}));
    server.post(&verb(&claimed, "fail"), error).is(200);
    let list = run(&server, &["list"]).success().out;
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert!(lines[0].starts_with("job_id") && lines[0].contains("status"));
    assert!(
        lines[1].starts_with(&failed) && lines[1].contains("failed  1 of 1") && lines[1].ends_with("no such image")
    );
    assert!(lines[2].starts_with(&queued) && lines[2].contains("uppercase  queued"));
    let of_state = run(&server, &["list", "--status", "queued", "--kind=uppercase"])
        .success()
        .out;
    assert!(of_state.contains(&queued) && !of_state.contains(&failed), "{of_state}");
    let first = run(&server, &["list", "--limit", "1"]).success().out;
    assert!(first.ends_with("1 more; --limit 2 shows them\n"), "{first}");
}

#[test]
fn a_job_is_shown_cancelled_and_retried() {
    let server = without_workers();
    let id = server.submit(json!({"text": "déjà"}));
    let shown: Value = serde_json::from_str(&run(&server, &["show", &id]).success().out).expect("JSON");
    assert_eq!(
        (&shown["status"], &shown["payload"]),
        (&json!("queued"), &json!({"text": "déjà"}))
    );
    assert_eq!(
        run(&server, &["cancel", &id]).success().out,
        format!("{id} is cancelled\n")
    );
    assert_eq!(server.job(&id)["status"], "cancelled");
    assert_eq!(
        run(&server, &["retry", &id]).success().out,
        format!("{id} is queued again\n")
    );
    let claimed = server.claim("uppercase").expect("the job");
    assert!(run(&server, &["cancel", &id]).success().out.contains("next heartbeat"));
    server
        .post(&verb(&claimed, "complete"), with_lease(&claimed, json!({})))
        .is(200);
    for what in ["cancel", "retry"] {
        let refused = run(&server, &[what, &id]).failure();
        assert!(
            refused.err.contains(&id) && refused.err.contains("done"),
            "{}",
            refused.output()
        );
    }
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let server = without_workers();
    let missing = "01a1fcf4-8aab-7d8c-9745-28bc1e682547";
    let refused = run(&server, &["show", missing]).failure();
    assert!(
        refused.err.contains("no such job") && refused.err.lines().count() == 1,
        "{}",
        refused.output()
    );
    for wrong in [
        &["show", "7"][..],
        &["list", "--status", "asleep"],
        &["list", "--limit", "0"],
        &["shout"],
    ] {
        let refused = run(&server, wrong).failure();
        assert_eq!(refused.err.lines().count(), 1, "{}", refused.output());
    }
    let nowhere = Setup::new().run(&["jobs", "list"]).failure();
    assert!(nowhere.err.contains("DATABASE_URL"), "{}", nowhere.output());
    assert!(!Setup::new().database().exists());
}
