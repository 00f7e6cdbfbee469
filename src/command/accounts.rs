//! What `socle user` and `socle token` share: the accounts of the configured database, beside a server or without one.

use std::time::Duration;

use jiff::{Timestamp, Unit};

use super::error::CommandError;
use super::random;
use crate::access::Access;
use crate::config::Settings;
use crate::database::migrations;
use crate::database::{Database, Options};

/// How long closing the database may take.
const CLOSING: Duration = Duration::from_secs(5);

/// Brings the database up to date, opens it, and does something with its accounts.
pub(super) fn with_access<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Access) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let path = settings.database_url.path();
    migrations::apply(path, settings.config_dir.as_deref(), |_| {})?;
    let database = Database::open(&Options {
        path: path.to_path_buf(),
        synchronous: settings.sqlite_synchronous,
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.map_err(CommandError::System)?.block_on(async {
        let access = Access::new(database.clone(), random::fill);
        let done = work(&access).await;
        // What was answered is on disk; this only tidies up.
        let _ = tokio::time::timeout(CLOSING, database.close()).await;
        done
    })
}

/// A moment that is kept in milliseconds, to the second; a dash for none.
pub(super) fn moment(milliseconds: Option<i64>) -> String {
    let moment = milliseconds.and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok());
    let moment = moment.and_then(|moment| moment.round(Unit::Second).ok());
    moment.map_or_else(|| "-".to_owned(), |moment| moment.to_string())
}
