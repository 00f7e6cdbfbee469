//! The audit of accounts: a row in `_audit` and a line in the log for each sign-in, failed sign-in and change.
//!
//! A change and its row commit together. Neither contains a secret.

use jiff::Timestamp;

use super::event::{Actor, AuditEvent, EventKind, NewEvent};
use super::store::audit as store;
use super::{Access, Error};
use crate::database::{CancelFlag, ReadSlot, Session};

/// Events that are kept; the oldest are deleted.
const KEPT: i64 = 100_000;
/// Events that are read at once, at most.
pub const MAX_EVENTS: i64 = 1000;

impl Access {
    /// Makes a change and writes its events, both or neither. `work` may run more than once.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        now: Timestamp,
        mut work: impl FnMut(&Session<'_>) -> Result<(T, Vec<NewEvent>), Error> + Send + 'static,
    ) -> Result<T, Error> {
        let change = move |session: &Session<'_>| {
            let (result, events) = work(session)?;
            let mut events_of_change = events.iter();
            events_of_change.try_for_each(|event| store::insert(session, event, KEPT, now.as_millisecond()))?;
            Ok::<_, Error>((result, events))
        };
        let (result, events) = self.database.write(change).await?;
        events.iter().for_each(log);
        Ok(result)
    }

    /// Writes an event. When the database refuses it, it is in the log alone.
    pub(super) async fn record(&self, event: NewEvent, now: Timestamp) {
        let row = event.clone();
        let insert = move |session: &Session<'_>| store::insert(session, &row, KEPT, now.as_millisecond());
        let written = self.database.write(insert).await;
        log(&event);
        if let Err(error) = written {
            tracing::warn!(%error, "an event of accounts could not be written to the database");
        }
    }

    /// Events, the latest first: at most `limit` of them, with numbers below `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit(&self, limit: i64, before: Option<i64>) -> Result<Vec<AuditEvent>, Error> {
        let limit = limit.clamp(0, MAX_EVENTS);
        let before = before.unwrap_or(i64::MAX);
        let read = move |session: &Session<'_>| Ok(store::page(session, before, limit)?);
        self.database
            .read_long(ReadSlot::Page, CancelFlag::default(), read)
            .await
    }
}

/// Logs an event.
fn log(event: &NewEvent) {
    let name = event.kind.name();
    let actor = event.actor.name.as_deref().unwrap_or("-");
    let address = event
        .actor
        .address
        .map(|address| address.to_string())
        .unwrap_or_default();
    let detail = event.detail.as_deref().unwrap_or_default();
    let subject = &event.subject;
    match event.kind {
        // A command prints what it has done.
        _ if event.actor == Actor::command_line() => {
            tracing::debug!(target: "socle::audit", event = name, actor, subject, detail);
        }
        EventKind::SignInFailed | EventKind::SignInHeld => {
            tracing::warn!(target: "socle::audit", event = name, actor, subject, address, detail);
        }
        _ => tracing::info!(target: "socle::audit", event = name, actor, subject, address, detail),
    }
}
