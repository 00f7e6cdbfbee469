//! Rows added, replaced, changed and deleted.
//!
//! What a client sends is checked against the columns first, and everything wrong with it is said at once; only then does
//! the writer see it. What the database refuses after all is looked into by [`super::diagnose`].

use std::sync::Arc;

use jiff::Timestamp;

use super::error::Error;
use super::formats::{Shape, json};
use super::plan::{self, Selection};
use super::row_errors::RowErrors;
use super::statement::{self, Assign};
use super::validate::{Validated, Values, changes, set_timestamps, validate};
use super::{ScopedRecords, address, diagnose};
use crate::database::{self, Row, Session, Statement, Value};
use crate::fields::{Body, BodyRows, FieldErrors, Fields, NON_FIELD, message};
use crate::schema::{Schema, Table};

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The row, or an array of rows, as JSON.
    pub json: Vec<u8>,
    /// The key of the row, as text for an address, when it is one row.
    pub key: Option<String>,
}

/// Rows in one array; more are several requests.
const MAX_ROWS: usize = 10_000;

impl ScopedRecords<'_> {
    /// Adds the row or rows of a body: all of them or none.
    ///
    /// # Errors
    /// Everything wrong with them, by field, and by row when there are several.
    pub async fn insert(&self, table: &str, body: &Body, now: Timestamp) -> Result<Written, Error> {
        let error = match self.insert_by(&self.schema, table, body, now).await {
            Err(error) => error,
            written => return written,
        };
        let schema = self.newer_schema(error).await?;
        self.insert_by(&schema, table, body, now).await
    }

    /// Puts a row in place of another, or changes the given fields of it (`partial`).
    ///
    /// # Errors
    /// [`Error::NotFound`], or everything wrong with the fields.
    pub async fn update(
        &self,
        table: &str,
        key: &str,
        body: &Body,
        partial: bool,
        now: Timestamp,
    ) -> Result<Written, Error> {
        let error = match self.update_by(&self.schema, table, key, body, partial, now).await {
            Err(error) => error,
            written => return written,
        };
        let schema = self.newer_schema(error).await?;
        self.update_by(&schema, table, key, body, partial, now).await
    }

    /// Deletes a row.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when other rows point to it.
    pub async fn delete(&self, table: &str, key: &str) -> Result<(), Error> {
        let error = match self.delete_by(&self.schema, table, key).await {
            Err(error) => error,
            deleted => return deleted,
        };
        let schema = self.newer_schema(error).await?;
        self.delete_by(&schema, table, key).await
    }

    async fn delete_by(&self, schema: &Schema, table: &str, key: &str) -> Result<(), Error> {
        let found = schema.at_path(table).ok_or(Error::NotFound)?;
        let key = plan::key(found, key)?;
        let statement = statement::delete(found, &key);
        let look = found
            .has_triggers
            .then(|| statement::row(found, &Selection::all(found), &key));
        let deleted = self
            .database
            .write(move |session| match session.execute(&statement) {
                Ok(0) if is_there(session, look.as_ref())? => Err(Error::Conflict(
                    "The row cannot be deleted: a trigger of the table keeps it.".into(),
                )),
                Ok(0) => Err(Error::NotFound),
                Ok(_) => Ok(()),
                Err(error) => Err(error.into()),
            })
            .await;
        deleted.map_err(|error| {
            self.explained(error, |session, refused| {
                diagnose::deletion(session, schema, found, &key, refused)
            })
        })
    }

    /// What the database refused, looked into by a reader. A row's own refusal is explained where it is written; what
    /// is left for here are deletions, and references that SQLite only looks at when it commits.
    fn explained(&self, error: Error, explain: impl FnOnce(&Session<'_>, database::Error) -> Error) -> Error {
        let refused = match error {
            Error::Database(refused @ (database::Error::Constraint(_) | database::Error::Refused(_))) => refused,
            other => return other,
        };
        let explanation = self.database.read(|session| Ok::<_, Error>(explain(session, refused)));
        explanation.unwrap_or_else(|error| error)
    }

    async fn insert_by(&self, schema: &Arc<Schema>, path: &str, body: &Body, now: Timestamp) -> Result<Written, Error> {
        let table = schema.at_path(path).ok_or(Error::NotFound)?;
        match body.rows()? {
            BodyRows::One(fields) => {
                let row = Arc::new(self.new_row(schema, table, &fields, now)?);
                let statement = statement::insert(table, &row);
                let (work, values) = (RowWriter::new(schema, table), row.clone());
                let written = self.database.write(move |session| {
                    let (json, key) = work.run(session, &statement, &values)?;
                    Ok(Written { json, key: Some(key) })
                });
                written.await.map_err(|error| {
                    self.explained(error, |session, refused| {
                        diagnose::refusal(session, schema, table, &row, None, refused)
                    })
                })
            }
            BodyRows::Many(given) => {
                let rows = Arc::new(self.new_rows(schema, table, given, now)?);
                let statements: Vec<_> = rows.iter().map(|row| statement::insert(table, row)).collect();
                let (work, values) = (RowWriter::new(schema, table), rows.clone());
                let written = self
                    .database
                    .write(move |session| work.run_all(session, &statements, &values));
                written.await.map_err(|error| {
                    self.explained(error, |session, refused| {
                        let late =
                            |row: &Values| diagnose::values(session, schema, table, row, None, &FieldErrors::default());
                        match rows.iter().map(late).collect::<Vec<_>>() {
                            wrong if wrong.iter().all(FieldErrors::is_empty) => refused.into(),
                            wrong => Error::Rows(wrong),
                        }
                    })
                })
            }
        }
    }

    async fn update_by(
        &self,
        schema: &Arc<Schema>,
        path: &str,
        key: &str,
        body: &Body,
        partial: bool,
        now: Timestamp,
    ) -> Result<Written, Error> {
        let table = schema.at_path(path).ok_or(Error::NotFound)?;
        let key = plan::key(table, key)?;
        let BodyRows::One(fields) = body.rows()? else {
            return Err(FieldErrors::one(NON_FIELD, message::NOT_AN_OBJECT).into());
        };
        let validate = validate(table, &fields, Some(&key), partial);
        if !validate.errors.is_empty() {
            let mut errors = validate.errors;
            self.database.read(|session| {
                // A row that is not there is that, whatever else is wrong.
                let current = diagnose::current(session, table, &key)?.ok_or(Error::NotFound)?;
                let values = diagnose::merged(&validate.values, current);
                errors
                    .0
                    .extend(diagnose::values(session, schema, table, &values, Some(&key), &errors).0);
                Ok::<_, Error>(())
            })?;
            return Err(errors.into());
        }
        let changes = changes(table, validate.values, partial, now);
        let statement = match changes.is_empty() {
            true => statement::row(table, &Selection::all(table), &key),
            false => statement::update(table, &key, &changes),
        };
        let work = Arc::new(RowWriter::new(schema, table));
        let (writing, at) = (work.clone(), key.clone());
        let changes = Arc::new(changes);
        let values = changes.clone();
        let written = self
            .database
            .write(move |session| match writing.written(session, &statement) {
                Ok(Some((json, key))) => Ok(Written { json, key: Some(key) }),
                Ok(None) => Err(writing.explain_nothing(session, &at)),
                Err(error) => Err(writing.explain_update(session, &at, &values, error)),
            });
        written.await.map_err(|error| {
            self.explained(error, |session, refused| {
                work.explain_update(session, &key, &changes, refused)
            })
        })
    }

    fn new_row(&self, schema: &Schema, table: &Table, fields: &Fields<'_>, now: Timestamp) -> Result<Values, Error> {
        let Validated { mut values, mut errors } = validate(table, fields, None, false);
        if errors.is_empty() {
            set_timestamps(table, &mut values, now, true);
            return Ok(values);
        }
        // What the rows already there have against the good fields belongs into the same answer.
        let found = self
            .database
            .read(|session| Ok::<_, Error>(diagnose::values(session, schema, table, &values, None, &errors)));
        errors.0.extend(found.unwrap_or_default().0);
        Err(errors.into())
    }

    fn new_rows(
        &self,
        schema: &Schema,
        table: &Table,
        given: Vec<Result<Fields<'_>, FieldErrors>>,
        now: Timestamp,
    ) -> Result<Vec<Values>, Error> {
        if given.len() > MAX_ROWS {
            let message = format!("At most {MAX_ROWS} rows are taken at once.");
            return Err(FieldErrors::one(NON_FIELD, message).into());
        }
        let mut rows = Vec::with_capacity(given.len());
        let mut wrong = RowErrors::default();
        for fields in given {
            let row = fields
                .map_err(Error::Fields)
                .and_then(|fields| self.new_row(schema, table, &fields, now));
            rows.extend(wrong.sort_out(row)?);
        }
        wrong.none_or_error()?;
        Ok(rows)
    }
}

