//! Creating, changing and deleting schedules, over the API and by the file.

use std::sync::atomic::{AtomicI64, Ordering};

use super::{File, at, by_cron, by_stretch, new_year, payload};
use crate::clock::UnixMillis;
use crate::database::Statement;
use crate::jobs::Error;
use crate::jobs::schedule::{Definition, LIMIT, Schedule, ScheduleSpec, Schedules, SyncError, Synced};

#[tokio::test]
async fn a_schedule_that_is_paused_does_not_tick_and_makes_up_for_nothing_afterwards() {
    static NOW: AtomicI64 = AtomicI64::new(0);
    NOW.store(new_year().0, Ordering::Relaxed);
    let file = File::new();
    let schedules = file.process(|| UnixMillis(NOW.load(Ordering::Relaxed)).into());
    schedules.create("often", by_stretch("10s")).await.unwrap();
    let paused = schedules
        .change("often", |spec| Ok(ScheduleSpec { enabled: false, ..spec }))
        .await
        .unwrap();
    assert_eq!(paused.next_at, None);
    let later = new_year().plus(100_001);
    assert_eq!(schedules.tick(later).await.unwrap(), []);
    NOW.store(later.0, Ordering::Relaxed);
    let resumed = schedules
        .change("often", |spec| Ok(ScheduleSpec { enabled: true, ..spec }))
        .await
        .unwrap();
    assert_eq!(resumed.next_at, Some(later.plus(10_000)));
    assert_eq!(schedules.tick(later).await.unwrap(), []);
    // A change that keeps the timing keeps the next tick, including a missed one.
    NOW.store(later.plus(60_000).0, Ordering::Relaxed);
    let louder = schedules
        .change("often", |spec| Ok(ScheduleSpec { priority: 7, ..spec }))
        .await
        .unwrap();
    assert_eq!((louder.priority, louder.next_at), (7, Some(later.plus(10_000))));
}

/// Validated definitions, as from a file.
fn defined(schedules: &Schedules, drafts: Vec<(&str, ScheduleSpec)>) -> Vec<Definition> {
    drafts
        .into_iter()
        .map(|(name, spec)| schedules.check(name, spec).unwrap())
        .collect()
}

fn names(schedules: &Schedules) -> Vec<String> {
    schedules
        .list()
        .unwrap()
        .into_iter()
        .map(|schedule: Schedule| schedule.name)
        .collect()
}

