//! Filters: every lookup on every type that it applies to, and the errors for the others.

use serde_json::json;

use crate::server::Server;
use crate::tables::THINGS;

/// Six things. Numbers grow with the id where there is one; the last has nothing but a name.
fn things() -> Server {
    let server = Server::with_tables(THINGS);
    let ident = |n: u8| format!("0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1{n:x}");
    server
        .post(
            "/api/things/",
            json!([
                {"name": "apple", "code": "a1", "count": -5, "weight": 0.5, "flag": true, "day": "2026-01-01",
                 "moment": "2026-01-01T00:00:00Z", "price": "9.50", "ident": ident(1), "extra": {"a": 1}, "bytes": "AA==",
                 "limit": 3},
                {"name": "Apple pie", "code": "a2", "count": 0, "weight": 1.0, "flag": false, "day": "2026-01-02",
                 "moment": "2026-01-02T00:00:00Z", "price": "10.00", "ident": ident(2), "extra": [], "bytes": "AQ=="},
                {"name": "École 100%", "code": "b1", "count": 7, "weight": 2.5, "flag": true, "day": "2026-02-01",
                 "moment": "2026-02-01T12:30:00Z", "price": "10.50", "ident": ident(3), "extra": "x", "bytes": "Ag=="},
                {"name": "école 100 points", "code": "b_2", "count": 10, "weight": 1e10, "flag": false,
                 "day": "2026-12-31", "moment": "2026-12-31T23:59:59.500Z", "price": "100.00", "ident": ident(4),
                 "extra": 5, "bytes": "Aw=="},
                {"name": "a,b; c*", "code": "", "count": 9007199254740993_i64, "weight": 1e300, "flag": true,
                 "day": "2027-01-01", "moment": "2027-01-01T00:00:00Z", "price": "12345678.90", "ident": ident(5),
                 "extra": true, "bytes": "BA=="},
                {"name": "nothing"}
            ]),
        )
        .is(201);
    server
}

#[test]
fn each_lookup_finds_the_rows_it_means() {
    let server = things();
    for (query, expected) in [
        // Text.
        ("name=apple", &[1][..]),
        ("name=Apple", &[]),
        ("name__exact=apple", &[1]),
        ("name__ne=apple", &[2, 3, 4, 5, 6]),
        ("name__iexact=APPLE", &[1]),
        ("name__iexact=%C3%89COLE%20100%20POINTS", &[4]),
        ("name__contains=pp", &[1, 2]),
        ("name__contains=PP", &[]),
        ("name__icontains=PP", &[1, 2]),
        ("name__icontains=%C3%89COLE", &[3, 4]),
        ("name__startswith=A", &[2]),
        ("name__istartswith=A", &[1, 2, 5]),
        ("name__endswith=pie", &[2]),
        ("name__in=apple,nothing,absent", &[1, 6]),
        ("name__in=apple", &[1]),
        ("name__gt=e", &[3, 4, 6]),
        ("name__lte=apple", &[1, 2, 5]),
        ("name__range=apple,b", &[1]),
        ("code__isnull=true", &[6]),
        ("code__isnull=false", &[1, 2, 3, 4, 5]),
        ("code=", &[5]),
        ("code__istartswith=B", &[3, 4]),
        // What is special in LIKE and GLOB is not special here.
        ("name__contains=100%25", &[3]),
        ("name__contains=%25", &[3]),
        ("code__contains=_", &[4]),
        ("name__contains=*", &[5]),
        ("name__contains=[a]", &[]),
        ("name__icontains=%5C", &[]),
        ("name=a%2Cb%3B+c*", &[5]),
        // Integers.
        ("count=7", &[3]),
        ("count=-5", &[1]),
        // What is unknown is not equal, as Django's exclude() has it.
        ("count__ne=7", &[1, 2, 4, 5, 6]),
        ("count__in=0,10,-5", &[1, 2, 4]),
        ("count__gt=0", &[3, 4, 5]),
        ("count__gte=0", &[2, 3, 4, 5]),
        ("count__lt=0", &[1]),
        ("count__lte=0", &[1, 2]),
        ("count__range=0,10", &[2, 3, 4]),
        ("count__isnull=true", &[6]),
        ("count=9007199254740993", &[5]),
        ("count=9007199254740992", &[]),
        ("id__in=2,4", &[2, 4]),
        ("id__gte=5", &[5, 6]),
        // Reals.
        ("weight=2.5", &[3]),
        ("weight=1", &[2]),
        ("weight__gt=1.5", &[3, 4, 5]),
        ("weight__lt=1e10", &[1, 2, 3]),
        ("weight__range=0.5,1", &[1, 2]),
        ("weight__in=0.5,1e10", &[1, 4]),
        // Booleans.
        ("flag=true", &[1, 3, 5]),
        ("flag=false", &[2, 4]),
        ("flag=1", &[1, 3, 5]),
        ("flag__ne=true", &[2, 4, 6]),
        ("flag__isnull=true", &[6]),
        ("flag__in=true,false", &[1, 2, 3, 4, 5]),
        // Dates.
        ("day=2026-01-02", &[2]),
        ("day__gte=2026-02-01", &[3, 4, 5]),
        ("day__lt=2026-01-02", &[1]),
        ("day__range=2026-01-02,2026-12-31", &[2, 3, 4]),
        ("day__in=2026-01-01,2027-01-01", &[1, 5]),
        // Moments, in any offset.
        ("moment=2026-01-01T00:00:00Z", &[1]),
        ("moment=2026-01-01T02:00:00%2B02:00", &[1]),
        ("moment__gt=2026-02-01T12:30:00Z", &[4, 5]),
        ("moment__gte=2026-02-01T13:30:00%2B01:00", &[3, 4, 5]),
        ("moment__gt=2026-12-31T23:59:59Z", &[4, 5]),
        ("moment__lte=2026-12-31T23:59:59.500Z", &[1, 2, 3, 4]),
        ("moment__range=2026-01-02T00:00:00Z,2026-02-28T00:00:00Z", &[2, 3]),
        // Decimals are compared as numbers, not as texts.
        ("price=10", &[2]),
        ("price=10.00", &[2]),
        ("price__gt=9.5", &[2, 3, 4, 5]),
        ("price__lt=10", &[1]),
        ("price__gte=100", &[4, 5]),
        ("price__range=9,10.5", &[1, 2, 3]),
        ("price__in=9.5,100", &[1, 4]),
        ("price__isnull=true", &[6]),
        // UUIDs, in any case.
        ("ident=0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F13", &[3]),
        (
            "ident__in=0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f11,0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f12",
            &[1, 2],
        ),
        ("ident__isnull=true", &[6]),
        ("extra__isnull=true", &[6]),
        ("bytes__isnull=false", &[1, 2, 3, 4, 5]),
        // Several filters are all meant.
        ("flag=true&count__gt=0", &[3, 5]),
        ("name__icontains=apple&name__icontains=pie", &[2]),
        ("count__gte=0&count__lt=10&flag=false", &[2]),
        // A column that bears a parameter's name.
        ("limit__exact=3", &[1]),
        ("limit__isnull=true&limit=2", &[2, 3]),
    ] {
        assert_eq!(server.ids(&format!("/api/things/?{query}")), expected, "{query}");
    }
}

