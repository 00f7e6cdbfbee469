//! The life of jobs, statement by statement, at times that the tests choose.

use serde_json::value::RawValue;
use tempfile::TempDir;

use super::list::{self, Filter};
use super::{Ambient, Beat, Claim, Claimed, Enqueued, Error, Job, JobId, Jobs, Lease, Moment, NewJob, State};
use super::{due, lease, queue};
use crate::database::sqlite::migrations;
use crate::database::{self, Database, Options, Session, Synchronous};

/// A queue in a folder of its own, and a runtime to ask it with.
pub(super) struct Fixture {
    pub(super) jobs: Jobs,
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) path: std::path::PathBuf,
    _folder: TempDir,
}

impl Fixture {
    pub(super) fn new(handlers: super::Handlers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socle.db");
        migrations::apply(&path, None, |_| {}).unwrap();
        let synchronous = Synchronous::Normal;
        let database = Database::open(&Options {
            path: path.clone(),
            synchronous,
        })
        .unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread();
        Self {
            jobs: Jobs::with_handlers(database, Ambient::SYSTEM, handlers),
            runtime: { runtime }.worker_threads(2).enable_all().build().unwrap(),
            path,
            _folder: folder,
        }
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Session<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.runtime.block_on(self.jobs.database.write(work))
    }

    fn enqueue(&self, job: NewJob, now: i64) -> Enqueued {
        let submission = self.jobs.prepare(job, Moment(now)).unwrap();
        self.write(move |session| submission.enqueue(session)).unwrap()
    }

    fn claim(&self, kinds: &[&str], count: u32, now: i64) -> Vec<Claimed> {
        let claim = Claim {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            count,
            lease_ms: 1_000,
            token: self.jobs.lease_token(),
        };
        self.write(move |session| Ok(lease::claim(session, &claim, Moment(now))?))
            .unwrap()
    }

    fn claim_one(&self, now: i64) -> Claimed {
        self.claim(&["work"], 1, now).pop().expect("a job to claim")
    }

    fn job(&self, id: JobId) -> Job {
        self.jobs.find(id).unwrap()
    }

    fn state(&self, id: JobId) -> State {
        self.job(id).status
    }

    fn complete(&self, lease: Lease, now: i64) -> Result<State, Error> {
        self.write(move |session| Ok(lease.complete(session, "\"result\"", Moment(now))?.state))
    }

    /// A failure after which the job may run again 500 ms later, if at all.
    fn fail(&self, lease: Lease, now: i64) -> Result<State, Error> {
        self.write(move |session| {
            Ok(lease
                .fail(session, "broken", |_| Some(Moment(now + 500)), Moment(now))?
                .state)
        })
    }

    fn renew(&self, lease: Lease, now: i64) -> Result<lease::Renewed, Error> {
        self.write(move |session| lease.renew(session, &Beat::default(), Moment(now)))
    }

    fn cancel(&self, id: JobId, now: i64) -> Result<State, Error> {
        self.write(move |session| queue::cancel(session, id, Moment(now)))
    }

    fn retry(&self, id: JobId, now: i64) -> Result<State, Error> {
        self.write(move |session| queue::retry(session, id, Moment(now)))
    }

    fn advance(&self, now: i64) -> due::Advanced {
        self.write(move |session| Ok(due::advance(session, Moment(now))?))
            .unwrap()
    }

    fn page(&self, filter: Filter, after: Option<JobId>, limit: u32) -> list::Page {
        self.runtime.block_on(self.jobs.page(filter, after, limit)).unwrap()
    }
}

fn work() -> NewJob {
    NewJob::new("work", RawValue::from_string("{}".to_owned()).unwrap())
}

fn is_conflict<T: std::fmt::Debug>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Conflict(_)))
}

