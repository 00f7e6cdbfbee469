//! Lists and counts of jobs, and the times of maintenance.

use super::*;

#[test]
fn finished_jobs_go_after_their_time_and_failed_ones_after_seven_times_that() {
    let queue = Fixture::new(&[]);
    let ids: Vec<_> = (0..4).map(|_| queue.enqueue(work(), 1).id).collect();
    let claimed = queue.claim(&["work"], 3, 10);
    queue.complete(claimed[0].lease(), 100).unwrap();
    let lease = claimed[1].lease();
    queue
        .write(move |session| lease.fail(session, "no", |_| None, UnixMillis(100)))
        .unwrap();
    queue.cancel(ids[3], 100).unwrap();
    let left = |now| {
        queue
            .write(move |session| Ok(maintenance::sweep(session, 1_000, UnixMillis(now))?))
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
        let agenda = queue
            .jobs
            .database
            .read(|session| maintenance::upcoming(session, 1_000));
        let agenda = agenda.unwrap();
        (agenda.next.map(|at| at.0), agenda.sweep.map(|at| at.0))
    };
    assert_eq!(agenda(), (None, None));
    let later = NewJob {
        run_at: Some(UnixMillis(9_000)),
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
            .write(move |session| lease.complete(session, &result, UnixMillis(20)))
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
                    .write(move |session| Ok(maintenance::sweep(session, 1_500, UnixMillis(now))?))
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
                    of_kind.insert(crate::jobs::store::row::state(row, 0)?.name(), row.integer(1) as u64);
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
            run_at: Some(UnixMillis(run_at)),
            ..work()
        };
        queue.enqueue(job, 1);
    }
    queue.advance(500);
    let oldest = queue.jobs.database.read(|session| list::oldest(session, 10)).unwrap();
    let expected = [("a".to_owned(), UnixMillis(100)), ("b".to_owned(), UnixMillis(400))];
    assert_eq!(oldest, expected.into());
}