/// What the writer needs besides the statement: how the row is read back, and the schema to explain a refusal by.
struct RowWriter {
    schema: Arc<Schema>,
    table: String,
    shape: Shape,
    key: Vec<usize>,
    again: Option<Selection>,
}

impl RowWriter {
    fn new(schema: &Arc<Schema>, table: &Table) -> Self {
        Self {
            schema: schema.clone(),
            table: table.name.clone(),
            shape: Shape::of(table),
            key: table.key.clone(),
            // RETURNING shows a row as it was before AFTER triggers: where there are any, it is read again.
            again: table.has_triggers.then(|| Selection::all(table)),
        }
    }

    fn run(
        &self,
        session: &Session<'_>,
        statement: &Statement,
        row: &[(usize, Value)],
    ) -> Result<(Vec<u8>, String), Error> {
        match self.written(session, statement) {
            Ok(Some(written)) => Ok(written),
            Ok(None) => Err(database::Error::Refused("A trigger of the table left the row out.".into()).into()),
            Err(error) => Err(match self.schema.named(&self.table) {
                Some(table) => diagnose::refusal(session, &self.schema, table, row, None, error),
                None => error.into(),
            }),
        }
    }

    fn run_all(&self, session: &Session<'_>, statements: &[Statement], rows: &[Values]) -> Result<Written, Error> {
        let mut out = vec![b'['];
        let mut wrong = RowErrors::default();
        for (statement, row) in statements.iter().zip(rows) {
            let Some((json, _)) = wrong.sort_out(self.run(session, statement, row))? else {
                continue;
            };
            if out.len() > 1 {
                out.push(b',');
            }
            out.extend_from_slice(&json);
        }
        out.push(b']');
        wrong.none_or_error()?;
        Ok(Written { json: out, key: None })
    }

