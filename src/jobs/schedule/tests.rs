//! Schedules in a database that one or more processes have open, at times that the tests choose.

mod changing;
mod ticking;

use jiff::Timestamp;
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::{ScheduleSpec, Schedules};
use crate::clock::{Clock, Rng, UnixMillis};
use crate::database::migrations;
use crate::database::{Database, Options, Synchronous};
use crate::jobs::Jobs;

/// A file, and the folder that goes away with it.
struct File {
    folder: TempDir,
}

impl File {
    fn new() -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        migrations::apply(&file.path(), None, |_| ()).unwrap();
        file
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("socle.db")
    }

    /// What one process has of it: a writer of its own, for whom it is `now` when schedules are made.
    fn process(&self, now: fn() -> Timestamp) -> Schedules {
        let options = Options {
            path: self.path(),
            synchronous: Synchronous::Normal,
        };
        let database = Database::open(&options).unwrap();
        Schedules::new(Jobs::new(database, Clock::new(now), Rng::SYSTEM))
    }
}

fn at(text: &str) -> UnixMillis {
    text.parse::<Timestamp>().unwrap().into()
}

fn new_year() -> UnixMillis {
    at("2026-01-01T00:00:00Z")
}

fn payload(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

fn by_cron(cron: &str, zone: &str) -> ScheduleSpec {
    ScheduleSpec {
        cron: Some(cron.to_owned()),
        timezone: Some(zone.to_owned()),
        ..ScheduleSpec::new("report", payload("{\"of\":\"yesterday\"}"))
    }
}

fn by_stretch(every: &str) -> ScheduleSpec {
    ScheduleSpec {
        every: Some(every.to_owned()),
        ..ScheduleSpec::new("report", payload("{}"))
    }
}
