//! `socle.toml` while the server runs: a change takes effect without a restart; an invalid file changes nothing and is
//! logged once.

use std::os::unix::fs::symlink;
use std::thread;
use std::time::Duration;

use crate::server::{Server, Setup, eventually};
use crate::tables::PRICED_BOOKS;

fn start(rules: &str) -> Server {
    Setup::new().tables(PRICED_BOOKS).socle_toml(rules).start()
}

fn write(server: &Server, rules: &str) {
    server.setup.write_socle_toml(rules);
}

#[track_caller]
fn becomes(server: &Server, path: &str, status: u16) {
    eventually(&format!("{path} answers {status}"), || {
        (server.get(path).status == status).then_some(())
    });
}

fn said(server: &Server, words: &str) -> usize {
    server.output().matches(words).count()
}

#[test]
fn a_changed_file_is_in_force_within_moments_everywhere() {
    let server = start("");
    assert!(server.get("/api/openapi.json").text().contains("\"cost\""));
    write(
        &server,
        "[tables.books.columns]\ncost = 'hidden'\n[tables.other]\nread = 'viewer'\nwrite = 'admin'",
    );
    becomes(&server, "/api/other/", 404);
    assert_eq!(server.get("/api/books/1/").text(), r#"{"id":1,"title":"t"}"#);
    assert!(!server.get("/api/openapi.json").text().contains("\"cost\""));
    assert!(!server.options("/api/books/").text().contains("\"cost\""));
    assert_eq!(server.get("/api/").header("vary"), "Authorization, Cookie");
    write(&server, "");
    becomes(&server, "/api/other/", 200);
    assert_eq!(server.get("/api/books/1/").text(), r#"{"id":1,"title":"t","cost":5}"#);
    assert!(server.get("/api/openapi.json").text().contains("\"cost\""));
}

#[test]
fn a_file_that_appears_is_read() {
    let server = Server::start();
    write(&server, "[tables.items]\nhidden = true");
    becomes(&server, "/api/items/", 404);
}

#[test]
fn a_mistake_keeps_the_rules_and_is_said_once() {
    let server = start("[tables.books]\nhidden = true");
    for (rules, words) in [
        (
            "[tables.books]\nhidden = 'no'",
            "line 2: \"tables.books.hidden\" is \"no\"",
        ),
        ("\n\n[tables.bocks]", "line 3: there is no table \"bocks\""),
        ("[tables", "line 1: this is not TOML"),
    ] {
        write(&server, rules);
        eventually("the mistake is logged", || (said(&server, words) > 0).then_some(()));
        server.get("/api/books/").is(404);
        assert!(server.output().contains("the rules stay as they were"));
    }
    // Several looks later it has not been said again.
    thread::sleep(Duration::from_millis(1600));
    assert_eq!(said(&server, "this is not TOML"), 1, "{}", server.output());
    write(&server, "[tables.other]\nhidden = true");
    becomes(&server, "/api/books/", 200);
    server.get("/api/other/").is(404);
}

#[test]
fn deleting_the_file_keeps_its_rules_in_force() {
    let server = start("[tables.books]\nhidden = true");
    let file = server.setup.config_dir().join("socle.toml");
    std::fs::remove_file(&file).unwrap();
    eventually("a line says that it is gone", || {
        (said(&server, "the file is gone") > 0).then_some(())
    });
    server.get("/api/books/").is(404);
    write(&server, "");
    becomes(&server, "/api/books/", 200);
}

#[test]
fn a_replaced_config_map_is_reloaded() {
    let setup = Setup::new();
    let folder = setup.config_dir();
    let version = |name: &str, rules: &str| {
        std::fs::create_dir(folder.join(name)).unwrap();
        std::fs::write(folder.join(name).join("socle.toml"), rules).unwrap();
        // As the kubelet does: a new link beside the old one, then renamed over it.
        symlink(name, folder.join("..data_tmp")).unwrap();
        std::fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
    };
    version("..1", "[tables.items]\nhidden = true ");
    symlink("..data/socle.toml", folder.join("socle.toml")).unwrap();
    let server = setup.start();
    server.get("/api/items/").is(404);
    version("..2", "[tables.items]\nhidden = false");
    becomes(&server, "/api/items/", 200);
    version("..3", "[tables.items]\nhidden = true ");
    becomes(&server, "/api/items/", 404);
}

#[test]
fn when_tables_change_the_rules_are_held_against_them_again() {
    let server = start("[tables.books]\nhidden = true\n[tables.other]\nread = 'viewer'");
    server.sql("DROP TABLE other; CREATE TABLE fresh (id INTEGER PRIMARY KEY);");
    becomes(&server, "/api/fresh/", 200);
    eventually("a warning for the rule of a table that has gone", || {
        (said(&server, "there is no table \"other\"") == 1).then_some(())
    });
    server.get("/api/books/").is(404);
    // A table that comes back, whatever its capitals, comes back under its rule.
    server.sql("CREATE TABLE Other (id INTEGER PRIMARY KEY); CREATE TABLE last (id INTEGER PRIMARY KEY);");
    becomes(&server, "/api/last/", 200);
    server.get("/api/Other/").is(404);
}

#[test]
fn a_file_that_waits_for_its_table_is_taken_when_the_table_comes() {
    let server = start("");
    write(
        &server,
        "[tables.books]\nhidden = true\n[tables.loans]\nread = 'viewer'",
    );
    eventually("the mistake is logged", || {
        (said(&server, "there is no table \"loans\"") > 0).then_some(())
    });
    server.get("/api/books/").is(200);
    let setup = server
        .setup
        .clone()
        .migration("V2__loans.sql", "CREATE TABLE loans (id INTEGER PRIMARY KEY);");
    setup.run(&["migrate"]).success();
    becomes(&server, "/api/books/", 404);
    server.get("/api/loans/").is(404);
}

#[test]
fn requests_under_way_while_rules_change_see_the_old_or_the_new_ones() {
    let server = start("");
    thread::scope(|scope| {
        let server = &server;
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(move || {
                    for _ in 0..300 {
                        let text = server.get("/api/books/1/").is(200).text();
                        assert!(
                            [r#"{"id":1,"title":"t"}"#, r#"{"id":1,"title":"t","cost":5}"#].contains(&text.as_str()),
                            "{text}"
                        );
                    }
                })
            })
            .collect();
        for round in 0..4 {
            write(
                server,
                if round % 2 == 0 {
                    "[tables.books.columns]\ncost = 'hidden'"
                } else {
                    ""
                },
            );
            thread::sleep(Duration::from_millis(1100));
        }
        clients.into_iter().for_each(|client| client.join().unwrap());
    });
}
