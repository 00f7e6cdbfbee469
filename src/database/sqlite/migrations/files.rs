//! The migration files there are: those embedded in the binary and those in `CONFIG_DIR`.

use std::io::ErrorKind;
use std::path::Path;

use refinery::Migration;

use super::MigrationError;
use super::history::History;

mod embedded {
    //! `migrations/sqlite/`, as it was when this binary was built.
    #![allow(missing_docs, unreachable_pub, clippy::unwrap_used)] // the macro's own code
    refinery::embed_migrations!("migrations/sqlite");
}

/// One migration and the file it comes from.
#[derive(Debug, Clone)]
pub(super) struct MigrationFile {
    /// The file's name, such as `V1__items.sql`.
    pub(super) name: String,
    /// How messages call it: with its folder, or as built in.
    pub(super) described: String,
    /// Its number, name, text and checksum.
    pub(super) migration: Migration,
}

/// Every migration file, by history and number.
#[derive(Debug, Clone)]
pub(super) struct Files {
    built_in: Vec<MigrationFile>,
    config: Vec<MigrationFile>,
    /// The folder of the second list, for messages.
    pub(super) config_dir: Option<String>,
}

impl Files {
    /// Takes the embedded files and reads those of the folder.
    pub(super) fn read(config_dir: Option<&Path>) -> Result<Self, MigrationError> {
        Ok(Self {
            built_in: built_in(),
            config: config_dir.map_or_else(|| Ok(Vec::new()), read_folder)?,
            config_dir: config_dir.map(|folder| folder.display().to_string()),
        })
    }

    pub(super) fn of(&self, history: History) -> &[MigrationFile] {
        match history {
            History::BuiltIn => &self.built_in,
            History::Config => &self.config,
        }
    }

    /// The highest number of each history that has files.
    pub(super) fn latest(&self) -> Vec<(History, i32)> {
        let latest = |history| self.of(history).last().map(|file| (history, file.migration.version()));
        History::ALL.into_iter().filter_map(latest).collect()
    }

    /// Whether the numbers run 1, 2, 3, … in each history.
    pub(super) fn check_order(&self) -> Result<(), MigrationError> {
        History::ALL
            .into_iter()
            .try_for_each(|history| check_order(self.of(history)))
    }
}

fn built_in() -> Vec<MigrationFile> {
    let mut migrations = embedded::migrations::runner().get_migrations().clone();
    migrations.sort();
    let file = |migration: Migration| MigrationFile {
        name: format!("{migration}.sql"),
        described: format!("{migration}.sql (built in)"),
        migration,
    };
    migrations.into_iter().map(file).collect()
}

/// Reads the migrations that lie directly in a folder.
///
/// A mounted ConfigMap is such a folder: each name is a symbolic link into `..data`, itself a link to a dated folder.
/// Links are followed, names that begin with a dot are not looked at, and files that are no migrations are left alone.
fn read_folder(folder: &Path) -> Result<Vec<MigrationFile>, MigrationError> {
    let unreadable = |error: std::io::Error| MigrationError::Unreadable {
        what: format!("CONFIG_DIR {}", folder.display()),
        words: error.to_string(),
        uid: nix::unistd::geteuid().as_raw(),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Some(name) = entry.file_name().to_str().map(ToOwned::to_owned) else {
            continue;
        };
        let path = entry.path();
        match FileName::read(&name) {
            FileName::Other => {}
            FileName::Almost => tracing::warn!(
                "{} is left alone: files with tables are called V1__name.sql, V2__name.sql, …",
                path.display()
            ),
            FileName::Migration { .. } if path.is_dir() => {}
            FileName::Migration { number, label } => files.push(read_file(&path, name, &number, &label)?),
        }
    }
    files.sort_by_key(|file| file.migration.version());
    match files
        .windows(2)
        .find(|pair| matches!(pair, [a, b] if a.migration.version() == b.migration.version()))
    {
        Some([first, second]) => Err(MigrationError::Duplicate {
            first: first.described.clone(),
            second: second.name.clone(),
        }),
        _ => Ok(files),
    }
}

