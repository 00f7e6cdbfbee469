//! Ticks of one process, and of several on one file.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Barrier;

use super::{File, at, by_cron, by_stretch, new_year};
use crate::clock::UnixMillis;
use crate::database::{self, Statement};

use crate::jobs::schedule::{ScheduleSpec, Schedules, Tick, Ticked};

/// The number of jobs in a state.
fn count(schedules: &Schedules, state: &str) -> i64 {
    let count = Statement::new("SELECT count(*) FROM _jobs WHERE state = ?1", [state.into()]);
    let found = schedules
        .jobs
        .database
        .read(|session| session.first(&count, |row| Ok::<_, database::Error>(row.integer(0))));
    found.unwrap().unwrap()
}

/// Marks every queued job as done.
async fn finish(schedules: &Schedules) {
    let done = Statement::new(
        "UPDATE _jobs SET state = 'done', finished_at = 0 WHERE state = 'queued'",
        [],
    );
    schedules
        .jobs
        .database
        .write(move |session| session.execute(&done))
        .await
        .unwrap();
}

/// Lets all processes tick at the same time, each in its own task, and returns their ticks.
async fn tick_together(processes: &[Schedules], now: UnixMillis) -> Vec<Tick> {
    let barrier = Arc::new(Barrier::new(processes.len()));
    let tasks = processes.iter().cloned().map(|process| {
        let barrier = barrier.clone();
        tokio::spawn(async move {
            barrier.wait().await;
            process.tick(now).await.unwrap()
        })
    });
    let mut ticks = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        ticks.extend(task.await.unwrap());
    }
    ticks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn two_hundred_ticks_under_two_processes_are_two_hundred_jobs() {
    let file = File::new();
    let processes = [file.process(|| new_year().into()), file.process(|| new_year().into())];
    let spec = ScheduleSpec {
        unique: false,
        ..by_cron("30 2 * * *", "Europe/Paris")
    };
    processes[0].create("nightly", spec).await.unwrap();
    let mut days = Vec::new();
    for round in 0..200_i64 {
        let due = processes[1].next_due().unwrap().unwrap();
        // Sometimes a few milliseconds late, as timers are.
        let ticks = tick_together(&processes, due.plus(round % 7)).await;
        assert_eq!(ticks.len(), 1, "{ticks:?}");
        assert_eq!(ticks[0].due, due);
        assert!(matches!(ticks[0].ticked, Ticked::Job(_)), "{ticks:?}");
        days.push(Timestamp::from_millisecond(due.0).unwrap().to_string());
        // A second call for the same tick finds nothing due.
        assert_eq!(tick_together(&processes, due.plus(7)).await, []);
    }
    assert_eq!(count(&processes[0], "queued"), 200);
    let mut once = days.clone();
    once.dedup();
    assert_eq!(once.len(), 200);
    assert_eq!(days.first().unwrap(), "2026-01-01T01:30:00Z");
    assert!(
        days.contains(&"2026-03-29T01:00:00Z".to_owned()),
        "the day on which 02:30 is skipped"
    );
    assert_eq!(days.last().unwrap(), "2026-07-19T00:30:00Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn many_schedules_of_many_kinds_tick_once_each_whoever_comes_first() {
    let file = File::new();
    let processes = [
        file.process(|| new_year().into()),
        file.process(|| new_year().into()),
        file.process(|| new_year().into()),
    ];
    for number in 0..120 {
        let spec = match number % 3 {
            0 => by_cron("* * * * *", "UTC"),
            1 => by_cron("*/5 * * * *", "America/New_York"),
            _ => by_stretch("60s"),
        };
        processes[0]
            .create(&format!("s{number}"), ScheduleSpec { unique: false, ..spec })
            .await
            .unwrap();
    }
    let mut ticks = Vec::new();
    for minute in 1..=10 {
        loop {
            let some = tick_together(&processes, new_year().plus(minute * 60_000)).await;
            if some.is_empty() {
                break;
            }
            ticks.extend(some);
        }
    }
    let mut names: Vec<_> = ticks.iter().map(|tick| (tick.name.clone(), tick.due)).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), ticks.len(), "a tick was twice");
    assert_eq!(ticks.len(), 40 * 10 + 40 * 2 + 40 * 10);
    assert_eq!(count(&processes[0], "queued"), 880);
}

