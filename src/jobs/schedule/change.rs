//! Creates, changes and deletes schedules. Every change is one transaction that also sets the next tick. Names and the cap are
//! checked inside the write: writes are serial, so that no other process can come between check and change.

use super::store;
use super::store::{Schedule, Source};
use super::{Definition, LIMIT, ScheduleSpec, Schedules};
use crate::clock::UnixMillis;
use crate::database::{self, Session};
use crate::fields::{FieldErrors, message};
use crate::jobs::Error;

/// The answer to a change over the API of a schedule that `socle.toml` defines.
const IN_THE_FILE: &str = "This schedule is written in socle.toml: change it there.";

impl Schedules {
    /// Creates a schedule.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong, including a name that is taken; [`Error::TooLarge`];
    /// [`Error::Conflict`] when there are [`LIMIT`] schedules.
    pub async fn create(&self, name: &str, spec: ScheduleSpec) -> Result<Schedule, Error> {
        let (definition, now) = (self.check(name, spec)?, self.jobs.now());
        let written = self.jobs.database.write(move |session| {
            if store::find(session, &definition.name)?.is_some() {
                return Err(FieldErrors::one("name", message::taken("schedule", "name")).into());
            }
            if store::count(session)? >= LIMIT as i64 {
                return Err(Error::Conflict(format!(
                    "There are {LIMIT} schedules: no more are kept."
                )));
            }
            store::insert(session, &definition, Source::Api, now)?;
            existing(session, &definition.name)
        });
        written.await
    }

    /// Changes a schedule that was created over the API; `change` returns its new definition.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] for one of the file; the errors of `change`; as [`Schedules::create`].
    pub async fn change(
        &self,
        name: &str,
        change: impl Fn(ScheduleSpec) -> Result<ScheduleSpec, Error> + Send + 'static,
    ) -> Result<Schedule, Error> {
        let (schedules, name, now) = (self.clone(), name.to_owned(), self.jobs.now());
        let written = self.jobs.database.write(move |session| {
            let known = of_the_api(session, &name)?;
            let definition = schedules.check(&name, change(known.spec())?)?;
            update(session, &known, &definition, now)?;
            existing(session, &name)
        });
        written.await
    }

    /// Deletes a schedule that was created over the API. Its jobs stay.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] for one of the file.
    pub async fn remove(&self, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        let written = self.jobs.database.write(move |session| {
            of_the_api(session, &name)?;
            Ok(store::delete(session, &name)?)
        });
        written.await
    }
}

/// The schedule of this name.
fn existing(session: &Session<'_>, name: &str) -> Result<Schedule, Error> {
    store::find(session, name)?.ok_or(Error::NotFound)
}

/// The schedule of this name, which must not be one of the file.
fn of_the_api(session: &Session<'_>, name: &str) -> Result<Schedule, Error> {
    let known = existing(session, name)?;
    match known.source {
        Source::Api => Ok(known),
        Source::File => Err(Error::Conflict(IN_THE_FILE.to_owned())),
    }
}

/// Writes a changed definition. A schedule that keeps its timing keeps its next tick, including a missed one.
pub(super) fn update(
    session: &Session<'_>,
    known: &Schedule,
    definition: &Definition,
    now: UnixMillis,
) -> Result<(), database::Error> {
    let (anchor, next_at) = match has_same_timing(known, definition) {
        true => (known.anchor, known.next_at),
        false => (now, definition.next_after(now, now)),
    };
    store::update(session, definition, anchor, next_at, now)
}

/// Whether a stored schedule equals a definition.
pub(super) fn equals(known: &Schedule, definition: &Definition) -> bool {
    let (is, spec) = (known.spec(), &definition.spec);
    has_same_timing(known, definition)
        && (is.kind.as_str(), is.payload.get()) == (spec.kind.as_str(), spec.payload.get())
        && (is.priority, is.max_attempts, is.unique) == (spec.priority, spec.max_attempts, spec.unique)
}

/// Whether a definition leaves the ticks of a stored schedule as they are.
fn has_same_timing(known: &Schedule, definition: &Definition) -> bool {
    let timing = &definition.timing;
    (known.cron.as_deref(), known.every.clone(), known.timezone.as_deref())
        == (timing.cron(), timing.every(), timing.zone_name())
        && known.enabled == definition.spec.enabled
}
