//! Requests to the job queue of a [`Server`].

use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Server, eventually_within};

impl Server {
    /// Submits a job and gives its id.
    #[track_caller]
    pub(crate) fn submit(&self, job: Value) -> String {
        let answer = self.post("/jobs", job).is(202).json();
        assert_eq!(answer["status"], "queued");
        answer["job_id"].as_str().expect("a name").to_owned()
    }

    /// The current state of a job.
    #[track_caller]
    pub(crate) fn job(&self, id: &str) -> Value {
        self.get(&format!("/jobs/{id}")).is(200).json()
    }

    /// Waits until a job has this status, and gives the job.
    #[track_caller]
    pub(crate) fn job_once(&self, id: &str, status: &str) -> Value {
        eventually_within(Duration::from_secs(90), status, || {
            let job = self.job(id);
            (job["status"] == status).then_some(job)
        })
    }

    /// Claims a job of a kind, without waiting.
    #[track_caller]
    pub(crate) fn claim(&self, kind: &str) -> Option<Value> {
        self.claim_with(json!({ "kinds": [kind] }))
    }

    #[track_caller]
    pub(crate) fn claim_with(&self, claim: Value) -> Option<Value> {
        let answer = self.post("/jobs/claim", claim);
        match answer.status {
            204 => None,
            _ => Some(answer.is(200).json()),
        }
    }

    /// How many jobs there are in each state.
    #[track_caller]
    pub(crate) fn counts(&self) -> Value {
        self.get("/jobs/counts").is(200).json()
    }
}

/// A worker's request body with the lease token of a claimed job.
pub(crate) fn with_lease(claimed: &Value, mut further: Value) -> Value {
    further["lease_token"] = claimed["lease_token"].clone();
    further
}

/// The address of a verb, such as `complete`, of a claimed job.
pub(crate) fn verb(claimed: &Value, verb: &str) -> String {
    format!("/jobs/{}/{verb}", claimed["job_id"].as_str().expect("a name"))
}

/// The time this many milliseconds from now, as answers write it: UTC with three decimals, the last of them not 0.
pub(crate) fn time_from_now(milliseconds: i64) -> String {
    let at = jiff::Timestamp::now().as_millisecond() + milliseconds;
    let at = jiff::Timestamp::from_millisecond(at - at % 10 + 1).expect("a time");
    format!("{at:.3}")
}
