//! Rows added, replaced, changed and deleted.
//!
//! What a client sends is validated against the columns first, and everything wrong with it is reported at once; only then
//! does the writer see it.

use std::sync::Arc;

use jiff::Timestamp;

use super::error::Error;
use super::execute::{self, Written};
use super::row_errors::RowErrors;
use super::selection::Selection;
use super::validate::{Validated, set_timestamps, to_reset, validate};
use super::write_plan::{Given, WritePlan};
use super::{Plan, ScopedRecords, diagnose, plan};
use crate::database;
use crate::fields::{Body, BodyRows, FieldErrors, Fields, NON_FIELD, message};
use crate::schema::{Schema, Table};

/// Rows in one array.
const MAX_ROWS: usize = 10_000;

impl Plan for WritePlan {
    type Answer = Written;

    /// Sends the plan to the writer and waits for the commit.
    async fn execute(self, records: &ScopedRecords<'_>) -> Result<Written, Error> {
        let plan = Arc::new(self);
        let work = plan.clone();
        let written = records.database.write(move |session| execute::execute(session, &work));
        written.await.map_err(|error| match error {
            Error::Database(refused @ (database::Error::Constraint(_) | database::Error::Refused(_))) => {
                let explained = records
                    .database
                    .read(|session| Ok::<_, Error>(execute::explain_commit(session, &plan, refused)));
                explained.unwrap_or_else(|error| error)
            }
            other => other,
        })
    }
}

impl ScopedRecords<'_> {
    /// Adds the row or rows of a body: all of them or none.
    ///
    /// # Errors
    /// Everything wrong with them, by field, and by row when there are several.
    pub async fn insert(&self, table: &Arc<Table>, body: &Body, now: Timestamp) -> Result<Written, Error> {
        self.run(table, |schema, table| self.plan_insert(schema, table, body, now))
            .await
    }

    /// Replaces a row, or changes the given fields of it (`partial`).
    ///
    /// # Errors
    /// [`Error::NotFound`], or everything wrong with the fields.
    pub async fn update(
        &self,
        table: &Arc<Table>,
        key: &str,
        body: &Body,
        partial: bool,
        now: Timestamp,
    ) -> Result<Written, Error> {
        self.run(table, |schema, table| {
            self.plan_update(schema, table, key, body, partial, now)
        })
        .await
    }

    /// Deletes a row.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when other rows point to it.
    pub async fn delete(&self, table: &Arc<Table>, key: &str) -> Result<(), Error> {
        let plan = |schema: &_, table: &_| {
            let mut plan = WritePlan::new(schema, table, false);
            plan.delete(plan::key(table, key)?);
            Ok(plan)
        };
        self.run(table, plan).await.map(|_| ())
    }

    fn plan_insert(
        &self,
        schema: &Arc<Schema>,
        table: &Arc<Table>,
        body: &Body,
        now: Timestamp,
    ) -> Result<WritePlan, Error> {
        match body.rows()? {
            BodyRows::One(fields) => {
                let mut plan = WritePlan::new(schema, table, false);
                plan.insert(self.new_row(schema, table, &fields, now)?);
                Ok(plan)
            }
            BodyRows::Many(rows) if rows.len() > MAX_ROWS => {
                let message = format!("At most {MAX_ROWS} rows are taken at once.");
                Err(FieldErrors::one(NON_FIELD, message).into())
            }
            BodyRows::Many(rows) => {
                let mut plan = WritePlan::new(schema, table, true);
                let mut errors = RowErrors::default();
                for fields in rows {
                    let row = fields
                        .map_err(Error::Fields)
                        .and_then(|fields| self.new_row(schema, table, &fields, now));
                    if let Some(given) = errors.record(row)? {
                        plan.insert(given);
                    }
                }
                errors.finish()?;
                Ok(plan)
            }
        }
    }

    fn new_row(&self, schema: &Schema, table: &Table, fields: &Fields<'_>, now: Timestamp) -> Result<Given, Error> {
        let Validated { mut given, mut errors } = validate(table, fields, None, false);
        if errors.is_empty() {
            set_timestamps(table, &mut given, now, true);
            return Ok(given);
        }
        // Conflicts of the valid fields with the rows that are there are reported in the same answer.
        let values: Vec<_> = given.iter().collect();
        let found = self
            .database
            .read(|session| Ok::<_, Error>(diagnose::values(session, schema, table, &values, None, &errors)));
        errors.0.extend(found.unwrap_or_default().0);
        Err(errors.into())
    }

    fn plan_update(
        &self,
        schema: &Arc<Schema>,
        table: &Arc<Table>,
        key: &str,
        body: &Body,
        partial: bool,
        now: Timestamp,
    ) -> Result<WritePlan, Error> {
        let key = plan::key(table, key)?;
        let BodyRows::One(fields) = body.rows()? else {
            return Err(FieldErrors::one(NON_FIELD, message::NOT_AN_OBJECT).into());
        };
        let Validated { mut given, mut errors } = validate(table, &fields, Some(&key), partial);
        if !errors.is_empty() {
            self.database.read(|session| {
                // That the row is not there comes before whatever else is wrong.
                let current = diagnose::current(session, &Selection::all(table), &key)?.ok_or(Error::NotFound)?;
                let values = diagnose::merged(given.iter(), &current);
                let found = diagnose::values(session, schema, table, &values, Some(&key), &errors);
                errors.0.extend(found.0);
                Ok::<_, Error>(())
            })?;
            return Err(errors.into());
        }
        let reset = match partial {
            true => Vec::new(),
            false => to_reset(table, &mut given),
        };
        // A PATCH that gives nothing leaves the row as it is, its times included.
        if !(partial && given.columns.is_empty()) {
            set_timestamps(table, &mut given, now, false);
        }
        let mut plan = WritePlan::new(schema, table, false);
        plan.update(given, &reset, key);
        Ok(plan)
    }
}
