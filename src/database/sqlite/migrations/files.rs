//! The migration files: those embedded in the binary and those in `CONFIG_DIR`.

use std::io::ErrorKind;
use std::path::Path;

use refinery::Migration;

use super::MigrationError;
use super::history::History;

mod embedded {
    //! The content of `migrations/sqlite/`, embedded at build time.
    #![allow(missing_docs, unreachable_pub, clippy::unwrap_used)] // the macro's own code
    refinery::embed_migrations!("migrations/sqlite");
}

/// A migration with its file.
#[derive(Debug, Clone)]
pub(super) struct MigrationFile {
    /// The name of the file, such as `V1__items.sql`.
    pub(super) name: String,
    /// The name for messages: with its folder, or marked as built in.
    pub(super) described: String,
    /// The number, name, text and checksum.
    pub(super) migration: Migration,
}

/// All migration files, by history and number.
#[derive(Debug, Clone)]
pub(super) struct Files {
    built_in: Vec<MigrationFile>,
    config: Vec<MigrationFile>,
    /// The path of `CONFIG_DIR`, for messages.
    pub(super) config_dir: Option<String>,
}

impl Files {
    /// Reads the files of the folder and adds the embedded ones.
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

    /// The highest number of each history; histories without files are left out.
    pub(super) fn latest(&self) -> Vec<(History, i32)> {
        let latest = |history| self.of(history).last().map(|file| (history, file.migration.version()));
        History::ALL.into_iter().filter_map(latest).collect()
    }

    /// Checks that the numbers of each history are 1, 2, 3, …
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

/// Reads the migrations of a folder, without its subfolders.
///
/// In a mounted ConfigMap each file is a symbolic link into `..data`, itself a link to a dated folder: links are followed,
/// and names that begin with a dot are ignored. Files that are no migrations are ignored; SQL files among them are logged.
fn read_folder(folder: &Path) -> Result<Vec<MigrationFile>, MigrationError> {
    let unreadable = |error: std::io::Error| MigrationError::Unreadable {
        what: format!("CONFIG_DIR {}", folder.display()),
        message: error.to_string(),
        uid: nix::unistd::geteuid().as_raw(),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Some(name) = entry.file_name().to_str().map(ToOwned::to_owned) else {
            continue;
        };
        let path = entry.path();
        match FileName::parse(&name) {
            FileName::Other => {}
            FileName::Misnamed => tracing::warn!(
                "{} is ignored: migrations are named V1__name.sql, V2__name.sql, …",
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
            message: error.to_string(),
            uid: nix::unistd::geteuid().as_raw(),
        },
    })?;
    if sql.contains('\0') {
        return Err(not_text("it contains NUL bytes, as UTF-16 does"));
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

/// Checks that the numbers are 1, 2, 3, …; the files are sorted and no number occurs twice.
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

/// The kind of a file, by its name.
#[derive(Debug, PartialEq, Eq)]
enum FileName {
    /// `V<number>__<label>.sql`. The label is as in the history, with letters, digits and underscores only.
    Migration { number: String, label: String },
    /// A SQL file with another name, which is probably meant as a migration.
    Misnamed,
    /// Any other file.
    Other,
}

impl FileName {
    fn parse(name: &str) -> Self {
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
            _ => Self::Misnamed,
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
    fn a_migration_is_recognised_by_its_name() {
        let migration = |number: &str, label: &str| FileName::Migration {
            number: number.into(),
            label: label.into(),
        };
        assert_eq!(FileName::parse("V1__books.sql"), migration("1", "books"));
        assert_eq!(
            FileName::parse("V012__add-loans v2.sql"),
            migration("012", "add_loans_v2")
        );
        assert_eq!(FileName::parse("V2__données.sql"), migration("2", "données"));
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
            assert_eq!(FileName::parse(name), FileName::Misnamed, "{name}");
        }
        for name in [
            "..data",
            ".V1__a.sql",
            "socle.toml",
            "V1__a.sql~",
            "V1__a.sql.bak",
            "V1__a",
        ] {
            assert_eq!(FileName::parse(name), FileName::Other, "{name}");
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
