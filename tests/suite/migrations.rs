//! Migrations: how the files of `CONFIG_DIR` are applied, and that an invalid one leaves the database unchanged.
//!
//! How statements and file names are read is tested beside the code, in `src/database/sqlite/migrations`; several
//! processes at once in `concurrency`.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use nix::sys::signal::{self, Signal};

use crate::process::{Exit, Process};
use crate::server::{Setup, eventually};

const BOOKS: &str = "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL);\n";
const LOANS: &str = "CREATE TABLE loans (id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL REFERENCES books);\n";
/// Takes minutes, and writes to the disk all the while.
const ENDLESS: &str = "CREATE TABLE endless (x TEXT);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000)
    INSERT INTO endless SELECT hex(randomblob(200)) FROM n;";

/// A library with one file applied.
fn library() -> Setup {
    let setup = Setup::new().migration("V1__books.sql", BOOKS);
    setup.run(&["migrate"]).success();
    setup
}

/// Starts a server that must refuse to, and gives the one line that says why, after the database was found unchanged.
#[track_caller]
fn refusal(setup: &Setup) -> String {
    let before = setup.schema();
    let ended = setup.run(&[]).failure();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.output());
    assert_eq!(setup.schema(), before, "the database has changed: {}", ended.output());
    one_line(&ended)
}

#[track_caller]
fn one_line(ended: &Exit) -> String {
    let line = ended.err.trim_end();
    assert!(
        line.starts_with("socle: ") && !line.contains('\n'),
        "not one line: {}",
        ended.output()
    );
    line.to_owned()
}

/// The same setup as a user who is neither root nor the owner of the files, if this test may become one.
fn as_a_stranger(setup: Setup) -> Option<Setup> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    std::fs::set_permissions(setup.home(), PermissionsExt::from_mode(0o755)).unwrap();
    let setup = setup.through(&["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups"]);
    let can_run = setup
        .command(&["--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    can_run.then_some(setup)
}

#[test]
fn the_tables_of_the_folder_are_served_beside_items() {
    let server = Setup::new()
        .migration("V1__books.sql", BOOKS)
        .migration("V2__loans.sql", LOANS)
        .start();
    let tables = server.get("/api/").is(200).json();
    let names: Vec<_> = tables.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["books", "items", "loans"]);
    server
        .post("/api/books/", serde_json::json!({"title": "Candide"}))
        .is(201);
}

#[test]
fn a_mounted_config_map_is_read_through_its_links() {
    let setup = Setup::new();
    let folder = setup.config_dir();
    let dated = folder.join("..2026_01_31_12_00_00.1234567890");
    std::fs::create_dir(&dated).unwrap();
    std::fs::write(dated.join("V1__books.sql"), BOOKS).unwrap();
    std::fs::write(dated.join("socle.toml"), "").unwrap();
    symlink(dated.file_name().unwrap(), folder.join("..data")).unwrap();
    for name in ["V1__books.sql", "socle.toml"] {
        symlink(Path::new("..data").join(name), folder.join(name)).unwrap();
    }
    let ended = setup.run(&["migrate"]).success();
    assert!(ended.out.starts_with("applied V1__items.sql\n"), "{}", ended.out);
    assert!(ended.out.ends_with("applied V1__books.sql\n"), "{}", ended.out);
}

#[test]
fn other_files_are_left_alone_and_near_misses_are_named() {
    let setup = Setup::new().migration("V1__books.sql", BOOKS);
    for name in [
        "v2__loans.sql",
        "V2_loans.sql",
        "notes.txt",
        ".V2__hidden.sql",
        "V2__loans.sql.bak",
    ] {
        std::fs::write(setup.config_dir().join(name), "this is not SQL").unwrap();
    }
    std::fs::create_dir(setup.config_dir().join("V2__folder.sql")).unwrap();
    let ended = setup.run(&["migrate"]).success();
    assert_eq!(ended.out.lines().last(), Some("applied V1__books.sql"));
    for (name, is_named) in [
        ("v2__loans.sql", true),
        ("V2_loans.sql", true),
        ("notes.txt", false),
        ("hidden", false),
    ] {
        assert_eq!(ended.err.contains(name), is_named, "{name}: {}", ended.err);
    }
}

