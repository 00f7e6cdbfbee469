//! `search=`: every word must occur in some text column, regardless of case and accents.

use serde_json::json;

use crate::server::Server;
use crate::tables::TOWNS;

fn towns() -> Server {
    let server = Server::with_tables(TOWNS);
    server
        .post(
            "/api/towns/",
            json!([
                {"name": "Saint-Étienne", "region": "Auvergne-Rhône-Alpes", "inhabitants": 174082},
                {"name": "Orléans", "region": "Centre-Val de Loire", "inhabitants": 117988},
                {"name": "CHÂTEAUROUX", "region": "Centre-Val de Loire", "inhabitants": 42600},
                {"name": "L'Haÿ-les-Roses", "region": null, "inhabitants": 31000},
                {"name": "100% Ville_neuve", "region": "Île-de-France", "inhabitants": 100},
                {"name": "Chȃteau e\u{301}te\u{301}", "region": "Ørsted Straße", "inhabitants": 1}
            ]),
        )
        .is(201);
    server
}

#[test]
fn words_are_found_whatever_their_case_and_accents() {
    let server = towns();
    for (search, expected) in [
        ("etienne", &[1][..]),
        ("ETIENNE", &[1]),
        ("%C3%A9tienne", &[1]),
        ("orleans", &[2]),
        ("chateau", &[3, 6]),
        ("ch%C3%A2teau", &[3, 6]),
        ("ete", &[6]),
        ("%C3%A9t%C3%A9", &[6]),
        ("hay", &[4]),
        ("ile-de", &[5]),
        ("ienn", &[1]),
        ("absent", &[]),
    ] {
        assert_eq!(
            server.ids(&format!("/api/towns/?search={search}")),
            expected,
            "{search}"
        );
    }
}

#[test]
fn every_word_must_be_found_in_one_column_or_another() {
    let server = towns();
    for (search, expected) in [
        ("centre+loire", &[2, 3][..]),
        ("loire+orleans", &[2]),
        ("orleans+alpes", &[]),
        ("saint%20rhone", &[1]),
        ("++orleans++", &[2]),
    ] {
        assert_eq!(
            server.ids(&format!("/api/towns/?search={search}")),
            expected,
            "{search}"
        );
    }
}

#[test]
fn nothing_to_search_for_finds_everything() {
    let server = towns();
    for search in ["", "+", "%20%09"] {
        assert_eq!(
            server.ids(&format!("/api/towns/?search={search}")),
            [1, 2, 3, 4, 5, 6],
            "{search:?}"
        );
    }
}

#[test]
fn what_is_special_elsewhere_is_searched_for_as_it_is() {
    let server = towns();
    for (search, expected) in [
        ("100%25", &[5][..]),
        ("%25", &[5]),
        ("_", &[5]),
        ("*", &[]),
        ("%22", &[]),
        ("'", &[4]),
        ("%5C", &[]),
        ("OR+1=1", &[]),
        ("%00", &[]),
    ] {
        assert_eq!(
            server.ids(&format!("/api/towns/?search={search}")),
            expected,
            "{search}"
        );
    }
}

#[test]
fn numbers_are_not_searched() {
    let server = towns();
    assert_eq!(server.ids("/api/towns/?search=174082"), [0; 0]);
}

#[test]
fn a_search_is_filtered_ordered_counted_and_paged() {
    let server = towns();
    assert_eq!(server.ids("/api/towns/?search=centre&ordering=-name"), [2, 3]);
    assert_eq!(server.ids("/api/towns/?search=centre&inhabitants__lt=100000"), [3]);
    let page = server.get("/api/towns/?search=centre+val&limit=1").is(200);
    assert_eq!(page.header("x-total-count"), "2");
    assert_eq!(server.ids(&page.link("next").expect("next")), [3]);
}