#[test]
fn jobs_are_claimed_by_priority_then_time_then_submission() {
    let queue = Fixture::new(&[]);
    let job = |kind: &str, priority, run_at| NewJob {
        kind: kind.to_owned(),
        priority,
        run_at: Some(Moment(run_at)),
        ..work()
    };
    let ids: Vec<JobId> = [
        ("a", 0, 30),
        ("a", 0, 20),
        ("b", 5, 40),
        ("b", 0, 20),
        ("c", 9, 10),
        ("a", -5, 10),
        ("b", 5, 5_000),
    ]
    .into_iter()
    .map(|(kind, priority, run_at)| queue.enqueue(job(kind, priority, run_at), 1).id)
    .collect();
    queue.advance(50);
    let order: Vec<_> = queue.claim(&["a", "b"], 3, 60).iter().map(|job| job.job_id).collect();
    assert_eq!(order, [ids[2], ids[1], ids[3]]);
    let order: Vec<_> = queue.claim(&["a", "b"], 10, 60).iter().map(|job| job.job_id).collect();
    assert_eq!(
        order,
        [ids[0], ids[5]],
        "what is due later or of another kind is left alone"
    );
}

#[test]
fn a_time_in_the_past_does_not_jump_the_line() {
    let queue = Fixture::new(&[]);
    let first = queue.enqueue(work(), 1_000).id;
    let late = NewJob {
        run_at: Some(Moment(0)),
        ..work()
    };
    queue.enqueue(late, 1_001);
    assert_eq!(queue.claim_one(1_002).job_id, first);
}

#[test]
fn a_job_is_done_once_and_saying_so_again_is_no_error() {
    let queue = Fixture::new(&[]);
    let id = queue.enqueue(work(), 1).id;
    let claimed = queue.claim_one(10);
    assert_eq!((claimed.attempt, claimed.lease_until), (1, Moment(1_010)));
    assert!(queue.claim(&["work"], 1, 11).is_empty());
    assert_eq!(queue.complete(claimed.lease(), 20), Ok(State::Done));
    assert_eq!(queue.complete(claimed.lease(), 5_000), Ok(State::Done));
    assert!(is_conflict(queue.fail(claimed.lease(), 30)));
    assert!(is_conflict(queue.renew(claimed.lease(), 30)));
    let job = queue.job(id);
    assert_eq!(
        (job.result.unwrap().get(), job.finished_at),
        ("\"result\"", Some(Moment(20)))
    );
}

#[test]
fn whoever_lost_the_lease_changes_nothing() {
    let queue = Fixture::new(&[]);
    let id = queue.enqueue(work(), 1).id;
    let late = queue.claim_one(10);
    // The time is over, although nobody has taken the job back yet.
    assert!(is_conflict(queue.complete(late.lease(), 1_010)));
    assert!(is_conflict(queue.renew(late.lease(), 1_010)));
    assert_eq!(queue.advance(1_009).expired, []);
    assert_eq!(queue.advance(1_010).expired, [("work".to_owned(), State::Queued)]);
    assert!(is_conflict(queue.fail(late.lease(), 1_011)));
    let next = queue.claim_one(1_020);
    assert_eq!(next.attempt, 2);
    assert!(is_conflict(queue.complete(late.lease(), 1_030)));
    assert!(is_conflict(queue.fail(late.lease(), 1_030)));
    assert!(is_conflict(queue.renew(late.lease(), 1_030)));
    let stranger = Lease {
        id,
        token: "guessed".to_owned(),
    };
    assert!(is_conflict(queue.complete(stranger, 1_030)));
    assert_eq!(queue.complete(next.lease(), 1_040), Ok(State::Done));
}

#[test]
fn a_heartbeat_renews_the_lease_for_as_long_as_before_or_as_it_asks() {
    let queue = Fixture::new(&[]);
    queue.enqueue(work(), 1);
    let claimed = queue.claim_one(10);
    assert_eq!(queue.renew(claimed.lease(), 900).unwrap().until, Moment(1_900));
    let lease = claimed.lease();
    let longer = queue.write(move |session| {
        let beat = Beat {
            lease_ms: Some(5_000),
            progress: Some("0.5".to_owned()),
            checkpoint: Some("[7]".to_owned()),
        };
        lease.renew(session, &beat, Moment(1_000))
    });
    assert_eq!(longer.unwrap().until, Moment(6_000));
    assert_eq!(queue.renew(claimed.lease(), 2_000).unwrap().until, Moment(7_000));
    assert_eq!(queue.job(claimed.job_id).progress.unwrap().get(), "0.5");
    queue.advance(7_000);
    let next = queue.claim_one(7_001);
    assert_eq!(
        next.checkpoint.unwrap().get(),
        "[7]",
        "the next attempt goes on from there"
    );
    assert!(queue.job(next.job_id).progress.is_none());
}

