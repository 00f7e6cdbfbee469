//! Migrations of folders with valid and invalid files, and their effects on the database.

use rusqlite::Connection;

use super::*;

struct Case {
    home: tempfile::TempDir,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("config")).unwrap();
        let case = Self { home };
        for (name, sql) in files {
            case.write(name, sql);
        }
        case
    }

    fn write(&self, name: &str, sql: &str) {
        std::fs::write(self.config().join(name), sql).unwrap();
    }

    fn remove(&self, name: &str) {
        std::fs::remove_file(self.config().join(name)).unwrap();
    }

    fn config(&self) -> std::path::PathBuf {
        self.home.path().join("config")
    }

    fn database(&self) -> std::path::PathBuf {
        self.home.path().join("data/socle.db")
    }

    fn apply(&self) -> Result<Vec<String>, String> {
        let report = apply(&self.database(), Some(&self.config()), |_| {});
        report.map(|report| report.applied).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refusal(&self) -> String {
        let before = self.dump();
        let error = self.apply().unwrap_err();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert_eq!(self.dump(), before, "the database has changed");
        error
    }

    /// The SQL of every schema object; `None` when there is no file.
    fn dump(&self) -> Option<Vec<String>> {
        if !self.database().exists() {
            return None;
        }
        let connection = Connection::open(self.database()).unwrap();
        let mut statement = connection
            .prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        Some(rows.map(Result::unwrap).collect())
    }

    fn run(&self, sql: &str) {
        Connection::open(self.database()).unwrap().execute_batch(sql).unwrap();
    }
}

/// The number of built-in files.
fn built_in() -> usize {
    Case::new(&[]).apply().unwrap().len()
}

