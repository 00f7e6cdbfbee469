//! SQL of `_audit`: events of accounts.

use crate::access::audit::{AuditEvent, NewEvent};
use crate::database::{Error, Session, Statement, Value};

/// Inserts an event and deletes the oldest ones beyond the latest `kept`.
pub(in crate::access) fn insert(session: &Session<'_>, event: &NewEvent, kept: i64, now: i64) -> Result<(), Error> {
    let text = |text: Option<&str>| Value::from(text.filter(|text| !text.is_empty()));
    session.execute(&Statement::new(
        "INSERT INTO _audit (at, event, actor, subject, address, detail) VALUES (?, ?, ?, ?, ?, ?)",
        [
            now.into(),
            event.kind.name().into(),
            text(event.actor.name.as_deref()),
            text(Some(&event.subject)),
            event.actor.address.map(|address| address.to_string()).into(),
            text(event.detail.as_deref()),
        ],
    ))?;
    session.execute(&Statement::new(
        "DELETE FROM _audit WHERE id <= (SELECT max(id) FROM _audit) - ?",
        [kept.into()],
    ))?;
    Ok(())
}

/// Events, the latest first, with numbers below `before`: at most `limit`.
pub(in crate::access) fn page(session: &Session<'_>, before: i64, limit: i64) -> Result<Vec<AuditEvent>, Error> {
    let statement = Statement::new(
        "SELECT id, at, event, actor, subject, address, detail FROM _audit WHERE id < ? ORDER BY id DESC LIMIT ?",
        [before.into(), limit.into()],
    );
    session.all(&statement, |row| {
        Ok(AuditEvent {
            id: row.integer(0),
            at: row.integer(1),
            event: row.text(2),
            actor: row.optional_text(3),
            subject: row.optional_text(4),
            address: row.optional_text(5),
            detail: row.optional_text(6),
        })
    })
}