#[test]
fn the_last_attempt_leaves_a_job_failed_with_its_reason() {
    let queue = Fixture::new(&[]);
    let twice = NewJob {
        max_attempts: 2,
        ..work()
    };
    let id = queue.enqueue(twice, 1).id;
    assert_eq!(queue.fail(queue.claim_one(10).lease(), 20), Ok(State::Queued));
    let job = queue.job(id);
    assert_eq!((job.error.as_deref(), job.run_at), (Some("broken"), Moment(520)));
    assert!(queue.claim(&["work"], 1, 519).is_empty());
    assert_eq!(queue.advance(520).promoted, 1);
    queue.claim_one(521);
    assert_eq!(queue.advance(1_521).expired, [("work".to_owned(), State::Failed)]);
    let job = queue.job(id);
    assert_eq!(
        (job.status, job.attempts, job.finished_at),
        (State::Failed, 2, Some(Moment(1_521)))
    );
    assert!(job.error.unwrap().contains("attempt 2"));
}

#[test]
fn a_failure_that_no_retry_would_mend_is_the_last() {
    let queue = Fixture::new(&[]);
    let id = queue.enqueue(work(), 1).id;
    let lease = queue.claim_one(10).lease();
    let again = lease.clone();
    let state = queue.write(move |session| Ok(lease.fail(session, "no", |_| None, Moment(20))?.state));
    assert_eq!((state, queue.state(id)), (Ok(State::Failed), State::Failed));
    assert_eq!(queue.fail(again, 30), Ok(State::Failed), "said again, answered again");
}

#[test]
fn a_retry_gives_all_attempts_again_and_goes_on_counting() {
    let queue = Fixture::new(&[]);
    let once = NewJob {
        max_attempts: 1,
        ..work()
    };
    let id = queue.enqueue(once, 1).id;
    assert!(is_conflict(queue.retry(id, 2)));
    let first = queue.claim_one(10);
    assert!(is_conflict(queue.retry(id, 11)));
    assert_eq!(queue.fail(first.lease(), 20), Ok(State::Failed));
    assert_eq!(queue.retry(id, 30), Ok(State::Queued));
    assert!(
        is_conflict(queue.complete(first.lease(), 31)),
        "the first attempt is over for good"
    );
    let second = queue.claim_one(40);
    assert_eq!(second.attempt, 2);
    assert_eq!(queue.complete(second.lease(), 50), Ok(State::Done));
    assert!(is_conflict(queue.retry(id, 60)));
}

#[test]
fn a_job_given_back_is_free_at_once_and_the_attempt_forgiven() {
    let queue = Fixture::new(&[]);
    let once = NewJob {
        max_attempts: 1,
        ..work()
    };
    let id = queue.enqueue(once, 1).id;
    for attempt in 1..=3 {
        let claimed = queue.claim_one(10 * attempt);
        assert_eq!(claimed.attempt, attempt);
        let lease = claimed.lease();
        let back = queue.write(move |session| lease.give_back(session, &Beat::default(), Moment(10 * attempt + 1)));
        assert_eq!(back.unwrap().state, State::Queued);
        assert!(is_conflict(queue.complete(claimed.lease(), 10 * attempt + 2)));
    }
    assert_eq!(queue.fail(queue.claim_one(50).lease(), 60), Ok(State::Failed));
    assert_eq!(queue.job(id).attempts, 4);
}

