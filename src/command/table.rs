//! Tables that commands print, and their cells.

use std::io::{self, Write};

use jiff::{Timestamp, Unit};

/// A time in milliseconds since 1970, to the second; a dash for none.
pub(super) fn time(milliseconds: Option<i64>) -> String {
    let time = milliseconds.and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok());
    let time = time.and_then(|time| time.round(Unit::Second).ok());
    time.map_or_else(|| "-".to_owned(), |time| time.to_string())
}

/// Prints rows under their heads, each column as wide as its widest cell.
pub(super) fn print<const N: usize>(heads: [&str; N], rows: &[[String; N]], out: &mut dyn Write) -> io::Result<()> {
    let heads = heads.map(str::to_owned);
    let lines = || std::iter::once(&heads).chain(rows);
    let mut widths = [0; N];
    for line in lines() {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for line in lines() {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
