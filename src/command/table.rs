//! Lists that commands print: columns under their heads.

use std::io::{self, Write};

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