fn read_file(path: &Path, name: String, number: &str, label: &str) -> Result<MigrationFile, MigrationError> {
    let described = path.display().to_string();
    let not_text = |why| MigrationError::NotText {
        file: described.clone(),
        why,
    };
    let sql = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => not_text("it is not UTF-8"),
        _ => MigrationError::Unreadable {
            what: described.clone(),
            words: error.to_string(),
            uid: nix::unistd::geteuid().as_raw(),
        },
    })?;
    if sql.contains('\0') {
        return Err(not_text("it holds NUL bytes, as UTF-16 does"));
    }
    match Migration::unapplied(&format!("V{number}__{label}"), &sql) {
        Ok(migration) => Ok(MigrationFile {
            name,
            described,
            migration,
        }),
        Err(_) => Err(MigrationError::Number { file: described }),
    }
}

/// Refuses numbers that do not run 1, 2, 3, …; the files are in order and have no number twice.
fn check_order(files: &[MigrationFile]) -> Result<(), MigrationError> {
    for (file, expected) in files.iter().zip(1..) {
        if file.migration.version() < 1 {
            return Err(MigrationError::Number {
                file: file.described.clone(),
            });
        }
        if file.migration.version() != expected {
            return Err(MigrationError::Gap {
                file: file.described.clone(),
                missing: expected,
                label: file.migration.name().to_owned(),
            });
        }
    }
    Ok(())
}

/// What a file's name says it is.
#[derive(Debug, PartialEq, Eq)]
enum FileName {
    /// `V<number>__<label>.sql`; the label as the history keeps it, letters, digits and underscores only.
    Migration { number: String, label: String },
    /// SQL, but not so named: worth a warning.
    Almost,
    /// None of our business.
    Other,
}

impl FileName {
    fn read(name: &str) -> Self {
        if name.starts_with('.') || !name.to_ascii_lowercase().ends_with(".sql") {
            return Self::Other;
        }
        let parts = name
            .strip_prefix('V')
            .and_then(|rest| rest.strip_suffix(".sql"))
            .and_then(|rest| rest.split_once("__"));
        match parts {
            Some((number, label)) if is_number(number) && !label.is_empty() => Self::Migration {
                number: number.to_owned(),
                label: label.replace(|c: char| !(c.is_alphabetic() || c.is_ascii_digit()), "_"),
            },
            _ => Self::Almost,
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_known_by_its_name() {
        let migration = |number: &str, label: &str| FileName::Migration {
            number: number.into(),
            label: label.into(),
        };
        assert_eq!(FileName::read("V1__books.sql"), migration("1", "books"));
        assert_eq!(
            FileName::read("V012__add-loans v2.sql"),
            migration("012", "add_loans_v2")
        );
        assert_eq!(FileName::read("V2__données.sql"), migration("2", "données"));
        for name in [
            "v1__books.sql",
            "V1_books.sql",
            "V1__.sql",
            "Vx__a.sql",
            "V__a.sql",
            "V1.5__a.sql",
            "V1__a.SQL",
            "seed.sql",
        ] {
            assert_eq!(FileName::read(name), FileName::Almost, "{name}");
        }
        for name in [
            "..data",
            ".V1__a.sql",
            "socle.toml",
            "V1__a.sql~",
            "V1__a.sql.bak",
            "V1__a",
        ] {
            assert_eq!(FileName::read(name), FileName::Other, "{name}");
        }
    }

    #[test]
    fn the_embedded_files_are_in_order() {
        let files = Files::read(None).unwrap();
        assert!(files.check_order().is_ok());
        assert_eq!(
            files.of(History::BuiltIn).first().map(|file| file.name.as_str()),
            Some("V1__items.sql")
        );
    }
}