#[test]
fn a_queued_job_is_cancelled_at_once_and_a_running_one_when_its_worker_gives_up() {
    let queue = Fixture::new(&[]);
    let id = queue.enqueue(work(), 1).id;
    assert_eq!(queue.cancel(id, 2), Ok(State::Cancelled));
    assert_eq!(queue.cancel(id, 3), Ok(State::Cancelled));
    assert!(queue.claim(&["work"], 1, 4).is_empty());

    let running = queue.enqueue(work(), 5).id;
    let claimed = queue.claim_one(10);
    assert!(!queue.renew(claimed.lease(), 11).unwrap().is_cancelled);
    assert_eq!(queue.cancel(running, 12), Ok(State::Processing));
    assert!(queue.job(running).cancel_requested);
    assert!(queue.renew(claimed.lease(), 13).unwrap().is_cancelled);
    assert_eq!(queue.fail(claimed.lease(), 14), Ok(State::Cancelled));
    assert_eq!(queue.fail(claimed.lease(), 15), Ok(State::Cancelled));

    let abandoned = queue.enqueue(work(), 20).id;
    queue.claim_one(30);
    queue.cancel(abandoned, 31).unwrap();
    assert_eq!(queue.advance(1_030).expired, [("work".to_owned(), State::Cancelled)]);

    let finished = queue.enqueue(work(), 2_000).id;
    let claimed = queue.claim_one(2_001);
    queue.cancel(finished, 2_002).unwrap();
    assert_eq!(
        queue.complete(claimed.lease(), 2_003),
        Ok(State::Done),
        "what is done is done"
    );
    assert!(is_conflict(queue.cancel(finished, 2_004)));
    assert_eq!(queue.cancel(JobId::new(Moment(1), 1), 1), Err(Error::NotFound));
}

#[test]
fn while_a_job_with_the_key_is_unfinished_there_is_no_other() {
    let queue = Fixture::new(&[]);
    let keyed = |kind: &str| NewJob {
        kind: kind.to_owned(),
        unique_key: Some("nightly".to_owned()),
        ..work()
    };
    let first = queue.enqueue(keyed("work"), 1);
    let known = |state| Enqueued {
        state,
        is_new: false,
        ..first
    };
    assert!(first.is_new);
    assert_eq!(queue.enqueue(keyed("work"), 2), known(State::Queued));
    assert!(queue.enqueue(keyed("other"), 2).is_new, "a key is its kind's own");
    let claimed = queue.claim_one(3);
    assert_eq!(queue.enqueue(keyed("work"), 4), known(State::Processing));
    assert_eq!(queue.cancel(first.id, 5), Ok(State::Processing));
    assert_eq!(queue.fail(claimed.lease(), 6), Ok(State::Cancelled));
    let second = queue.enqueue(keyed("work"), 7);
    assert!(second.is_new);
    assert!(is_conflict(queue.retry(first.id, 8)), "another has the key by now");
    queue.cancel(second.id, 9).unwrap();
    assert_eq!(queue.retry(first.id, 10), Ok(State::Queued));
}

#[test]
fn a_job_commits_with_the_change_that_asked_for_it_or_not_at_all() {
    let queue = Fixture::new(&[]);
    let submission = queue.jobs.prepare(work(), Moment(1)).unwrap();
    let id = submission.id;
    let insert = database::Statement::plain("INSERT INTO items (name) VALUES ('with a job')");
    let failing = queue.write({
        let (submission, insert) = (submission.clone(), insert.clone());
        move |session| {
            session.execute(&insert)?;
            submission.enqueue(session)?;
            Err::<(), _>(Error::Conflict("changed my mind".to_owned()))
        }
    });
    assert!(is_conflict(failing));
    assert_eq!(queue.jobs.find(id).map(|_| ()), Err(Error::NotFound));
    queue
        .write(move |session| {
            session.execute(&insert)?;
            submission.enqueue(session)
        })
        .unwrap();
    assert_eq!(queue.state(id), State::Queued);
}

