//! A connection lent to one unit of work: it runs statements and reads their rows.

use std::cell::RefCell;
use std::ops::ControlFlow;

use rusqlite::Connection;
use rusqlite::types::ToSqlOutput;

use super::encoding;
use super::read_budget::{ReadBudget, ReadKind};
use super::row::Row;
use crate::database::{Error, Statement, Value};

/// Counts remembered by a reader until the data changes.
const COUNTS: usize = 32;
/// A count of more rows than this is not repeated within a short read.
const SLOW_COUNT: u64 = 50_000;

/// A connection, for the length of one unit of work.
pub struct Session<'c> {
    connection: &'c Connection,
    read_budget: Option<(&'c ReadBudget, ReadKind)>,
    counts: Option<&'c RefCell<Counts>>,
}

/// Counts taken at one version of the data.
#[derive(Default)]
pub(super) struct Counts {
    version: i64,
    taken: Vec<(Statement, u64, i64)>,
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            read_budget: None,
            counts: None,
        }
    }

    pub(super) fn limited(
        connection: &'c Connection,
        read_budget: &'c ReadBudget,
        kind: ReadKind,
        counts: &'c RefCell<Counts>,
    ) -> Self {
        Self {
            connection,
            read_budget: Some((read_budget, kind)),
            counts: Some(counts),
        }
    }

    /// Runs a statement and passes every row to `each`.
    ///
    /// # Errors
    /// The engine's, or `each`'s own, which ends the reading.
    pub fn query<E: From<Error>>(
        &self,
        statement: &Statement,
        mut each: impl FnMut(&Row<'_, '_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.query_while(statement, |row| each(row).map(ControlFlow::Continue))
    }

    /// Runs a statement and reads every row with `read`.
    ///
    /// # Errors
    /// The engine's, or `read`'s own, which ends the reading.
    pub fn all<T, E: From<Error>>(
        &self,
        statement: &Statement,
        mut read: impl FnMut(&Row<'_, '_>) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let mut all = Vec::new();
        self.query(statement, |row| {
            all.push(read(row)?);
            Ok::<_, E>(())
        })?;
        Ok(all)
    }

    /// Runs a statement and passes its rows to `each` until it answers [`ControlFlow::Break`].
    ///
    /// # Errors
    /// The engine's, or `each`'s own, which ends the reading.
    pub fn query_while<E: From<Error>>(
        &self,
        statement: &Statement,
        mut each: impl FnMut(&Row<'_, '_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        self.is_in_its_transaction()?;
        let mut prepared = self.connection.prepare_cached(&statement.sql).map_err(Error::from)?;
        bind(&mut prepared, &statement.values)?;
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next().map_err(Error::from)? {
            if let Some((read_budget, ReadKind::Long)) = self.read_budget {
                read_budget.refill();
            }
            if each(&Row::new(row))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Runs a statement for its first row.
    ///
    /// # Errors
    /// The engine's, or `read`'s own.
    pub fn first<T, E: From<Error>>(
        &self,
        statement: &Statement,
        read: impl FnOnce(&Row<'_, '_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        self.first_of(&statement.sql, &statement.values, read)
    }

    /// Runs SQL text with these values for its first row. Text that comes again is compiled once.
    ///
    /// # Errors
    /// The engine's, or `read`'s own.
    pub fn first_of<T, E: From<Error>>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl FnOnce(&Row<'_, '_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        self.is_in_its_transaction()?;
        let mut prepared = self.connection.prepare_cached(sql).map_err(Error::from)?;
        bind(&mut prepared, values)?;
        let mut rows = prepared.raw_query();
        match rows.next().map_err(Error::from)? {
            Some(row) => read(&Row::new(row)).map(Some),
            None => Ok(None),
        }
    }

    /// Runs a statement that gives no rows; returns how many it changed.
    ///
    /// # Errors
    /// The engine's.
    pub fn execute(&self, statement: &Statement) -> Result<usize, Error> {
        self.execute_of(&statement.sql, &statement.values)
    }

    /// Runs SQL text with these values that gives no rows; returns how many it changed. Text that comes again is compiled
    /// once.
    ///
    /// # Errors
    /// The engine's.
    pub fn execute_of(&self, sql: &str, values: &[Value]) -> Result<usize, Error> {
        self.is_in_its_transaction()?;
        let mut prepared = self.connection.prepare_cached(sql)?;
        bind(&mut prepared, values)?;
        Ok(prepared.raw_execute()?)
    }

    /// Compiles a statement without running it.
    ///
    /// # Errors
    /// The engine's.
    pub(super) fn compile(&self, sql: &str) -> Result<(), Error> {
        Ok(self.connection.prepare(sql).map(drop)?)
    }

    /// Runs several reads in one snapshot of the data.
    ///
    /// # Errors
    /// `work`'s own.
    pub fn snapshot<T, E: From<Error>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.execute(&Statement::plain("BEGIN"))?;
        let answer = work();
        let ended = self.execute(&Statement::plain("COMMIT"));
        let answer = answer?;
        ended?;
        Ok(answer)
    }

    /// The result of a counting statement. Inside [`Session::snapshot`] a reader remembers it until any process
    /// changes the data.
    ///
    /// # Errors
    /// [`Error::Interrupted`] on a short read when the count is known to take long.
    pub fn count(&self, statement: &Statement) -> Result<u64, Error> {
        let Some(counts) = self.counts else {
            return self.number(statement).map(|n| n as u64);
        };
        let version = self.number(&Statement::plain("PRAGMA data_version"))?;
        let mut counts = counts.borrow_mut();
        counts.version = version;
        let known = counts.taken.iter().position(|(taken, ..)| taken == statement);
        if let Some((_, count, at)) = known.and_then(|index| counts.taken.get(index)) {
            if *at == version {
                return Ok(*count);
            }
            if *count > SLOW_COUNT && matches!(self.read_budget, Some((_, ReadKind::Short))) {
                return Err(Error::Interrupted);
            }
        }
        let count = self.number(statement)? as u64;
        if let Some(index) = known {
            counts.taken.swap_remove(index);
        } else if counts.taken.len() >= COUNTS {
            counts.taken.remove(0);
        }
        counts.taken.push((statement.clone(), count, version));
        Ok(count)
    }

    /// Fails when a statement of the writer's has ended the transaction (RAISE(ROLLBACK), ON CONFLICT ROLLBACK): statements
    /// after it would commit by themselves.
    fn is_in_its_transaction(&self) -> Result<(), Error> {
        match self.read_budget.is_none() && self.connection.is_autocommit() {
            true => Err(Error::Refused("A rule of the table ended the transaction.".into())),
            false => Ok(()),
        }
    }

    fn number(&self, statement: &Statement) -> Result<i64, Error> {
        let number = self.first(statement, |row| Ok::<_, Error>(row.integer(0)))?;
        Ok(number.unwrap_or(0))
    }
}

fn bind(prepared: &mut rusqlite::Statement<'_>, values: &[Value]) -> Result<(), Error> {
    for (index, value) in values.iter().enumerate() {
        prepared.raw_bind_parameter(index + 1, Bound(value))?;
    }
    Ok(())
}

/// A value as rusqlite binds it.
struct Bound<'v>(&'v Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(encoding::encode(self.0))
    }
}