#[test]
fn bad_sql_stops_the_start_with_file_line_and_words_and_changes_nothing() {
    let setup = library();
    let loans = format!("{LOANS}INSERT INTO books (title) VALUES ('Candide');\n\nCREATE TABEL oops (x);\n");
    let setup = setup.migration("V2__loans.sql", &loans);
    let line = refusal(&setup);
    assert!(
        line.contains("V2__loans.sql, line 4: near \"TABEL\": syntax error"),
        "{line}"
    );

    let server = setup.migration("V2__loans.sql", LOANS).start();
    assert_eq!(server.rows("/api/books/").len(), 0);
    assert_eq!(server.rows("/api/loans/").len(), 0);
}

#[test]
fn a_mistake_in_the_first_start_leaves_no_half_made_database() {
    let setup = Setup::new()
        .migration("V1__books.sql", BOOKS)
        .migration("V3__loans.sql", LOANS);
    assert!(refusal(&setup).contains("V3__loans.sql comes after a gap"));
    assert!(!setup.database().exists());

    let setup = Setup::new().migration("V1__books.sql", "CREATE TABEL books (x);");
    setup.run(&[]).failure();
    std::fs::remove_file(setup.config_dir().join("V1__books.sql")).unwrap();
    setup.migration("V1__books.sql", BOOKS).run(&["migrate"]).success();
}

#[test]
fn what_was_applied_must_stay_as_it_was() {
    let setup = library().migration("V1__books.sql", "CREATE TABLE books (id INTEGER PRIMARY KEY);\n");
    let line = refusal(&setup);
    assert!(
        line.contains("V1__books.sql was changed after it was applied") && line.contains("V2__"),
        "{line}"
    );

    std::fs::remove_file(setup.config_dir().join("V1__books.sql")).unwrap();
    let line = refusal(&setup);
    assert!(
        line.contains("V1__books.sql was applied") && line.contains("put it back"),
        "{line}"
    );

    let line = refusal(&setup.migration("V1__library.sql", BOOKS));
    assert!(line.contains("V1__library.sql was applied as V1__books.sql"), "{line}");
}

#[test]
fn numbers_run_without_gaps_and_without_repeats() {
    let line = refusal(&library().migration("V3__loans.sql", LOANS));
    assert!(line.contains("V3__loans.sql") && line.contains("V2__"), "{line}");
    let line = refusal(
        &library()
            .migration("V2__loans.sql", LOANS)
            .migration("V02__again.sql", LOANS),
    );
    assert!(
        line.contains("V2__loans.sql") && line.contains("V02__again.sql"),
        "{line}"
    );
}

#[test]
fn a_file_runs_in_one_transaction_that_it_cannot_end() {
    for statement in ["COMMIT;", "ROLLBACK;", "BEGIN;", "ATTACH 'other.db' AS other;"] {
        let setup = library().migration("V2__loans.sql", &format!("{LOANS}{statement}\n"));
        let line = refusal(&setup);
        assert!(
            line.contains("V2__loans.sql, line 2") && line.contains("not allowed"),
            "{line}"
        );
        assert!(!setup.home().join("other.db").exists());
    }
}

#[test]
fn rows_that_refer_to_nothing_are_refused() {
    let line = refusal(&library().migration("V2__loans.sql", &format!("{LOANS}INSERT INTO loans VALUES (1, 99);")));
    assert!(
        line.contains("V2__loans.sql") && line.contains("row 1 of loans refers to a row of books"),
        "{line}"
    );
}

