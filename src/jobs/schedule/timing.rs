//! The timing of a schedule: a cron expression in a time zone, or a fixed interval.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::{Cron, Interval, TimingError};
use crate::clock::UnixMillis;

/// The default time zone of cron expressions.
pub const DEFAULT_ZONE: &str = "UTC";

/// The time zone database built into the binary: the same in every process, and there in images without zone files.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// When a schedule ticks.
#[derive(Debug, Clone, PartialEq)]
pub enum Timing {
    /// At the local times of a cron expression.
    Cron {
        /// The expression.
        cron: Box<Cron>,
        /// The zone.
        zone: TimeZone,
    },
    /// At a fixed interval.
    Interval(Interval),
}

impl Timing {
    /// Parses the fields of a file or a request: either `cron`, with or without a time zone, or `every`.
    ///
    /// # Errors
    /// The first invalid field.
    pub fn parse(cron: Option<&str>, every: Option<&str>, zone: Option<&str>) -> Result<Self, TimingError> {
        match (cron, every) {
            (Some(cron), None) => Ok(Self::Cron {
                cron: Box::new(Cron::parse(cron)?),
                zone: zone_named(zone.unwrap_or(DEFAULT_ZONE))?,
            }),
            (None, Some(_)) if zone.is_some() => Err(TimingError::zone(
                "Only \"cron\" has a time zone: \"every\" is the same anywhere.",
            )),
            (None, Some(every)) => Ok(Self::Interval(every.parse()?)),
            (Some(_), Some(_)) => Err(TimingError::every("Give \"cron\" or \"every\", not both.")),
            (None, None) => Err(TimingError::cron(
                "Give \"cron\", such as \"30 2 * * *\", or \"every\", such as \"1h\".",
            )),
        }
    }

    /// The first tick after `time`, if any. Intervals count from `anchor`.
    pub fn next_after(&self, time: UnixMillis, anchor: UnixMillis) -> Option<UnixMillis> {
        match self {
            Self::Cron { cron, zone } => {
                let time = Timestamp::from_millisecond(time.0).ok()?;
                cron.next_after(time, zone).map(UnixMillis::from)
            }
            Self::Interval(every) => Some(UnixMillis(every.next_after(anchor.0, time.0))),
        }
    }

    /// The cron expression, if it is one.
    pub fn cron(&self) -> Option<&str> {
        match self {
            Self::Cron { cron, .. } => Some(cron.text()),
            Self::Interval(_) => None,
        }
    }

    /// The interval, if it is one.
    pub fn every(&self) -> Option<String> {
        match self {
            Self::Cron { .. } => None,
            Self::Interval(every) => Some(every.to_string()),
        }
    }

    /// The name of the time zone, if it has one.
    pub fn zone_name(&self) -> Option<&str> {
        match self {
            Self::Cron { zone, .. } => zone.iana_name(),
            Self::Interval(_) => None,
        }
    }

    /// The time zone in which ticks are shown.
    pub fn zone(&self) -> TimeZone {
        match self {
            Self::Cron { zone, .. } => zone.clone(),
            Self::Interval(_) => TimeZone::UTC,
        }
    }
}

fn zone_named(name: &str) -> Result<TimeZone, TimingError> {
    ZONES
        .get(name)
        .ok()
        .filter(|zone| zone.iana_name().is_some())
        .ok_or_else(|| {
            TimingError::zone(
                "There is no such time zone. Give a name of the IANA's, such as Europe/Paris, America/New_York or UTC.",
            )
        })
}