#[test]
fn finished_jobs_go_after_their_time_and_failed_ones_after_seven_times_that() {
    let queue = Fixture::new(&[]);
    let ids: Vec<_> = (0..4).map(|_| queue.enqueue(work(), 1).id).collect();
    let claimed = queue.claim(&["work"], 3, 10);
    queue.complete(claimed[0].lease(), 100).unwrap();
    let lease = claimed[1].lease();
    queue
        .write(move |session| lease.fail(session, "no", |_| None, Moment(100)))
        .unwrap();
    queue.cancel(ids[3], 100).unwrap();
    let left = |now| {
        queue
            .write(move |session| Ok(due::sweep(session, 1_000, Moment(now))?))
            .unwrap();
        ids.iter().filter(|id| queue.jobs.find(**id).is_ok()).count()
    };
    assert_eq!(left(1_099), 4);
    assert_eq!(left(1_100), 2, "the failed one and the running one are left");
    assert_eq!(left(7_099), 2);
    assert_eq!(left(7_100), 1);
    assert_eq!(left(1_000_000), 1, "what is unfinished stays");
    assert_eq!(queue.page(Filter::default(), None, 10).total, 1);
}

#[test]
fn the_agenda_is_the_next_hour_lease_or_retention() {
    let queue = Fixture::new(&[]);
    let agenda = || {
        let agenda = queue.jobs.database.read(|session| due::agenda(session, 1_000));
        let agenda = agenda.unwrap();
        (agenda.next.map(|at| at.0), agenda.sweep.map(|at| at.0))
    };
    assert_eq!(agenda(), (None, None));
    let later = NewJob {
        run_at: Some(Moment(9_000)),
        ..work()
    };
    queue.enqueue(later, 1);
    queue.enqueue(work(), 1);
    assert_eq!(
        agenda(),
        (Some(9_000), None),
        "what is due already is nobody's appointment"
    );
    let claimed = queue.claim_one(10);
    assert_eq!(agenda(), (Some(1_010), None));
    queue.complete(claimed.lease(), 20).unwrap();
    assert_eq!(agenda(), (Some(9_000), Some(1_020)));
}

#[test]
fn lists_go_from_the_newest_on_by_kind_and_state() {
    let queue = Fixture::new(&[]);
    let mut ids = Vec::new();
    for number in 0..30 {
        let job = NewJob {
            kind: format!("kind-{}", number % 3),
            ..work()
        };
        ids.push(queue.enqueue(job, number).id);
    }
    ids.reverse();
    for id in ids.iter().step_by(2) {
        queue.cancel(*id, 100).unwrap();
    }
    let all = |filter: Filter| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = queue.page(filter.clone(), after, 4);
            found.extend(page.jobs.iter().map(|job| job.job_id));
            after = page.next;
            if after.is_none() {
                assert_eq!(page.total as usize, found.len());
                return found;
            }
            assert_eq!(page.jobs.len(), 4);
        }
    };
    assert_eq!(all(Filter::default()), ids);
    let of = |keep: &dyn Fn(usize) -> bool| -> Vec<JobId> {
        let kept = ids.iter().enumerate().filter(|(place, _)| keep(*place));
        kept.map(|(_, id)| *id).collect()
    };
    let state = Some(State::Cancelled);
    assert_eq!(all(Filter { state, kind: None }), of(&|place| place % 2 == 0));
    let kind = Some("kind-2".to_owned());
    let filter = Filter {
        state: None,
        kind: kind.clone(),
    };
    assert_eq!(all(filter), of(&|place| place % 3 == 0));
    assert_eq!(all(Filter { state, kind }), of(&|place| place % 6 == 0));
    let none = Filter {
        state: None,
        kind: Some("none".to_owned()),
    };
    assert_eq!(all(none), []);
}

#[test]
fn a_page_of_large_results_ends_early_and_says_where_the_next_begins() {
    let queue = Fixture::new(&[]);
    for _ in 0..6 {
        queue.enqueue(work(), 1);
    }
    for claimed in queue.claim(&["work"], 6, 10) {
        let (lease, result) = (claimed.lease(), format!("\"{}\"", "x".repeat(1_000_000)));
        queue
            .write(move |session| lease.complete(session, &result, Moment(20)))
            .unwrap();
    }
    let first = queue.page(Filter::default(), None, 100);
    assert_eq!((first.jobs.len(), first.total), (4, 6));
    let second = queue.page(Filter::default(), first.next, 100);
    assert_eq!((second.jobs.len(), second.next), (2, None));
}

