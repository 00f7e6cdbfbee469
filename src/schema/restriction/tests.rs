//! Restricted tables: indexes of columns still mean the same columns.

use std::sync::Arc;

use super::{Restriction, TableRestriction};
use crate::database::table_info::{ColumnInfo, ForeignKeyInfo, TableInfo};
use crate::schema::{Schema, ServerManaged, Table};

fn column(name: &str, declared: &str, key: u32) -> ColumnInfo {
    ColumnInfo {
        name: name.to_owned(),
        declared: declared.to_owned(),
        not_null: false,
        default: None,
        key,
        generated: false,
    }
}

fn reference(columns: &[&str], table: &str) -> ForeignKeyInfo {
    ForeignKeyInfo {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        table: table.to_owned(),
        references: columns.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn stock() -> Arc<Schema> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let stock = TableInfo {
        name: "stock".into(),
        is_view: false,
        has_rowid: true,
        has_triggers: false,
        broken: None,
        sql: "CREATE TABLE stock (x, CHECK (cost > 1), CHECK (code <> '' AND price > cost), CHECK (price > 5), \
              CHECK (place <> code))"
            .into(),
        columns: vec![
            column("cost", "INTEGER", 0),
            column("place", "TEXT", 2),
            column("created_at", "TIMESTAMP", 0),
            column("code", "TEXT", 1),
            column("price", "INTEGER", 0),
            column("updated_at", "TIMESTAMP", 0),
        ],
        foreign_keys: vec![
            reference(&["code", "place"], "shelves"),
            reference(&["cost", "price"], "costs"),
        ],
        unique: vec![
            names(&["code", "place"]),
            names(&["price"]),
            names(&["cost"]),
            names(&["cost", "code"]),
        ],
    };
    let mut other = stock.clone();
    other.name = "other".into();
    Arc::new(Schema::from_table_info(1, &[stock, other]))
}

fn cut(hidden: &[&str], read_only: &[&str]) -> Arc<Schema> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut restriction = Restriction::default();
    let columns = TableRestriction::Columns {
        hidden: owned(hidden),
        read_only: owned(read_only),
    };
    restriction.cut("Stock", columns);
    stock().restricted(&restriction)
}

fn names<'t>(table: &'t Table, indexes: &[usize]) -> Vec<&'t str> {
    indexes
        .iter()
        .map(|index| table.columns[*index].name.as_str())
        .collect()
}

#[test]
fn keys_rules_and_references_keep_their_columns() {
    let schema = cut(&["COST", "created_at"], &["price"]);
    let table = schema.at_path("stock").unwrap();
    assert_eq!(names(table, &[0, 1, 2, 3]), ["place", "code", "price", "updated_at"]);
    assert_eq!(names(table, &table.key), ["code", "place"]);
    let unique: Vec<_> = table.unique.iter().map(|columns| names(table, columns)).collect();
    assert_eq!(unique, [vec!["code", "place"], vec!["price"]]);
    let references: Vec<_> = table
        .foreign_keys
        .iter()
        .map(|key| names(table, &key.columns))
        .collect();
    assert_eq!(references, [["code", "place"]]);
    let checks: Vec<_> = table.checks.iter().map(|check| names(table, &check.columns)).collect();
    assert_eq!(checks, [vec!["price"], vec!["place", "code"]]);
    assert_eq!(names(table, &[table.checks[0].rules[0].0]), ["price"]);
    assert_eq!(
        (table.columns[2].server_managed, table.columns[1].server_managed),
        (Some(ServerManaged::ReadOnly), None)
    );
}

#[test]
fn times_that_are_hidden_are_still_kept_behind_the_columns() {
    let schema = cut(&["created_at", "cost"], &["updated_at"]);
    let table = schema.at_path("stock").unwrap();
    assert_eq!(table.hidden_timestamps.len(), 1);
    assert_eq!(
        table.at(table.columns.len()).map(|column| column.name.as_str()),
        Some("created_at")
    );
    assert!(table.column("created_at").is_none());
    assert_eq!(
        table.column("updated_at").unwrap().1.server_managed,
        Some(ServerManaged::Updated)
    );
}

#[test]
fn without_a_part_of_its_key_a_table_has_none() {
    let schema = cut(&["place"], &[]);
    let table = schema.at_path("stock").unwrap();
    assert!(table.key.is_empty() && !table.is_writable());
}

#[test]
fn what_is_left_alone_is_shared() {
    let whole = stock();
    assert!(Arc::ptr_eq(&whole, &whole.restricted(&Restriction::default())));
    let mut restriction = Restriction::default();
    restriction.cut("stock", TableRestriction::Whole);
    let seen = whole.restricted(&restriction);
    assert!(seen.at_path("stock").is_none() && seen.named("STOCK").is_none());
    assert!(Arc::ptr_eq(
        whole.at_path("other").unwrap(),
        seen.at_path("other").unwrap()
    ));
}
