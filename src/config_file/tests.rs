//! Contents of the file, and how they are parsed or refused.

use std::path::Path;

use super::{AccessLevel, ColumnRule, ConfigFile, Located};

fn parse(text: &str) -> Result<ConfigFile, String> {
    ConfigFile::parse(Path::new("socle.toml"), text).map_err(|error| error.to_string())
}

#[test]
fn sections_are_parsed_with_their_lines_and_in_their_order() {
    let text = "# rules\n[tables.books]\nread = 'viewer'\nwrite = \"admin\"\n\n[tables.books.columns]\nsku = \"read-only\"\n\
                cost = \"hidden\"\n[tables.'a b']\nhidden = true\n[jobs]\nread = \"public\"\n";
    let file = parse(text).unwrap();
    let [books, other] = file.tables.as_slice() else {
        panic!("{file:?}")
    };
    assert_eq!((books.name.line, books.name.value.as_str()), (2, "books"));
    assert_eq!(
        books.read,
        Some(Located {
            line: 3,
            value: AccessLevel::Viewer
        })
    );
    assert_eq!(
        books.write,
        Some(Located {
            line: 4,
            value: AccessLevel::Admin
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
        Some(Located {
            line: 12,
            value: AccessLevel::Public
        })
    );
}

#[test]
fn an_error_is_one_line_with_its_number_and_what_is_allowed() {
    for (text, message) in [
        (
            "[table.books]",
            "socle.toml, line 1: unknown key \"table\"; allowed: tables, jobs, schedules",
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
        assert_eq!(parse(text), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn a_syntax_error_is_one_line_with_its_number() {
    for (text, line) in [
        ("[tables.books\nread = 'viewer'", "line 1"),
        ("\n\nread 'viewer'", "line 3"),
        ("[tables.books]\nread = 'viewer'\nread = 'admin'", "line 3"),
        ("[tables.books]\n[tables.books]", "line 2"),
        ("[tables.books]\nread = viewer", "line 2"),
        ("a = 'never closed\n", "line 1"),
    ] {
        let message = parse(text).unwrap_err();
        assert!(
            message.contains(line) && message.contains("not TOML") && !message.contains('\n'),
            "{text}: {message}"
        );
    }
}

#[test]
fn a_long_name_is_shortened() {
    let text = format!("[tables.\"{}\"]\nread = \"{}\"", "é\\n".repeat(100), "x".repeat(1000));
    let message = parse(&text).unwrap_err();
    assert!(message.chars().count() < 250 && !message.contains('\n'), "{message}");
}

#[test]
fn an_empty_file_has_no_sections() {
    assert_eq!(parse(""), Ok(ConfigFile::default()));
    assert_eq!(parse("# nothing\r\n"), Ok(ConfigFile::default()));
}

#[test]
fn schedules_are_parsed_with_their_lines() {
    let text = "[[schedules]]\nname = 'nightly'\nkind = \"report\"\npayload = { text = \"é\", n = 0x10, on = 2026-01-31, list = [1.5, true] }\n\
                cron = '30 2 * * *'\n\n[[schedules]]\nkind = 'k'\nevery = '1h'\nname = 'b'\nunique = false\npriority = -3\n\
                [schedules.payload]\nx = 1\n";
    let file = parse(text).unwrap();
    let [nightly, other] = file.schedules.as_slice() else {
        panic!("{file:?}")
    };
    assert_eq!(
        (nightly.line, nightly.name.line, nightly.name.value.as_str()),
        (1, 2, "nightly")
    );
    let payload = nightly.payload.as_ref().unwrap();
    let message = r#"{"text":"é","n":16,"on":"2026-01-31","list":[1.5,true]}"#;
    assert_eq!((payload.line, payload.value.to_string().as_str()), (4, message));
    assert_eq!(
        nightly.cron.as_ref().map(|cron| (cron.line, cron.value.as_str())),
        Some((5, "30 2 * * *"))
    );
    assert_eq!(
        (nightly.every.as_ref(), nightly.unique, nightly.enabled),
        (None, None, None)
    );
    assert_eq!((other.line, other.name.line), (7, 10));
    assert_eq!(other.priority, Some(Located { line: 12, value: -3 }));
    assert_eq!(other.unique, Some(Located { line: 11, value: false }));
    assert_eq!(
        other
            .payload
            .as_ref()
            .map(|payload| payload.value.to_string())
            .as_deref(),
        Some(r#"{"x":1}"#)
    );
    assert!(!file.has_same_content_as(&parse("").unwrap()));
}

#[test]
fn an_error_in_a_schedule_has_its_line() {
    for (text, message) in [
        (
            "[schedules]\nname = 'a'",
            "line 1: \"schedules\" is a section; allowed: sections, [[schedules]]",
        ),
        (
            "schedules = [1]",
            "line 1: \"schedules\" is 1; allowed: sections, [[schedules]]",
        ),
        (
            "\n[[schedules]]\nkind = 'k'",
            "line 2: \"schedules.name\" is missing; allowed: a name, such as \"nightly\"",
        ),
        (
            "[[schedules]]\nname = 'a'",
            "line 1: \"schedules.kind\" is missing; allowed: a kind of job, such as \"report\"",
        ),
        (
            "[[schedules]]\nname = 'a'\nkind = 1",
            "line 3: \"schedules.kind\" is 1; allowed: a kind of job, such as \"report\"",
        ),
        (
            "[[schedules]]\nname = 'a'\nkind = 'k'\ncorn = '* * * * *'",
            "line 4: unknown key \"schedules.corn\"; allowed: name, kind, ",
        ),
        (
            "[[schedules]]\nname = 'a'\nkind = 'k'\nevery = 60",
            "line 4: \"schedules.every\" is 60; allowed: a time, such as \"1h30m\"",
        ),
        (
            "[[schedules]]\nname = 'a'\nkind = 'k'\npriority = '1'",
            "line 4: \"schedules.priority\" is \"1\"; allowed: a whole number",
        ),
        (
            "[[schedules]]\nname = 'a'\nkind = 'k'\nunique = 1",
            "line 4: \"schedules.unique\" is 1; allowed: true, false",
        ),
        (
            "[[schedules]]\nname = 'a'\nkind = 'k'\npayload = { x = nan }",
            "line 4: \"schedules.payload\" is a section; allowed: any value that JSON can represent",
        ),
    ] {
        let found = parse(text).unwrap_err();
        assert!(found.contains(message), "{text}: {found}");
    }
}