#[tokio::test]
async fn what_the_file_says_is_made_changed_and_removed_and_nothing_else_is() {
    let file = File::new();
    let schedules = file.process(|| new_year().into());
    schedules.create("mine", by_stretch("1h")).await.unwrap();
    let sync = |drafts| schedules.sync(defined(&schedules, drafts));
    let both = || vec![("a", by_stretch("1h")), ("b", by_cron("30 2 * * *", "europe/paris"))];
    assert_eq!(
        sync(both()).await,
        Ok(Synced {
            created: 2,
            ..Synced::default()
        })
    );
    assert_eq!(schedules.find("b").unwrap().timezone.as_deref(), Some("Europe/Paris"));
    assert_eq!(
        sync(both()).await,
        Ok(Synced::default()),
        "the same again changes nothing"
    );
    // A change of the payload keeps a missed tick; a change of the timing sets a new one.
    let before = schedules.find("a").unwrap();
    let other = vec![
        (
            "a",
            ScheduleSpec {
                payload: payload("{\"x\":1}"),
                ..by_stretch("1h")
            },
        ),
        ("b", by_cron("0 3 * * *", "UTC")),
    ];
    assert_eq!(
        sync(other).await,
        Ok(Synced {
            changed: 2,
            ..Synced::default()
        })
    );
    assert_eq!(schedules.find("a").unwrap().next_at, before.next_at);
    assert_eq!(schedules.find("b").unwrap().next_at, Some(at("2026-01-01T03:00:00Z")));
    assert_eq!(
        sync(vec![("b", by_cron("0 3 * * *", "UTC"))]).await,
        Ok(Synced {
            removed: 1,
            ..Synced::default()
        })
    );
    assert_eq!(names(&schedules), ["b", "mine"]);
    assert_eq!(
        sync(vec![("c", by_stretch("1h")), ("mine", by_stretch("2h"))]).await,
        Err(SyncError::Taken("mine".to_owned()))
    );
    assert_eq!(names(&schedules), ["b", "mine"], "all or none");
    for refused in [schedules.change("b", Ok).await.map(drop), schedules.remove("b").await] {
        assert!(
            matches!(refused, Err(Error::Conflict(ref message)) if message.contains("socle.toml")),
            "{refused:?}"
        );
    }
    assert_eq!(
        sync(Vec::new()).await,
        Ok(Synced {
            removed: 1,
            ..Synced::default()
        })
    );
    assert_eq!(names(&schedules), ["mine"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_schedule_is_said_by_field_all_at_once() {
    let file = File::new();
    let schedules = file.process(|| new_year().into());
    let spec = ScheduleSpec {
        kind: "no kind".to_owned(),
        priority: 101,
        max_attempts: 0,
        ..by_cron("61 * * * *", "UTC")
    };
    let Err(Error::Fields(errors)) = schedules.create("a/b", spec).await else {
        panic!()
    };
    let fields: Vec<_> = errors.0.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["name", "kind", "priority", "max_attempts", "cron"]);

    let fields = |name: &str, spec: ScheduleSpec| match schedules.check(name, spec) {
        Err(Error::Fields(errors)) => errors
            .0
            .into_iter()
            .map(|(field, message)| format!("{field}: {}", message.join(" ")))
            .collect(),
        other => vec![format!("{other:?}")],
    };
    for (spec, message) in [
        (ScheduleSpec::new("report", payload("{}")), "cron: Give \"cron\""),
        (
            ScheduleSpec {
                every: Some("1h".to_owned()),
                ..by_cron("@daily", "UTC")
            },
            "every: Give \"cron\" or \"every\", not both.",
        ),
        (
            ScheduleSpec {
                timezone: Some("UTC".to_owned()),
                ..by_stretch("1h")
            },
            "timezone: Only \"cron\" has a time zone",
        ),
        (
            by_cron("@daily", "Europe/Atlantis"),
            "timezone: There is no such time zone.",
        ),
        (
            by_cron("@daily", "../../etc/passwd"),
            "timezone: There is no such time zone.",
        ),
        (by_cron("@daily", "CET-1CEST"), "timezone: There is no such time zone."),
        (by_cron("0 0 30 2 *", "UTC"), "cron: There is no such day"),
        (by_stretch("0s"), "every: Give a duration from 1s to 366d"),
        (
            ScheduleSpec {
                kind: "uppercase".to_owned(),
                ..by_stretch("1h")
            },
            "payload: text: This field is required.",
        ),
        (
            ScheduleSpec {
                kind: "uppercase".to_owned(),
                payload: payload("[]"),
                ..by_stretch("1h")
            },
            "payload: Invalid data.",
        ),
    ] {
        let found = fields("name", spec);
        assert!(
            found.len() == 1 && found[0].starts_with(message),
            "{message}: {found:?}"
        );
    }
    for name in ["", "a b", ".", "..", "é", "a/b", &"x".repeat(81)] {
        assert!(fields(name, by_stretch("1h"))[0].starts_with("name: "), "{name}");
    }
    assert!(schedules.check(&"x".repeat(80), by_stretch("1h")).is_ok());
    let large = payload(&format!("\"{}\"", "x".repeat(16 * 1024)));
    let spec = ScheduleSpec {
        payload: large,
        ..by_stretch("1h")
    };
    assert!(matches!(schedules.check("large", spec), Err(Error::TooLarge(_))));
    schedules.create("twice", by_stretch("1h")).await.unwrap();
    let Err(Error::Fields(errors)) = schedules.create("twice", by_stretch("1h")).await else {
        panic!()
    };
    assert_eq!(
        errors.0,
        [(
            "name".to_owned(),
            vec!["schedule with this name already exists.".to_owned()]
        )]
    );
}

#[tokio::test]
async fn there_are_only_so_many_schedules() {
    let file = File::new();
    let schedules = file.process(|| new_year().into());
    let fill = format!(
        "INSERT INTO _schedules (name, source, kind, payload, every, priority, max_attempts, is_unique, is_enabled, anchor, \
             created_at, updated_at) \
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {}) \
         SELECT 's' || n, 'api', 'report', '{{}}', '1h', 0, 1, 1, 1, 0, 0, 0 FROM n",
        LIMIT
    );
    schedules
        .jobs
        .database
        .write(move |session| session.execute(&Statement::plain(fill.clone())))
        .await
        .unwrap();
    let refused = schedules.create("more", by_stretch("1h")).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}