    fn written(
        &self,
        session: &Session<'_>,
        statement: &Statement,
    ) -> Result<Option<(Vec<u8>, String)>, database::Error> {
        let mut key = Vec::new();
        let read = |row: &Row<'_, '_>| {
            let mut out = Vec::with_capacity(256);
            json::write_row(row, &self.shape, &mut out);
            if self.again.is_some() {
                key = self.key.iter().map(|place| row.get(*place).to_value()).collect();
            }
            let table = self.schema.named(&self.table);
            Ok::<_, database::Error>((out, table.map(|table| address::of_row(row, table)).unwrap_or_default()))
        };
        let written = session.first(statement, read)?;
        match (&self.again, self.schema.named(&self.table), written) {
            (Some(selection), Some(table), Some(written)) => {
                let again = session.first(&statement::row(table, selection, &key), |row| {
                    let mut out = Vec::with_capacity(256);
                    json::write_row(row, &self.shape, &mut out);
                    Ok::<_, database::Error>(out)
                })?;
                Ok(Some((again.unwrap_or(written.0), written.1)))
            }
            (_, _, written) => Ok(written),
        }
    }

    /// An update that changed no row: there is none, or a trigger would not have it.
    fn explain_nothing(&self, session: &Session<'_>, key: &[Value]) -> Error {
        let table = self.schema.named(&self.table).filter(|table| table.has_triggers);
        let look = table.map(|table| statement::row(table, &Selection::all(table), key));
        match is_there(session, look.as_ref()) {
            Ok(true) => FieldErrors::one(NON_FIELD, "A trigger of the table left the row as it was.").into(),
            Ok(false) => Error::NotFound,
            Err(error) => error,
        }
    }

    fn explain_update(
        &self,
        session: &Session<'_>,
        key: &[Value],
        changes: &[(usize, Assign)],
        error: database::Error,
    ) -> Error {
        let Some(table) = self.schema.named(&self.table) else {
            return error.into();
        };
        let given: Values = changes
            .iter()
            .filter_map(|(place, assign)| match assign {
                Assign::Value(value) => Some((*place, value.clone())),
                Assign::Default(_) => None,
            })
            .collect();
        match diagnose::current(session, table, key) {
            Ok(Some(current)) => diagnose::refusal(
                session,
                &self.schema,
                table,
                &diagnose::merged(&given, current),
                Some(key),
                error,
            ),
            _ => error.into(),
        }
    }
}

/// Whether there is the row that a statement looks for.
fn is_there(session: &Session<'_>, look: Option<&Statement>) -> Result<bool, Error> {
    match look {
        Some(look) => Ok(session.first(look, |_| Ok::<_, Error>(()))?.is_some()),
        None => Ok(false),
    }
}
