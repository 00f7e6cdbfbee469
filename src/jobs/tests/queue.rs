//! Submitting, cancelling and retrying jobs.

use super::*;

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
    assert_eq!(queue.cancel(JobId::new(UnixMillis(1), 1), 1), Err(Error::NotFound));
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
    let submission = queue.jobs.prepare(work(), UnixMillis(1)).unwrap();
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
fn what_is_asked_for_is_checked_all_at_once() {
    let queue = Fixture::new(&crate::jobs::kinds::HANDLERS);
    let json = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    let wrong = |job: NewJob| match queue.jobs.prepare(job, UnixMillis(1)) {
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
    assert!(
        queue
            .jobs
            .prepare(uppercase(r#"{"text": "ok"}"#), UnixMillis(1))
            .is_ok()
    );
    let large = format!("\"{}\"", "x".repeat(crate::jobs::job::PAYLOAD_LIMIT));
    let large = queue.jobs.prepare(NewJob::new("work", json(&large)), UnixMillis(1));
    assert!(matches!(large, Err(Error::TooLarge(_))));
}
