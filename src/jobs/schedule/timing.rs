//! When a schedule ticks: by a cron expression on the clock of a time zone, or every so often.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::{Cron, Interval};
use crate::clock::UnixMillis;

/// The time zone of a cron expression that names none.
pub const DEFAULT_ZONE: &str = "UTC";

/// The zones as they were when this program was built: the same for every process, whatever its image holds.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Why this is no timing: the field that is wrong, and what it allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct TimingError {
    /// `cron`, `every` or `timezone`.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl TimingError {
    pub(super) fn cron(message: impl Into<String>) -> Self {
        Self {
            field: "cron",
            message: message.into(),
        }
    }

    pub(super) fn every(message: impl Into<String>) -> Self {
        Self {
            field: "every",
            message: message.into(),
        }
    }

    fn zone(message: impl Into<String>) -> Self {
        Self {
            field: "timezone",
            message: message.into(),
        }
    }
}

/// When a schedule ticks.
#[derive(Debug, Clone, PartialEq)]
pub enum Timing {
    /// At the times of a cron expression, on the clock of a time zone.
    Cron {
        /// The expression.
        cron: Box<Cron>,
        /// The zone.
        zone: TimeZone,
    },
    /// Every so often.
    Interval(Interval),
}

impl Timing {
    /// Reads what a file or a request says: one of `cron` and `every`, and the time zone of the former.
    ///
    /// # Errors
    /// What is wrong, by field.
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

    /// The first tick after `time`; none when none is left in the calendar. `every` counts from `anchor`.
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

    /// The stretch between two ticks, if it is always the same.
    pub fn every(&self) -> Option<String> {
        match self {
            Self::Cron { .. } => None,
            Self::Interval(every) => Some(every.to_string()),
        }
    }

    /// The time zone's name, if it has one.
    pub fn zone_name(&self) -> Option<&str> {
        match self {
            Self::Cron { zone, .. } => zone.iana_name(),
            Self::Interval(_) => None,
        }
    }

    /// The zone whose clock people read its ticks from.
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