fn names(names: &[&str]) -> Result<Vec<String>, String> {
    Ok(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn each_file_is_applied_once_and_in_order() {
    let case = Case::new(&[
        ("V2__b.sql", "CREATE TABLE b (x REFERENCES a);"),
        ("V1__a.sql", "CREATE TABLE a (x PRIMARY KEY);"),
    ]);
    let applied = case.apply().unwrap();
    assert_eq!(applied[0], "V1__items.sql");
    assert_eq!(applied[built_in()..], ["V1__a.sql", "V2__b.sql"]);
    assert_eq!(case.apply(), names(&[]));
    case.write("V10__late.sql", "CREATE TABLE late (x);");
    assert!(case.refusal().contains("there is no V3__"));
    for number in 3..10 {
        case.write(&format!("V{number}__t.sql"), &format!("CREATE TABLE t{number} (x);"));
    }
    assert_eq!(case.apply().unwrap().last().map(String::as_str), Some("V10__late.sql"));
}

#[test]
fn a_file_that_fails_changes_nothing_and_says_where() {
    let case = Case::new(&[("V1__a.sql", "CREATE TABLE a (x);")]);
    case.apply().unwrap();
    case.write(
        "V2__b.sql",
        "CREATE TABLE b (x);\nINSERT INTO a VALUES (1);\nINSERT INTO missing VALUES (1);\n",
    );
    let error = case.refusal();
    assert!(error.contains("V2__b.sql, line 3: no such table: missing"), "{error}");
    case.write("V2__b.sql", "CREATE TABLE b (x);");
    assert_eq!(case.apply(), names(&["V2__b.sql"]));
}

#[test]
fn the_built_in_migrations_stay_when_the_first_file_of_the_folder_fails() {
    let case = Case::new(&[("V1__a.sql", "CREATE TABEL a (x);")]);
    let error = case.apply().unwrap_err();
    assert!(
        error.contains("V1__a.sql, line 1: near \"TABEL\": syntax error"),
        "{error}"
    );
    let schema = case.dump().unwrap();
    assert!(schema.iter().any(|sql| sql.contains("items")), "{schema:?}");
    assert!(
        schema.iter().all(|sql| !sql.contains("refinery_config_history")),
        "{schema:?}"
    );
}

#[test]
fn a_folder_with_an_invalid_file_creates_no_database() {
    for (files, words) in [
        (
            vec![("V1__a.sql", ""), ("V3__c.sql", "")],
            "V3__c.sql comes after a gap: there is no V2__….sql",
        ),
        (
            vec![("V2__b.sql", "")],
            "there is no V1__….sql; add that file, or rename this one to V1__b.sql",
        ),
        (vec![("V1__a.sql", ""), ("V01__b.sql", "")], "have the same number"),
        (vec![("V0__a.sql", "")], "out of range"),
        (vec![("V99999999999__a.sql", "")], "out of range"),
        (vec![("V1__a.sql", "SELECT 1;\0")], "NUL"),
    ] {
        let case = Case::new(&files);
        let error = case.refusal();
        assert!(error.contains(words), "{error}");
        assert!(!case.database().exists());
    }
}

#[test]
fn applied_files_must_not_change() {
    let case = Case::new(&[
        ("V1__a.sql", "CREATE TABLE a (x);"),
        ("V2__b.sql", "CREATE TABLE b (x);"),
    ]);
    case.apply().unwrap();

    case.write("V1__a.sql", "CREATE TABLE a (x, y);");
    let error = case.refusal();
    assert!(
        error.contains("V1__a.sql was changed after it was applied") && error.contains("V3__….sql"),
        "{error}"
    );

    case.remove("V1__a.sql");
    assert!(case.refusal().contains("V1__a.sql was applied"));
    case.write("V1__a.sql", "CREATE TABLE a (x);");

    std::fs::rename(case.config().join("V2__b.sql"), case.config().join("V2__c.sql")).unwrap();
    assert!(case.refusal().contains("was applied as V2__b.sql"));

    case.remove("V2__c.sql");
    let error = case.refusal();
    assert!(
        error.contains("V2__b.sql was applied") && error.contains("put it back"),
        "{error}"
    );

    let error = apply(&case.database(), None, |_| {}).unwrap_err().to_string();
    assert!(error.contains("CONFIG_DIR is not set"), "{error}");
}

#[test]
fn a_database_from_a_newer_socle_is_refused() {
    let case = Case::new(&[]);
    case.apply().unwrap();
    case.run("INSERT INTO refinery_schema_history VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')");
    assert!(case.refusal().contains("from a newer Socle: it has V99__later.sql"));
}

#[test]
fn a_damaged_history_is_refused() {
    for row in [
        "(2, 'a', 'yesterday', 'many')",
        "(NULL, 'a', '', '1')",
        "(99999999999, 'a', '', '1')",
        "(2, NULL, '', '1')",
    ] {
        let case = Case::new(&[("V1__a.sql", "CREATE TABLE a (x);")]);
        case.apply().unwrap();
        case.run(&format!("INSERT INTO refinery_config_history VALUES {row}"));
        let error = case.refusal();
        assert!(
            error.contains("refinery_config_history") && error.contains("damaged"),
            "{error}"
        );
    }
}

#[test]
fn a_file_cannot_leave_its_transaction_or_database() {
    for statement in [
        "BEGIN",
        "COMMIT",
        "END",
        "ROLLBACK",
        "ATTACH ':memory:' AS other",
        "DETACH main",
    ] {
        let case = Case::new(&[("V1__a.sql", "CREATE TABLE a (x);")]);
        case.apply().unwrap();
        case.write(
            "V2__b.sql",
            &format!("CREATE TABLE b (x);\n{statement};\nCREATE TABLE c (x);"),
        );
        let error = case.refusal();
        assert!(
            error.contains("V2__b.sql, line 2:") && error.contains("not allowed"),
            "{statement}: {error}"
        );
    }
}

#[test]
fn a_trigger_may_contain_begin_and_end() {
    let trigger = "CREATE TABLE a (x);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 1; END;\nINSERT INTO a VALUES (2);";
    assert!(Case::new(&[("V1__a.sql", trigger)]).apply().is_ok());
}

#[test]
fn a_table_that_others_refer_to_can_be_rebuilt() {
    let case = Case::new(&[(
        "V1__a.sql",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x);
         CREATE TABLE b (a_id INTEGER NOT NULL REFERENCES a ON DELETE CASCADE);
         INSERT INTO a VALUES (1, 'one');
         INSERT INTO b VALUES (1);",
    )]);
    case.write(
        "V2__rebuild.sql",
        "CREATE TABLE new_a (id INTEGER PRIMARY KEY, x TEXT NOT NULL);
         INSERT INTO new_a SELECT id, x FROM a;
         DROP TABLE a;
         ALTER TABLE new_a RENAME TO a;",
    );
    case.apply().unwrap();
    let rows: i64 = Connection::open(case.database())
        .unwrap()
        .query_row("SELECT count(*) FROM b JOIN a ON a.id = a_id", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn rows_that_violate_a_foreign_key_are_refused() {
    let case = Case::new(&[(
        "V1__a.sql",
        "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a_id REFERENCES a);",
    )]);
    case.apply().unwrap();
    case.write("V2__b.sql", "INSERT INTO b VALUES (7), (8);");
    let error = case.refusal();
    assert!(
        error.contains("V2__b.sql") && error.contains("row 1 of b refers to a row of a that is not there, and 1 more"),
        "{error}"
    );
    assert!(error.contains("correct the rows in it and start again"), "{error}");

    case.run("PRAGMA foreign_keys = OFF; INSERT INTO b VALUES (7);");
    case.write("V2__b.sql", "CREATE TABLE c (x);");
    assert!(case.refusal().contains("it was so before this file"));
    case.write("V2__b.sql", "DELETE FROM b;");
    case.apply().unwrap();

    case.write(
        "V3__c.sql",
        "CREATE TABLE c (x); CREATE TABLE d (c_x REFERENCES c (x)); INSERT INTO d VALUES (1);",
    );
    assert!(case.refusal().contains("foreign key mismatch"));
}

#[test]
fn the_overview_lists_everything_and_changes_nothing() {
    let case = Case::new(&[("V1__a.sql", "CREATE TABLE a (x);")]);
    let overview_of = || overview(&case.database(), Some(&case.config())).unwrap();
    let pending = overview_of();
    assert!(pending.migrations.iter().all(|status| status.state == State::Pending));
    assert_eq!(pending.migrations.len(), built_in() + 1);
    assert!(!case.database().parent().unwrap().exists());

    case.apply().unwrap();
    case.write("V2__b.sql", "CREATE TABLE b (x);");
    let states: Vec<_> = overview_of()
        .migrations
        .into_iter()
        .map(|status| (status.file, status.state))
        .collect();
    assert!(
        matches!(
            &states[built_in()..],
            [(_, State::Applied(when)), (_, State::Pending)] if when.len() == "2026-01-31T12:00:00Z".len()
        ),
        "{states:?}"
    );

    case.write("V1__a.sql", "changed");
    let changed = overview_of();
    assert!(matches!(changed.migrations[built_in()].state, State::Changed(_)));
    assert!(matches!(changed.problem, Some(MigrationError::Changed { .. })));
}

#[test]
fn processes_that_start_together_apply_each_file_once() {
    let files: Vec<_> = (1..=20)
        .map(|n| (format!("V{n}__t.sql"), format!("CREATE TABLE t{n} (x);")))
        .collect();
    let files: Vec<_> = files.iter().map(|(name, sql)| (name.as_str(), sql.as_str())).collect();
    let case = Case::new(&files);
    let applied: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| case.apply().unwrap().len())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(applied, built_in() + 20);
}
