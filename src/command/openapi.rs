//! `socle openapi`: prints the OpenAPI document of the current tables.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CommandError;
use crate::access::{Access, AccessLevel, PolicyStore};
use crate::clock::Rng;
use crate::config::Settings;
use crate::config_file::ConfigFile;
use crate::database::{Database, migrations};
use crate::openapi::{self, Rights};
use crate::schema::Catalog;

/// Applies pending migrations and prints the document of the database. When there is no database, the document is that
/// of a temporary one, so that nothing is created.
pub(super) fn run(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let file = ConfigFile::read(settings.config_dir.as_deref())?;
    let path = settings.database_url.path();
    let scratch = match path.exists() {
        true => None,
        false => Some(Scratch::new().map_err(CommandError::System)?),
    };
    let path = scratch.as_ref().map_or_else(|| path.to_path_buf(), Scratch::database);
    migrations::apply(&path, settings.config_dir.as_deref(), |_| {})?;
    let database = Database::open_for_reading(&path)?;
    // The document that an administrator gets: all tables but those hidden from everyone.
    let store = PolicyStore::open(file, Arc::new(Catalog::read(&database)?))?;
    let policy = store.current();
    let document = openapi::document(
        &store.catalog().seen_by(AccessLevel::Admin.into()),
        &Rights {
            policy: &policy,
            is_open: Access::new(database.clone(), Rng::SYSTEM).is_open()?,
        },
        &settings.app_title,
        &settings.app_version,
        None,
    );
    serde_json::to_writer_pretty(&mut *out, &document).map_err(|error| CommandError::Output(error.into()))?;
    writeln!(out).map_err(CommandError::Output)
}

/// A temporary folder, removed when the value is dropped.
struct Scratch(PathBuf);

impl Scratch {
    /// Creates the folder in the system's temporary folder or, as in an image without one, in `/dev/shm`.
    fn new() -> std::io::Result<Self> {
        let name = format!("socle-openapi-{}", std::process::id());
        let folders = [std::env::temp_dir().join(&name), Path::new("/dev/shm").join(&name)];
        let [first, second] = folders;
        match std::fs::create_dir(&first) {
            Ok(()) => Ok(Self(first)),
            Err(_) => std::fs::create_dir(&second).map(|()| Self(second)),
        }
    }

    fn database(&self) -> PathBuf {
        self.0.join("socle.db")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
