//! Pools with handlers that succeed, fail, panic, hang, are cancelled or lose their lease.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::Pool;
use crate::database::{self, Session, Statement};
use crate::fields::FieldErrors;
use crate::jobs::tests::Fixture;
use crate::jobs::{Context, Failure, Handler, Job, JobId, NewJob, State};

/// A handler that is a function.
struct Kind(&'static str, fn(&Context) -> Result<Json, Failure>);

impl Handler for Kind {
    fn kind(&self) -> &'static str {
        self.0
    }

    fn fields(&self) -> &'static [&'static str] {
        &["n"]
    }

    fn validate(&self, _: &Json) -> Result<(), FieldErrors> {
        Ok(())
    }

    fn run(&self, context: &Context) -> Result<Json, Failure> {
        (self.1)(context)
    }
}

/// Replaces the lease tokens of running jobs, so that their leases are lost.
fn steal(context: &Context) -> bool {
    let sql = "UPDATE _jobs SET lease_token = 'another' WHERE state = 'processing'";
    let steal = Statement::plain(sql);
    let database = &context.jobs.database;
    let stolen = database.write(move |session| session.execute(&steal));
    context.runtime.block_on(stolen) == Ok(1)
}

fn submit(fixture: &Fixture, kind: &str) -> JobId {
    let payload = RawValue::from_string("{\"n\": 1}".to_owned()).unwrap();
    let job = NewJob {
        max_attempts: 1,
        ..NewJob::new(kind, payload)
    };
    fixture.runtime.block_on(fixture.jobs.submit(job)).unwrap().id
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[track_caller]
fn wait_for(fixture: &Fixture, id: JobId, state: State) -> Job {
    wait_until(state.name(), || fixture.jobs.find(id).unwrap().status == state);
    fixture.jobs.find(id).unwrap()
}

fn start(fixture: &Fixture, workers: usize) -> Pool {
    let _inside = fixture.runtime.enter();
    Pool::start(fixture.jobs.clone(), workers).unwrap()
}

#[test]
fn a_handler_that_panics_fails_its_job_alone() {
    static KINDS: [&dyn Handler; 3] = [
        &Kind("panics", |_| panic!("on purpose")),
        &Kind("gives-up", |_| Err(Failure::Final("no such file".to_owned()))),
        &Kind("works", |context| {
            Ok(json!([context.payload()["n"], context.attempt()]))
        }),
    ];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 2);
    let panicking: Vec<_> = (0..10).map(|_| submit(&fixture, "panics")).collect();
    let working = submit(&fixture, "works");
    let giving_up = submit(&fixture, "gives-up");
    assert_eq!(wait_for(&fixture, working, State::Done).result.unwrap().get(), "[1,1]");
    assert_eq!(
        wait_for(&fixture, giving_up, State::Failed).error.unwrap(),
        "no such file"
    );
    for id in panicking {
        assert!(wait_for(&fixture, id, State::Failed).error.unwrap().contains("mistake"));
    }
    fixture.runtime.block_on(pool.stop(Duration::from_secs(5)));
}

#[test]
fn a_result_that_is_too_large_fails_the_job() {
    static KINDS: [&dyn Handler; 1] = [&Kind("talks", |_| Ok(json!("x".repeat(2_000_000))))];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 1);
    let id = submit(&fixture, "talks");
    assert!(
        wait_for(&fixture, id, State::Failed)
            .error
            .unwrap()
            .contains("2000002 bytes")
    );
    fixture.runtime.block_on(pool.stop(Duration::from_secs(5)));
}

#[test]
fn a_running_handler_is_told_that_its_job_was_called_off() {
    static KINDS: [&dyn Handler; 1] = [&Kind("waits", |context| {
        context.progress(1, 2, "halfway");
        while !context.is_cancelled() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(Failure::Cancelled)
    })];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 1);
    let id = submit(&fixture, "waits");
    wait_until("its progress is seen", || {
        let progress = fixture.jobs.find(id).unwrap().progress;
        progress.is_some_and(|progress| progress.get().contains("halfway"))
    });
    fixture.runtime.block_on(fixture.jobs.cancel(id)).unwrap();
    let began = Instant::now();
    wait_for(&fixture, id, State::Cancelled);
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "it took {:?}",
        began.elapsed()
    );
    fixture.runtime.block_on(pool.stop(Duration::from_secs(5)));
}

#[test]
fn at_the_end_a_handler_goes_back_with_its_checkpoint_and_another_goes_on() {
    static HAS_BEGUN: AtomicBool = AtomicBool::new(false);
    static KINDS: [&dyn Handler; 1] = [&Kind("counts", |context| {
        if let Some(checkpoint) = context.checkpoint() {
            return Ok(json!({ "went on from": checkpoint, "attempt": context.attempt() }));
        }
        context.save(json!(41));
        HAS_BEGUN.store(true, Ordering::Relaxed);
        while !context.is_stopping() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(Failure::Stopped)
    })];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 1);
    let id = submit(&fixture, "counts");
    // A job that is claimed and not begun goes back as well, and has nothing to go on from.
    wait_until("it has begun", || HAS_BEGUN.load(Ordering::Relaxed));
    fixture.runtime.block_on(pool.stop(Duration::from_secs(20)));
    assert_eq!(fixture.jobs.find(id).unwrap().status, State::Queued);
    let pool = start(&fixture, 1);
    let job = wait_for(&fixture, id, State::Done);
    assert_eq!(job.result.unwrap().get(), "{\"went on from\":41,\"attempt\":2}");
    fixture.runtime.block_on(pool.stop(Duration::from_secs(5)));
}

