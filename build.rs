//! Builds again when a migration is added: the macro that embeds them is not run for a new file otherwise.

#![allow(clippy::print_stdout)] // how a build script speaks to cargo

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
