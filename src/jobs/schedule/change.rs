//! Schedules made, changed and removed. Every change is one transaction, and says when the next tick is.

use super::stored::{self, Schedule, Source};
use super::{Definition, LIMIT, ScheduleSpec, Schedules};
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement, Value};
use crate::fields::{FieldErrors, message};
use crate::jobs::Error;

/// What is said of a change over the API to what the file says.
const IN_THE_FILE: &str = "This schedule is written in socle.toml: change it there.";

impl Schedules {
    /// Makes a schedule.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong, a name that is taken among it; [`Error::TooLarge`];
    /// [`Error::Conflict`] when there are as many as there may be.
    pub async fn create(&self, name: &str, draft: ScheduleSpec) -> Result<Schedule, Error> {
        let (definition, now) = (self.check(name, draft)?, self.jobs.now());
        let written = self.jobs.database.write(move |session| {
            if stored::find(session, &definition.name)?.is_some() {
                return Err(FieldErrors::one("name", message::taken("schedule", "name")).into());
            }
            let count = session.first(&Statement::new("SELECT count(*) FROM _schedules", []), |row| {
                Ok::<_, database::Error>(row.integer(0))
            })?;
            if count.is_some_and(|count| count >= LIMIT as i64) {
                return Err(Error::Conflict(format!(
                    "There are {LIMIT} schedules: no more are kept."
                )));
            }
            insert(session, &definition, Source::Api, now)?;
            found(session, &definition.name)
        });
        written.await
    }

    /// Changes a schedule that was made over the API: `change` says what becomes of it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] for one of the file; what `change` says; as [`Schedules::create`].
    pub async fn change(
        &self,
        name: &str,
        change: impl Fn(ScheduleSpec) -> Result<ScheduleSpec, Error> + Send + 'static,
    ) -> Result<Schedule, Error> {
        let (schedules, name, now) = (self.clone(), name.to_owned(), self.jobs.now());
        let written = self.jobs.database.write(move |session| {
            let known = of_the_api(session, &name)?;
            let definition = schedules.check(&name, change(known.draft())?)?;
            update(session, &known, &definition, now)?;
            found(session, &name)
        });
        written.await
    }

    /// Removes a schedule that was made over the API. Jobs that it has asked for stay.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] for one of the file.
    pub async fn remove(&self, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        let written = self.jobs.database.write(move |session| {
            of_the_api(session, &name)?;
            Ok(delete(session, &name)?)
        });
        written.await
    }
}

fn found(session: &Session<'_>, name: &str) -> Result<Schedule, Error> {
    stored::find(session, name)?.ok_or(Error::NotFound)
}

fn of_the_api(session: &Session<'_>, name: &str) -> Result<Schedule, Error> {
    let known = found(session, name)?;
    match known.source {
        Source::Api => Ok(known),
        Source::File => Err(Error::Conflict(IN_THE_FILE.to_owned())),
    }
}

pub(super) fn insert(
    session: &Session<'_>,
    definition: &Definition,
    source: Source,
    now: UnixMillis,
) -> Result<(), database::Error> {
    let mut values = definitional(definition);
    values.extend([
        source.name().into(),
        now.into(),
        definition.next_after(now, now).map_or(Value::Null, Value::from),
    ]);
    let insert = Statement::new(
        "INSERT INTO _schedules (name, kind, payload, cron, every, timezone, priority, max_attempts, is_unique, is_enabled, \
             source, anchor, created_at, updated_at, next_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?12, ?13)",
        values,
    );
    session.execute(&insert).map(drop)
}

/// Writes what is different. While it keeps its timing it keeps its place in the row of ticks, a missed one included.
pub(super) fn update(
    session: &Session<'_>,
    known: &Schedule,
    definition: &Definition,
    now: UnixMillis,
) -> Result<(), database::Error> {
    let (anchor, next_at) = match keeps_its_timing(known, definition) {
        true => (known.anchor, known.next_at),
        false => (now, definition.next_after(now, now)),
    };
    let mut values = definitional(definition);
    values.extend([anchor.into(), next_at.map_or(Value::Null, Value::from), now.into()]);
    let update = Statement::new(
        "UPDATE _schedules SET kind = ?2, payload = ?3, cron = ?4, every = ?5, timezone = ?6, priority = ?7, \
             max_attempts = ?8, is_unique = ?9, is_enabled = ?10, anchor = ?11, next_at = ?12, updated_at = ?13 \
         WHERE name = ?1",
        values,
    );
    session.execute(&update).map(drop)
}

pub(super) fn delete(session: &Session<'_>, name: &str) -> Result<(), database::Error> {
    session
        .execute(&Statement::new("DELETE FROM _schedules WHERE name = ?1", [name.into()]))
        .map(drop)
}

/// Whether a schedule that is kept says just this.
pub(super) fn says_the_same(known: &Schedule, definition: &Definition) -> bool {
    let (is, draft) = (known.draft(), &definition.draft);
    keeps_its_timing(known, definition)
        && (is.kind.as_str(), is.payload.get()) == (draft.kind.as_str(), draft.payload.get())
        && (is.priority, is.max_attempts, is.unique) == (draft.priority, draft.max_attempts, draft.unique)
}

fn keeps_its_timing(known: &Schedule, definition: &Definition) -> bool {
    let timing = &definition.timing;
    (known.cron.as_deref(), known.every.clone(), known.timezone.as_deref())
        == (timing.cron(), timing.every(), timing.zone_name())
        && known.enabled == definition.draft.enabled
}

/// The columns that a definition fills, from `name` to `is_enabled`.
fn definitional(definition: &Definition) -> Vec<Value> {
    let (draft, timing) = (&definition.draft, &definition.timing);
    vec![
        definition.name.as_str().into(),
        draft.kind.as_str().into(),
        draft.payload.get().into(),
        timing.cron().into(),
        timing.every().as_deref().into(),
        timing.zone_name().into(),
        draft.priority.into(),
        draft.max_attempts.into(),
        i64::from(draft.unique).into(),
        i64::from(draft.enabled).into(),
    ]
}
