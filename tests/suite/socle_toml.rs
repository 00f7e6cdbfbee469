//! `socle.toml` at the start: an error stops the start with one line that names the place and what is allowed; a valid
//! or missing file is not mentioned.

use std::os::unix::fs::symlink;

use serde_json::json;

use crate::server::Setup;
use crate::tables::STOCK;

fn setup(rules: &str) -> Setup {
    Setup::new().tables(STOCK).socle_toml(rules)
}

/// The one line with which a start, and `socle openapi`, fail.
#[track_caller]
fn refusal(setup: &Setup) -> String {
    let served = setup.run(&[]).failure();
    assert_eq!(served.status.code(), Some(1), "{}", served.output());
    assert!(!served.out.contains("listening"), "{}", served.output());
    let line = served.err.trim_end().to_owned();
    assert_eq!(line.lines().count(), 1, "{line}");
    assert_eq!(setup.run(&["openapi"]).failure().err.trim_end(), line);
    line
}

#[test]
fn what_the_tables_do_not_have_is_told_with_its_line_and_what_they_have() {
    let tables = "tables: authors, books, items, stock, titles";
    for (rules, line, words) in [
        ("[tables.bocks]\nread = 'viewer'", 1, format!("there is no table \"bocks\"; {tables}")),
        ("# all\n\n[tables._users]\nhidden = true", 3, format!("there is no table \"_users\"; {tables}")),
        ("[tables.jobs]\nhidden = true", 1, "the table \"jobs\" is not served".into()),
        ("[tables.books.columns]\ncost = 'hidden'\nprice = 'hidden'", 3, "the table \"books\" has no column \"price\"; columns: isbn, title, cost, author_id".into()),
        ("[tables.books.columns]\nisbn = 'hidden'", 2, "a column of the key cannot be hidden".into()),
        ("[tables.stock.columns]\nplace = 'hidden'", 2, "a column of the key cannot be hidden".into()),
        ("[tables.books]\nread = 'viewer'\nwrite = 'public'", 3, "\"tables.books.write\" is \"public\", which is wider than its read, \"viewer\"; allowed: viewer, editor, admin".into()),
        ("[tables.books]\nwrite = 'editor'\nread = 'admin'", 2, "allowed: admin".into()),
        ("[tables.books]\nread = 'viewer'\n[tables.Books]\nread = 'public'", 3, "has a section already, on line 1".into()),
        ("[tables.books.columns]\ncost = 'hidden'\nCOST = 'read-only'", 3, "has a rule already, on line 2".into()),
        ("[tables.titles.columns]\ntitle = 'hidden'", 1, "nothing of \"titles\" would be left; allowed: hidden = true".into()),
        ("[tables.titles]\nhidden = true\n[tables.nothing]\n[tables.none]", 3, "there is no table \"nothing\"".into()),
        ("[tables.books]\nread = 'worker'", 2, "\"tables.books.read\" is \"worker\"; allowed: public, viewer, editor, admin".into()),
        ("[tables.books]\nhidden = 1", 2, "\"tables.books.hidden\" is 1; allowed: true, false".into()),
        ("[table.books]", 1, "unknown key \"table\"; allowed: tables, jobs".into()),
        ("[tables.books]\nread = 'viewer'\ntitle = 'Books'", 3, "unknown key \"tables.books.title\"; allowed: read, write, hidden, columns".into()),
        ("[tables.books]\nread =", 2, "not TOML".into()),
    ] {
        let setup = setup(rules);
        let said = refusal(&setup);
        let place = format!("socle: {}/socle.toml, line {line}: ", setup.config_dir().display());
        assert!(said.starts_with(&place) && said.contains(&words), "{rules}\n{said}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let setup = setup("");
    let file = setup.config_dir().join("socle.toml");
    let refused = |words: &str| {
        let said = refusal(&setup);
        assert!(said.contains("socle.toml") && said.contains(words), "{said}");
    };
    std::fs::write(&file, [b'#', b'\n', 0xff]).unwrap();
    refused("line 2: this is not UTF-8");
    std::fs::write(&file, "#".repeat(256 * 1024 + 1)).unwrap();
    refused("too large; allowed: at most 256 KiB");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    refused("not a file");
    std::fs::remove_dir(&file).unwrap();
    symlink("nowhere", &file).unwrap();
    refused("cannot be read");
    std::fs::remove_file(&file).unwrap();
    nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).unwrap();
    refused("not a file");
}

#[test]
fn invalid_toml_stops_the_start_before_any_migration() {
    let setup = setup("[tables");
    refusal(&setup);
    assert!(!setup.database().exists());
}

#[test]
fn a_missing_or_empty_file_sets_no_rules() {
    for setup in [
        Setup::new(),
        Setup::new().socle_toml(""),
        Setup::new().without("CONFIG_DIR"),
    ] {
        let server = setup.start();
        server.post("/api/items/", json!({"name": "n"})).is(201);
        assert!(!server.output().contains("socle.toml"), "{}", server.output());
    }
}

#[test]
fn a_mounted_config_map_is_read_through_its_links() {
    let setup = Setup::new();
    let folder = setup.config_dir();
    std::fs::create_dir(folder.join("..2026_01_31")).unwrap();
    std::fs::write(folder.join("..2026_01_31/socle.toml"), "[tables.items]\nhidden = true").unwrap();
    symlink("..2026_01_31", folder.join("..data")).unwrap();
    symlink("..data/socle.toml", folder.join("socle.toml")).unwrap();
    setup.start().get("/api/items/").is(404);
}

#[test]
fn migrating_does_not_read_the_rules() {
    let setup = setup("[tables");
    setup.run(&["migrate"]).success();
    setup.run(&["migrate", "--status"]).success();
}

#[test]
fn a_table_to_which_no_row_could_be_added_is_warned_of() {
    for (rules, words) in [
        (
            "[tables.authors.columns]\nname = 'hidden'",
            "line 2: no row can be added to \"authors\": its column \"name\" is hidden",
        ),
        (
            "[tables.stock.columns]\namount = 'read-only'",
            "line 2: no row can be added to \"stock\": its column \"amount\" is read-only",
        ),
        (
            "[tables.books.columns]\nisbn = 'read-only'",
            "line 2: no row can be added to \"books\": its column \"isbn\" is read-only",
        ),
    ] {
        let server = setup(rules).start();
        assert!(server.output().contains(words), "{rules}\n{}", server.output());
    }
    let server = setup(
        "[tables.books.columns]\ncost = 'hidden'\nauthor_id = 'read-only'\n[tables.authors.columns]\nid = 'read-only'",
    )
    .start();
    assert!(!server.output().contains("no row can be added"), "{}", server.output());
}

#[test]
fn a_view_that_shows_what_a_rule_keeps_back_is_warned_of() {
    for (rules, words) in [
        (
            "[tables.books]\nread = 'viewer'",
            "line 1: the view \"titles\" shows anyone what it reads from \"books\"",
        ),
        (
            "[tables.books]\nhidden = true",
            "line 1: the view \"titles\" shows anyone what it reads from \"books\"",
        ),
        (
            "[tables.books.columns]\ntitle = 'hidden'\n[tables.titles]\nread = 'public'",
            "line 1: the view \"titles\" shows a column \"title\", which is hidden in \"books\"",
        ),
    ] {
        let server = setup(rules).start();
        assert!(server.output().contains(words), "{rules}\n{}", server.output());
    }
    for rules in [
        "[tables.books]\nread = 'viewer'\n[tables.titles]\nread = 'viewer'",
        "[tables.books]\nhidden = true\n[tables.titles]\nhidden = true",
        "[tables.books.columns]\ncost = 'hidden'",
        "[tables.authors]\nread = 'viewer'",
    ] {
        let server = setup(rules).start();
        assert!(!server.output().contains("the view"), "{rules}\n{}", server.output());
    }
}
