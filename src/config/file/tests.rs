//! Texts of the file, and what is read or refused.

use std::path::Path;

use super::{ColumnRule, ConfigFile, Level, Lined};

fn parse(text: &str) -> Result<ConfigFile, String> {
    ConfigFile::parse(Path::new("socle.toml"), text).map_err(|mistake| mistake.to_string())
}

#[test]
fn what_the_file_says_is_kept_with_its_lines_and_in_its_order() {
    let text = "# rules\n[tables.books]\nread = 'viewer'\nwrite = \"admin\"\n\n[tables.books.columns]\nsku = \"read-only\"\n\
                cost = \"hidden\"\n[tables.'a b']\nhidden = true\n[jobs]\nread = \"public\"\n";
    let file = parse(text).unwrap();
    let [books, other] = file.tables.as_slice() else {
        panic!("{file:?}")
    };
    assert_eq!((books.name.line, books.name.value.as_str()), (2, "books"));
    assert_eq!(
        books.read,
        Some(Lined {
            line: 3,
            value: Level::Viewer
        })
    );
    assert_eq!(
        books.write,
        Some(Lined {
            line: 4,
            value: Level::Admin
        })
    );
    let columns: Vec<_> = books
        .columns
        .iter()
        .map(|(name, rule)| (name.line, name.value.as_str(), *rule))
        .collect();
    assert_eq!(
        columns,
        [(7, "sku", ColumnRule::ReadOnly), (8, "cost", ColumnRule::Hidden)]
    );
    assert_eq!(
        (other.name.value.as_str(), other.hidden, other.read),
        ("a b", true, None)
    );
    assert_eq!(
        file.jobs.read,
        Some(Lined {
            line: 12,
            value: Level::Public
        })
    );
}

#[test]
fn what_is_wrong_is_one_line_with_its_number_and_what_is_allowed() {
    for (text, said) in [
        (
            "[table.books]",
            "socle.toml, line 1: unknown key \"table\"; allowed: tables, jobs",
        ),
        (
            "\n[tables.books]\nreads = 'viewer'",
            "socle.toml, line 3: unknown key \"tables.books.reads\"; allowed: read, write, hidden, columns",
        ),
        (
            "[tables.books]\nread = \"everyone\"",
            "socle.toml, line 2: \"tables.books.read\" is \"everyone\"; allowed: public, viewer, editor, admin",
        ),
        (
            "[tables.books]\nwrite = 3",
            "socle.toml, line 2: \"tables.books.write\" is 3; allowed: public, viewer, editor, admin",
        ),
        (
            "[tables.books]\nhidden = 'yes'",
            "socle.toml, line 2: \"tables.books.hidden\" is \"yes\"; allowed: true, false",
        ),
        (
            "[tables.books.columns]\na = 'hidden'\nb = 'secret'",
            "socle.toml, line 3: \"tables.books.columns.b\" is \"secret\"; allowed: hidden, read-only",
        ),
        (
            "[tables.books.columns]\na = ['hidden']",
            "socle.toml, line 2: \"tables.books.columns.a\" is an array; allowed: hidden, read-only",
        ),
        (
            "tables = 'books'",
            "socle.toml, line 1: \"tables\" is \"books\"; allowed: a section, [tables]",
        ),
        (
            "[tables]\nbooks = true",
            "socle.toml, line 2: \"tables.books\" is true; allowed: a section, [tables.books]",
        ),
        (
            "[[tables.books]]",
            "socle.toml, line 1: \"tables.books\" is an array; allowed: a section, [tables.books]",
        ),
        (
            "[tables.books]\ncolumns = 1",
            "socle.toml, line 2: \"tables.books.columns\" is 1; allowed: a section, [tables.books.columns]",
        ),
        (
            "[jobs]\nwrite = 'worker'",
            "socle.toml, line 2: \"jobs.write\" is \"worker\"; allowed: public, viewer, editor, admin",
        ),
        (
            "[jobs]\nkinds = 1",
            "socle.toml, line 2: unknown key \"jobs.kinds\"; allowed: read, write",
        ),
    ] {
        assert_eq!(parse(text), Err(said.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_toml_is_told_with_its_line_on_one_line() {
    for (text, line) in [
        ("[tables.books\nread = 'viewer'", "line 1"),
        ("\n\nread 'viewer'", "line 3"),
        ("[tables.books]\nread = 'viewer'\nread = 'admin'", "line 3"),
        ("[tables.books]\n[tables.books]", "line 2"),
        ("[tables.books]\nread = viewer", "line 2"),
        ("a = 'never closed\n", "line 1"),
    ] {
        let said = parse(text).unwrap_err();
        assert!(
            said.contains(line) && said.contains("not TOML") && !said.contains('\n'),
            "{text}: {said}"
        );
    }
}

#[test]
fn a_long_name_is_not_repeated_whole() {
    let text = format!("[tables.\"{}\"]\nread = \"{}\"", "é\\n".repeat(100), "x".repeat(1000));
    let said = parse(&text).unwrap_err();
    assert!(said.chars().count() < 250 && !said.contains('\n'), "{said}");
}

#[test]
fn an_empty_file_says_nothing() {
    assert_eq!(parse(""), Ok(ConfigFile::default()));
    assert_eq!(parse("# nothing\r\n"), Ok(ConfigFile::default()));
}
