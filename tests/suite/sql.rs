//! SQL that a test runs on the database itself, beside the server; the only module of the suite that opens the file.
//!
//! Values are JSON: integers, reals, texts and nulls as they are; bytes as their hexadecimal digits. What asks for the
//! engine's own catalog ([`Setup::contents`], [`Setup::schema`], [`Setup::assert_sound`]) is here as well, so that another
//! engine needs another version of this module alone.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::Value;

use crate::server::{Server, Setup};

impl Setup {
    #[track_caller]
    fn open(&self) -> Connection {
        Connection::open(self.database()).expect("the database")
    }

    /// Runs statements that answer nothing, in one go.
    #[track_caller]
    pub(crate) fn sql(&self, statements: &str) {
        self.open().execute_batch(statements).expect("the statements");
    }

    /// The rows of a query.
    #[track_caller]
    pub(crate) fn query(&self, sql: &str) -> Vec<Vec<Value>> {
        rows(&self.open(), sql)
    }

    /// The first column of a query's only row.
    #[track_caller]
    pub(crate) fn query_value(&self, sql: &str) -> Value {
        let mut rows = self.query(sql);
        assert_eq!(rows.len(), 1, "{sql} gave {rows:?}");
        rows.remove(0).remove(0)
    }

    /// The same for an integer, such as a count.
    #[track_caller]
    pub(crate) fn query_integer(&self, sql: &str) -> i64 {
        let value = self.query_value(sql);
        value.as_i64().unwrap_or_else(|| panic!("{sql} gave {value}"))
    }

    /// Runs statements in a transaction that holds the write lock until it is committed.
    #[track_caller]
    pub(crate) fn begin(&self, statements: &str) -> OpenTransaction {
        let connection = self.open();
        connection.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
        connection.execute_batch(statements).expect("the statements");
        OpenTransaction { connection }
    }

    /// The definitions of everything in the database, none when there is no file yet.
    #[track_caller]
    pub(crate) fn schema(&self) -> Vec<Vec<Value>> {
        if !self.database().exists() {
            return Vec::new();
        }
        self.query("SELECT type, name, sql FROM sqlite_schema ORDER BY name")
    }

    /// Everything that the database holds: definitions, and the rows of every table, system tables too.
    #[track_caller]
    pub(crate) fn contents(&self) -> Vec<Vec<Value>> {
        let connection = self.open();
        let tables = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name";
        let mut contents = self.schema();
        for table in rows(&connection, tables) {
            let name = table[0].as_str().expect("a name").replace('"', "\"\"");
            contents.push(table);
            contents.extend(rows(&connection, &format!("SELECT * FROM \"{name}\"")));
        }
        contents
    }

    /// Asserts that the engine finds no damage in the file.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.query("PRAGMA integrity_check"), [["ok"]]);
    }
}

/// The same for a server that runs.
impl Server {
    #[track_caller]
    pub(crate) fn sql(&self, statements: &str) {
        self.setup.sql(statements);
    }

    #[track_caller]
    pub(crate) fn query(&self, sql: &str) -> Vec<Vec<Value>> {
        self.setup.query(sql)
    }

    #[track_caller]
    pub(crate) fn query_value(&self, sql: &str) -> Value {
        self.setup.query_value(sql)
    }

    #[track_caller]
    pub(crate) fn query_integer(&self, sql: &str) -> i64 {
        self.setup.query_integer(sql)
    }
}

/// A transaction of another process, as the server sees it; rolled back when it is dropped.
pub(crate) struct OpenTransaction {
    connection: Connection,
}

impl OpenTransaction {
    #[track_caller]
    pub(crate) fn commit(self) {
        self.connection.execute_batch("COMMIT").expect("a commit");
    }
}

#[track_caller]
fn rows(connection: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|index| row.get_ref(index).map(json))
            .collect::<Result<Vec<_>, _>>()
    });
    rows.expect("rows").collect::<Result<_, _>>().expect("rows")
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => integer.into(),
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into(),
    }
}