#[test]
fn counts_are_right_after_everything_that_can_happen() {
    let queue = Fixture::new(&[]);
    let mut random = 7_u64;
    let mut next = move |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let (mut ids, mut leases) = (Vec::new(), Vec::new());
    for now in 0..600 {
        let now = now * 10;
        match next(8) {
            0 | 1 => ids.push(queue.enqueue(work(), now).id),
            2 => leases.extend(queue.claim(&["work"], 3, now)),
            3 if !leases.is_empty() => drop(queue.complete(leases.swap_remove(0).lease(), now)),
            4 if !leases.is_empty() => drop(queue.fail(leases.swap_remove(0).lease(), now)),
            5 if !ids.is_empty() => drop(queue.cancel(ids[next(ids.len() as u64) as usize], now)),
            6 if !ids.is_empty() => drop(queue.retry(ids[next(ids.len() as u64) as usize], now)),
            _ => {
                queue.advance(now);
                queue
                    .write(move |session| Ok(due::sweep(session, 1_500, Moment(now))?))
                    .unwrap();
            }
        }
        let kept = queue.jobs.database.read(|session| list::counts(session, 10)).unwrap();
        let mut counted = list::Counts::new();
        queue
            .jobs
            .database
            .read(|session| {
                let sql = "SELECT state, count(*) FROM _jobs GROUP BY state";
                session.query(&database::Statement::plain(sql), |row| {
                    let none = || State::ALL.map(|state| (state.name(), 0)).into();
                    let of_kind = counted.entry("work".to_owned()).or_insert_with(none);
                    of_kind.insert(super::row::state(row, 0)?.name(), super::row::integer(row, 1) as u64);
                    Ok::<_, database::Error>(())
                })
            })
            .unwrap();
        assert_eq!(kept, counted, "after {now}");
    }
}

#[test]
fn the_oldest_job_is_found_whatever_the_priorities() {
    let queue = Fixture::new(&[]);
    for (kind, priority, run_at) in [
        ("a", 5, 300),
        ("a", 0, 100),
        ("a", -5, 200),
        ("b", 1, 400),
        ("c", 0, 9_000),
    ] {
        let job = NewJob {
            kind: kind.to_owned(),
            priority,
            run_at: Some(Moment(run_at)),
            ..work()
        };
        queue.enqueue(job, 1);
    }
    queue.advance(500);
    let oldest = queue.jobs.database.read(|session| list::oldest(session, 10)).unwrap();
    let expected = [("a".to_owned(), Moment(100)), ("b".to_owned(), Moment(400))];
    assert_eq!(oldest, expected.into());
}

#[test]
fn what_is_asked_for_is_checked_all_at_once() {
    let queue = Fixture::new(&super::kinds::HANDLERS);
    let json = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    let wrong = |job: NewJob| match queue.jobs.prepare(job, Moment(1)) {
        Err(Error::Fields(errors)) => errors.0.into_iter().map(|(field, _)| field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let bad = NewJob {
        kind: "naïve".to_owned(),
        priority: i64::MIN,
        max_attempts: 0,
        unique_key: Some(String::new()),
        ..work()
    };
    assert_eq!(wrong(bad), ["kind", "priority", "max_attempts", "unique_key"]);
    let uppercase = |payload: &str| NewJob::new("uppercase", json(payload));
    assert_eq!(wrong(uppercase("7")), ["payload"]);
    assert_eq!(wrong(uppercase("{}")), ["text"]);
    assert_eq!(wrong(uppercase(r#"{"text": "", "size": 1}"#)), ["size", "text"]);
    assert!(queue.jobs.prepare(uppercase(r#"{"text": "ok"}"#), Moment(1)).is_ok());
    let large = format!("\"{}\"", "x".repeat(super::job::PAYLOAD_LIMIT));
    let large = queue.jobs.prepare(NewJob::new("work", json(&large)), Moment(1));
    assert!(matches!(large, Err(Error::TooLarge(_))));
}
