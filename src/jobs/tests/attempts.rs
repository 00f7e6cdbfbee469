//! Claims, leases and the outcomes of attempts.

use super::*;

#[test]
fn jobs_are_claimed_by_priority_then_time_then_submission() {
    let queue = Fixture::new(&[]);
    let job = |kind: &str, priority, run_at| NewJob {
        kind: kind.to_owned(),
        priority,
        run_at: Some(UnixMillis(run_at)),
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
        run_at: Some(UnixMillis(0)),
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
    assert_eq!((claimed.attempt, claimed.lease_until), (1, UnixMillis(1_010)));
    assert!(queue.claim(&["work"], 1, 11).is_empty());
    assert_eq!(queue.complete(claimed.lease(), 20), Ok(State::Done));
    assert_eq!(queue.complete(claimed.lease(), 5_000), Ok(State::Done));
    assert!(is_conflict(queue.fail(claimed.lease(), 30)));
    assert!(is_conflict(queue.renew(claimed.lease(), 30)));
    let job = queue.job(id);
    assert_eq!(
        (job.result.unwrap().get(), job.finished_at),
        ("\"result\"", Some(UnixMillis(20)))
    );
}

#[test]
fn whoever_lost_the_lease_changes_nothing() {
    let queue = Fixture::new(&[]);
    let id = queue.enqueue(work(), 1).id;
    let late = queue.claim_one(10);
    // The lease has expired, although maintenance has not run yet.
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
    assert_eq!(queue.renew(claimed.lease(), 900).unwrap().until, UnixMillis(1_900));
    let lease = claimed.lease();
    let longer = queue.write(move |session| {
        let heartbeat = Heartbeat {
            lease_ms: Some(5_000),
            progress: Some("0.5".to_owned()),
            checkpoint: Some("[7]".to_owned()),
        };
        lease.renew(session, &heartbeat, UnixMillis(1_000))
    });
    assert_eq!(longer.unwrap().until, UnixMillis(6_000));
    assert_eq!(queue.renew(claimed.lease(), 2_000).unwrap().until, UnixMillis(7_000));
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
    assert_eq!((job.error.as_deref(), job.run_at), (Some("broken"), UnixMillis(520)));
    assert!(queue.claim(&["work"], 1, 519).is_empty());
    assert_eq!(queue.advance(520).promoted, 1);
    queue.claim_one(521);
    assert_eq!(queue.advance(1_521).expired, [("work".to_owned(), State::Failed)]);
    let job = queue.job(id);
    assert_eq!(
        (job.status, job.attempts, job.finished_at),
        (State::Failed, 2, Some(UnixMillis(1_521)))
    );
    assert!(job.error.unwrap().contains("attempt 2"));
}

#[test]
fn a_failure_that_no_retry_would_mend_is_the_last() {
    let queue = Fixture::new(&[]);
    let id = queue.enqueue(work(), 1).id;
    let lease = queue.claim_one(10).lease();
    let again = lease.clone();
    let state = queue.write(move |session| Ok(lease.fail(session, "no", |_| None, UnixMillis(20))?.state));
    assert_eq!((state, queue.state(id)), (Ok(State::Failed), State::Failed));
    assert_eq!(queue.fail(again, 30), Ok(State::Failed), "said again, answered again");
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
        let back =
            queue.write(move |session| lease.release(session, &Heartbeat::default(), UnixMillis(10 * attempt + 1)));
        assert_eq!(back.unwrap().state, State::Queued);
        assert!(is_conflict(queue.complete(claimed.lease(), 10 * attempt + 2)));
    }
    assert_eq!(queue.fail(queue.claim_one(50).lease(), 60), Ok(State::Failed));
    assert_eq!(queue.job(id).attempts, 4);
}