#[test]
fn at_the_end_what_does_not_end_goes_back_and_what_was_not_begun_too() {
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    static KINDS: [&dyn Handler; 1] = [&Kind("hangs", |_| {
        while !IS_OVER.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(json!("too late"))
    })];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 2);
    let ids: Vec<_> = (0..6).map(|_| submit(&fixture, "hangs")).collect();
    wait_for(&fixture, ids[1], State::Processing);
    let began = Instant::now();
    fixture.runtime.block_on(pool.stop(Duration::from_millis(300)));
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        began.elapsed()
    );
    let states: Vec<_> = ids.iter().map(|id| fixture.jobs.find(*id).unwrap().status).collect();
    assert_eq!(states, [State::Queued; 6]);
    IS_OVER.store(true, Ordering::Relaxed);
}

#[test]
fn writes_of_a_handler_hold_the_lease_and_keep_the_checkpoint_with_them() {
    static KINDS: [&dyn Handler; 1] = [&Kind("writes", |context| {
        let insert = Statement::plain("INSERT INTO items (name) VALUES ('written by a job')");
        let insert = move |session: &Session<'_>| session.execute(&insert);
        let first = context.write(Some(json!("one is in")), insert.clone());
        let stolen = steal(context);
        let second = context.write(None, insert);
        Ok(json!([first.is_ok(), stolen, second.is_err(), context.is_cancelled()]))
    })];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 1);
    submit(&fixture, "writes");
    let count = || {
        fixture
            .jobs
            .database
            .read(|session| session.count(&Statement::plain("SELECT count(*) FROM items")))
    };
    wait_until("the first row is there", || count() == Ok(1));
    fixture.runtime.block_on(pool.stop(Duration::from_secs(5)));
    assert_eq!(count(), Ok(1));
}

#[test]
fn short_jobs_are_not_held_up_by_a_long_one_claimed_before_them() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    static KINDS: [&dyn Handler; 2] = [
        &Kind("long", |_| {
            RUNNING.fetch_add(1, Ordering::Relaxed);
            while !IS_OVER.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(json!(null))
        }),
        &Kind("short", |_| Ok(json!(null))),
    ];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 1);
    // Many short ones, so that the pool claims far ahead; then a long one among them.
    for _ in 0..200 {
        submit(&fixture, "short");
    }
    submit(&fixture, "long");
    let after: Vec<_> = (0..50).map(|_| submit(&fixture, "short")).collect();
    wait_until("the long one runs", || RUNNING.load(Ordering::Relaxed) == 1);
    let other = start(&fixture, 1);
    for id in after {
        wait_for(&fixture, id, State::Done);
    }
    IS_OVER.store(true, Ordering::Relaxed);
    fixture.runtime.block_on(async {
        pool.stop(Duration::from_secs(5)).await;
        other.stop(Duration::from_secs(5)).await;
    });
}

#[test]
fn a_result_that_could_not_be_written_is_written_when_the_database_is_free_again() {
    static IS_LOCKED: AtomicBool = AtomicBool::new(false);
    static HAS_RETURNED: AtomicBool = AtomicBool::new(false);
    static KINDS: [&dyn Handler; 1] = [&Kind("works", |_| {
        while !IS_LOCKED.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        HAS_RETURNED.store(true, Ordering::Relaxed);
        Ok(json!("kept"))
    })];
    let fixture = Fixture::new(&KINDS);
    let pool = start(&fixture, 1);
    let id = submit(&fixture, "works");
    wait_for(&fixture, id, State::Processing);
    // Another process holds the lock on the file until `unlock` is dropped.
    let other = fixture.open_again();
    let (unlock, unlocked) = std::sync::mpsc::channel::<()>();
    let locking = fixture.runtime.spawn(async move {
        let lock = move |_: &Session<'_>| {
            IS_LOCKED.store(true, Ordering::Relaxed);
            let _ = unlocked.recv();
            Ok::<_, database::Error>(())
        };
        other.write(lock).await
    });
    wait_until("the handler has returned", || HAS_RETURNED.load(Ordering::Relaxed));
    // Queued behind the result, so that its failure follows that of the result.
    let behind = fixture.jobs.database.write(|_| Ok::<_, database::Error>(()));
    assert_eq!(fixture.runtime.block_on(behind), Err(database::Error::Busy));
    drop(unlock);
    assert_eq!(fixture.runtime.block_on(locking).unwrap(), Ok(()));
    let job = wait_for(&fixture, id, State::Done);
    assert_eq!((job.attempts, job.result.unwrap().get()), (1, "\"kept\""));
    fixture.runtime.block_on(pool.stop(Duration::from_secs(5)));
}