#[test]
fn a_value_that_the_column_cannot_hold_is_refused_under_the_parameters_name() {
    let server = things();
    for (query, parameter, message) in [
        ("count=seven", "count", "A valid integer is required."),
        ("count__in=1,x", "count__in", "A valid integer is required."),
        ("count__gt=", "count__gt", ""),
        ("count=9223372036854775808", "count", ""),
        ("count__range=1", "count__range", ""),
        ("count__range=1,2,3", "count__range", ""),
        ("weight=NaN", "weight", "A valid number is required."),
        ("weight__lt=heavy", "weight__lt", "A valid number is required."),
        ("flag=perhaps", "flag", "Must be a valid boolean."),
        ("flag__isnull=perhaps", "flag__isnull", ""),
        ("day__gte=2026-13-01", "day__gte", ""),
        ("day=2026-02-30", "day", ""),
        ("moment__gt=yesterday", "moment__gt", ""),
        ("price=dear", "price", "A valid number is required."),
        ("ident=nobody", "ident", "Must be a valid UUID."),
    ] {
        let answer = server.get(&format!("/api/things/?{query}"));
        assert_eq!(answer.status, 400, "{query} answered {}", answer.text());
        let errors = answer.json();
        let said = errors[parameter][0]
            .as_str()
            .unwrap_or_else(|| panic!("{query} answered {errors}"));
        assert!(said.contains(message), "{query} answered {said}");
    }
}

#[test]
fn an_unknown_lookup_is_refused_with_the_ones_there_are() {
    let server = things();
    for (parameter, allowed, missing) in [
        (
            "name__like",
            &["exact", "icontains", "startswith", "range", "isnull"][..],
            &[][..],
        ),
        ("name__", &["exact"], &[]),
        ("name__contains__exact", &["contains"], &[]),
        ("count__contains", &["gte", "range", "isnull"], &["icontains"]),
        ("weight__startswith", &["lt"], &["icontains"]),
        ("flag__gt", &["exact", "isnull"], &["range"]),
        ("day__icontains", &["gte"], &["endswith"]),
        ("extra__gt", &["isnull"], &["range"]),
        ("bytes__contains", &["isnull"], &["startswith"]),
    ] {
        let errors = server.get(&format!("/api/things/?{parameter}=1")).is(400).json();
        let said = errors[parameter][0]
            .as_str()
            .unwrap_or_else(|| panic!("{parameter} answered {errors}"));
        assert!(
            allowed.iter().all(|lookup| said.contains(lookup)),
            "{parameter} answered {said}"
        );
        assert!(
            !missing.iter().any(|lookup| said.contains(lookup)),
            "{parameter} answered {said}"
        );
    }
}

#[test]
fn an_unknown_parameter_is_refused_with_the_ones_there_are() {
    let server = things();
    for parameter in ["colour", "colour__in", "Name", "names", "id.name", "__in"] {
        let errors = server.get(&format!("/api/things/?{parameter}=1")).is(400).json();
        let said = errors[parameter][0]
            .as_str()
            .unwrap_or_else(|| panic!("{parameter} answered {errors}"));
        assert!(
            ["name", "count", "ordering", "limit", "search"]
                .iter()
                .all(|known| said.contains(known)),
            "{said}"
        );
    }
    let both = server.get("/api/things/?colour=red&size=2&count=x").is(400).json();
    assert!(
        both["colour"].is_array() && both["size"].is_array() && both["count"].is_array(),
        "{both}"
    );
}

#[test]
fn filters_also_count() {
    let server = things();
    let answer = server.get("/api/things/?flag=true&limit=1").is(200);
    assert_eq!(answer.header("x-total-count"), "3");
    assert_eq!(answer.json().as_array().map(Vec::len), Some(1));
    assert_eq!(
        server
            .get("/api/things/?name__ne=apple&limit=0")
            .is(200)
            .header("x-total-count"),
        "5"
    );
}