#[test]
fn a_file_that_is_not_text_is_named() {
    let setup = library();
    std::fs::write(setup.config_dir().join("V2__loans.sql"), b"-- \xff\xfe").unwrap();
    let line = refusal(&setup);
    assert!(line.contains("V2__loans.sql") && line.contains("UTF-8"), "{line}");
}

#[test]
fn a_folder_or_file_that_cannot_be_read_is_named() {
    let Some(setup) = as_a_stranger(Setup::new().migration("V1__books.sql", BOOKS)) else {
        return;
    };
    let file = setup.config_dir().join("V1__books.sql");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let line = refusal(&setup);
    assert!(
        line.contains("V1__books.sql cannot be read") && line.contains("65532"),
        "{line}"
    );
    std::fs::set_permissions(setup.config_dir(), PermissionsExt::from_mode(0o700)).unwrap();
    let line = refusal(&setup);
    assert!(line.contains("CONFIG_DIR") && line.contains("cannot be read"), "{line}");
}

#[test]
fn a_folder_that_cannot_be_written_says_whose_it_is_and_what_mends_it() {
    let Some(setup) = as_a_stranger(Setup::new()) else {
        return;
    };
    let line = refusal(&setup);
    for words in ["cannot be written", "uid 0", "uid 65532", "chown -R 65532"] {
        assert!(line.contains(words), "{line}");
    }
    assert!(!setup.database().exists());
}

#[test]
fn migrate_says_what_it_does_and_status_lists_everything_and_changes_nothing() {
    let setup = Setup::new().migration("V1__books.sql", BOOKS);
    let states = |ended: Exit| -> Vec<String> {
        let lines = ended
            .out
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.collect()
    };
    let folder = setup.config_dir().display().to_string();
    let pending = states(setup.run(&["migrate", "--status"]).success());
    assert_eq!(pending.first().unwrap(), "V1__items.sql built in pending");
    assert_eq!(pending.last().unwrap(), &format!("V1__books.sql {folder} pending"));
    assert!(!setup.database().exists());

    assert!(
        setup
            .run(&["migrate"])
            .success()
            .out
            .ends_with("applied V1__books.sql\n")
    );
    assert!(setup.run(&["migrate"]).success().out.starts_with("nothing to apply"));
    let applied = states(setup.run(&["migrate", "--status"]).success());
    assert!(
        applied
            .iter()
            .all(|line| line.contains(" applied 20") && line.ends_with('Z')),
        "{applied:?}"
    );

    let setup = setup.migration("V1__books.sql", LOANS);
    let ended = setup.run(&["migrate", "--status"]).failure();
    assert!(
        ended.out.contains("changed since") && one_line(&ended).contains("V1__books.sql"),
        "{}",
        ended.output()
    );
}

#[test]
fn a_migration_that_is_killed_half_way_leaves_the_database_as_it_was_before_that_file() {
    let setup = library().migration("V2__endless.sql", ENDLESS);
    let before = setup.schema();
    let mut process = under_way(&setup);
    process.child.kill().unwrap();
    process.wait();
    assert_eq!(setup.schema(), before);
    let server = setup.migration("V2__endless.sql", LOANS).start();
    server.get("/api/loans/").is(200);
}

#[test]
fn a_signal_during_the_start_ends_it_at_once() {
    let setup = library().migration("V2__endless.sql", ENDLESS);
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130)] {
        let mut process = under_way(&setup);
        signal::kill(process.pid(), signal).unwrap();
        assert_eq!(process.wait().status.code(), Some(code));
    }
}

/// A server that is in the middle of its last migration: so much was written that not all of it fits in memory.
fn under_way(setup: &Setup) -> Process {
    let mut log = setup.database().into_os_string();
    log.push("-wal");
    let _ = std::fs::remove_file(&log);
    let process = Process::start(setup.command(&[]));
    eventually("a migration under way", || {
        std::fs::metadata(&log)
            .is_ok_and(|log| log.len() > 1 << 20)
            .then_some(())
    });
    process
}