#[tokio::test]
async fn missed_ticks_run_once_and_the_next_one_is_in_the_future() {
    let file = File::new();
    let schedules = file.process(|| new_year().into());
    let spec = ScheduleSpec {
        unique: false,
        ..by_stretch("10s")
    };
    schedules.create("often", spec).await.unwrap();
    schedules
        .create(
            "daily",
            ScheduleSpec {
                unique: false,
                ..by_cron("@daily", "UTC")
            },
        )
        .await
        .unwrap();
    // The servers were down for a month and three seconds.
    let now = at("2026-02-01T00:00:03Z");
    let ticks = schedules.tick(now).await.unwrap();
    assert_eq!(ticks.len(), 2, "{ticks:?}");
    assert_eq!(count(&schedules, "queued"), 2);
    assert_eq!(schedules.tick(now).await.unwrap(), []);
    let next = |name: &str| schedules.find(name).unwrap().next_at.unwrap();
    assert_eq!(
        next("often"),
        at("2026-02-01T00:00:10Z"),
        "in step with the ticks before"
    );
    assert_eq!(next("daily"), at("2026-02-02T00:00:00Z"));
    let daily = schedules.find("daily").unwrap();
    assert_eq!(daily.last_at, Some(at("2026-01-02T00:00:00Z")));
}

#[tokio::test]
async fn a_tick_is_left_out_while_the_job_of_an_earlier_one_is_unfinished() {
    let file = File::new();
    let schedules = file.process(|| new_year().into());
    schedules.create("often", by_stretch("10s")).await.unwrap();
    let first = schedules.tick(new_year().plus(10_000)).await.unwrap();
    let Ticked::Job(job) = first[0].ticked else {
        panic!("{first:?}")
    };
    for later in 2..50 {
        let ticks = schedules.tick(new_year().plus(later * 10_000)).await.unwrap();
        assert_eq!(ticks[0].ticked, Ticked::Skipped(job));
    }
    assert_eq!(count(&schedules, "queued"), 1);
    assert_eq!(schedules.find("often").unwrap().last_job_id, Some(job.to_string()));
    finish(&schedules).await;
    let ticks = schedules.tick(new_year().plus(500_000)).await.unwrap();
    assert!(matches!(ticks[0].ticked, Ticked::Job(next) if next != job), "{ticks:?}");
}

#[tokio::test]
async fn a_schedule_that_this_socle_cannot_read_harms_no_other() {
    let file = File::new();
    let schedules = file.process(|| new_year().into());
    for name in ["good", "unread", "refused"] {
        schedules.create(name, by_stretch("1m")).await.unwrap();
    }
    let spoil = |sql: &'static str| {
        schedules
            .jobs
            .database
            .write(move |session| session.execute(&Statement::plain(sql)))
    };
    spoil("UPDATE _schedules SET every = 'fortnightly' WHERE name = 'unread'")
        .await
        .unwrap();
    spoil("UPDATE _schedules SET kind = 'uppercase' WHERE name = 'refused'")
        .await
        .unwrap();
    let mut ticks = schedules.tick(new_year().plus(60_000)).await.unwrap();
    ticks.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(matches!(ticks[0].ticked, Ticked::Job(_)), "{ticks:?}");
    assert!(
        matches!(&ticks[1].ticked, Ticked::Refused(message) if message.contains("payload") || message.contains("text")),
        "{ticks:?}"
    );
    assert!(
        matches!(&ticks[2].ticked, Ticked::Refused(message) if message.contains("every")),
        "{ticks:?}"
    );
    assert_eq!(schedules.find("unread").unwrap().next_at, None);
    assert_eq!(
        schedules.find("refused").unwrap().next_at,
        Some(new_year().plus(120_000))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_of_schedules_ticks_in_both_processes_and_wakes_up_for_a_new_one() {
    let file = File::new();
    let system = Timestamp::now;
    let processes = [file.process(system), file.process(system)];
    let clocks: Vec<_> = processes
        .iter()
        .cloned()
        .map(|process| tokio::spawn(process.run()))
        .collect();
    let spec = ScheduleSpec {
        unique: false,
        ..by_stretch("1s")
    };
    let made = processes[0].create("seconds", spec).await.unwrap();
    while count(&processes[1], "queued") < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let passed = processes[0].jobs.now().0 - made.created_at.0;
    let jobs = count(&processes[1], "queued");
    assert!(jobs <= passed / 1_000 + 1, "{jobs} jobs in {passed} ms");
    for process in &processes {
        process.jobs.database.close().await;
    }
    for clock in clocks {
        tokio::time::timeout(std::time::Duration::from_secs(10), clock)
            .await
            .unwrap()
            .unwrap();
    }
}
