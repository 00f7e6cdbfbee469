//! The state that handlers share, one for each server.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::connections::Connections;
use super::lifecycle::Lifecycle;
use super::openapi_cache::OpenApiCache;
use crate::access::{Access, PolicyStore};
use crate::clock::Clock;
use crate::config::{Roles, Settings};
use crate::database::Database;
use crate::database::migrations::Expected;
use crate::endpoints::Part;
use crate::jobs::Jobs;
use crate::records::Records;

/// Bodies above [`super::body`]'s size for small ones that are received at once; the rest wait, within their time.
const LARGE_BODIES: usize = 16;
/// Streams of events that are open at once; the rest are refused.
const EVENT_STREAMS: usize = 256;

/// The parts of the program that handlers call.
pub struct Services {
    /// The database.
    pub database: Database,
    /// Accounts, tokens and sessions.
    pub access: Access,
    /// Who may do what with which table, and the tables themselves.
    pub rules: Arc<PolicyStore>,
    /// The queue.
    pub jobs: Jobs,
    /// The migrations that the database must have.
    pub expected: Expected,
    /// The time.
    pub clock: Clock,
}

/// The state that handlers share.
pub struct App {
    pub(super) records: Records,
    pub(super) access: Access,
    pub(super) rules: Arc<PolicyStore>,
    pub(super) jobs: Jobs,
    pub(super) expected: Expected,
    pub(super) clock: Clock,
    pub(super) roles: Roles,
    pub(super) title: String,
    pub(super) version: String,
    pub(super) environment: String,
    pub(super) debug: bool,
    pub(super) max_body: u64,
    pub(super) port: u16,
    pub(super) lifecycle: Lifecycle,
    pub(super) connections: Arc<Connections>,
    pub(super) document: OpenApiCache,
    pub(super) large_bodies: Semaphore,
    pub(super) event_streams: Arc<Semaphore>,
}

impl App {
    pub(super) fn new(settings: Settings, services: Services, lifecycle: Lifecycle) -> Self {
        let catalog = services.rules.catalog().clone();
        Self {
            records: Records::new(services.database, catalog),
            access: services.access,
            rules: services.rules,
            jobs: services.jobs,
            expected: services.expected,
            clock: services.clock,
            roles: settings.roles,
            title: settings.app_title,
            version: settings.app_version,
            environment: settings.app_environment,
            debug: settings.debug,
            max_body: settings.max_body.0,
            port: settings.port,
            lifecycle,
            connections: Arc::new(Connections::new()),
            document: OpenApiCache::default(),
            large_bodies: Semaphore::new(LARGE_BODIES),
            event_streams: Arc::new(Semaphore::new(EVENT_STREAMS)),
        }
    }

    /// Whether this process serves a part of the endpoints.
    pub(super) fn serves(&self, part: Part) -> bool {
        match part {
            Part::Always => true,
            Part::Api => self.roles.api,
            Part::Pages => self.roles.pages,
        }
    }

    /// Whether strangers may write, as `/` and `/health` state it.
    pub(super) fn access_state(&self) -> &'static str {
        match self.access.is_open() {
            Ok(true) => "open",
            Ok(false) => "closed",
            Err(_) => "unknown",
        }
    }
}
