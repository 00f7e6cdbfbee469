//! Cron expressions in a time zone, including the changes to and from daylight saving time.
//!
//! The `croner` crate parses expressions and enumerates the local times that match. This module maps local times to instants
//! by the rules of Vixie's cron and `crontab(5)`:
//! - An expression for times of day ticks once for each local time: one that a change skips ticks at the instant of the
//!   change, and one that a change repeats ticks the first time.
//! - An expression that ticks around the clock (every hour, or `*` in its minutes) follows elapsed time: a skipped local time
//!   does not tick, and a repeated one ticks twice.

use croner::Cron as Pattern;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

use super::TimingError;

/// The fields in their order: name, allowed values, and allowed letters.
const FIELDS: [(&str, &str, &str); 5] = [
    ("minute", "0-59", ""),
    ("hour", "0-23", ""),
    (
        "day of the month",
        "1-31, L (the last), 15W (the weekday closest to the 15th)",
        "LW?",
    ),
    ("month", "1-12 or JAN-DEC", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    (
        "day of the week",
        "0-7 or SUN-SAT (0 and 7 are Sunday), 1#2 (the second Monday), 5L (the last Friday)",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ#?",
    ),
];
/// The most characters of an expression.
const MAX_LENGTH: usize = 200;
/// The most local times that a search examines: more minutes than any change repeats.
const MAX_LOCAL_TIMES: usize = 1_500;

/// A cron expression with five fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Cron {
    pattern: Pattern,
    /// The expression as given, with single spaces.
    text: String,
    /// Whether it ticks around the clock rather than at times of day.
    follows_elapsed_time: bool,
}

impl Cron {
    /// Parses five fields, or `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`.
    ///
    /// # Errors
    /// The invalid field and what it allows; also an expression that matches no date, such as 30 February.
    pub fn parse(text: &str) -> Result<Self, TimingError> {
        if text.len() > MAX_LENGTH {
            return Err(TimingError::cron(format!(
                "Ensure this field has no more than {MAX_LENGTH} characters."
            )));
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expanded = expanded(&text)?.to_ascii_uppercase();
        let fields: Vec<&str> = expanded.split(' ').collect();
        let [minute, _, day, _, weekday] = fields.as_slice() else {
            let message = "Give five fields (minute, hour, day of the month, month, day of the week), such as \"30 2 * * *\", or \
                        @hourly, @daily, @weekly, @monthly, @yearly. For seconds there is \"every\".";
            return Err(TimingError::cron(message));
        };
        for (index, field) in fields.iter().enumerate() {
            check(index, field)?;
        }
        // crontab(5): a match of either day field suffices, unless one of them begins with a star; then both must match.
        let both = day.starts_with(['*', '?']) || weekday.starts_with(['*', '?']);
        let pattern = parser(both)
            .parse(&expanded)
            .map_err(|error| TimingError::cron(error.to_string()))?;
        let cron = Self {
            follows_elapsed_time: minute.starts_with('*') || pattern.pattern.hours.values().len() == 24,
            pattern,
            text,
        };
        match cron.local_time_after(DateTime::constant(2000, 1, 1, 0, 0, 0, 0)) {
            Some(_) => Ok(cron),
            None => Err(TimingError::cron(
                "There is no such day in any year: this would never run.",
            )),
        }
    }

    /// The expression as given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first tick after `time`, if any.
    pub fn next_after(&self, time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self.follows_elapsed_time {
            true => self.next_in_elapsed_time(time, zone),
            false => self.next_by_local_time(time, zone),
        }
    }

    /// Each local time ticks once: at its first instant, or at the change that skips it.
    fn next_by_local_time(&self, time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut local = zone.to_datetime(time);
        for _ in 0..MAX_LOCAL_TIMES {
            local = self.local_time_after(local)?;
            let instant = match zone.to_ambiguous_timestamp(local).offset() {
                AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok()?,
                AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok()?,
                AmbiguousOffset::Gap { before, after } => {
                    // With the offset before the change, a skipped local time lies after it; with the other, before it.
                    let early = after.to_timestamp(local).ok()?;
                    let late = before.to_timestamp(local).ok()?;
                    let jump = zone.following(early).next().map(|jump| jump.timestamp());
                    jump.filter(|jump| *jump <= late).unwrap_or(late)
                }
            };
            // In a repeated hour, the first instants of its local times are already past.
            if instant > time {
                return Some(instant);
            }
        }
        None
    }

    /// Searches each span of constant offset in turn.
    fn next_in_elapsed_time(&self, time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut from = zone.to_offset(time).to_datetime(time);
        let mut offset = zone.to_offset(time);
        let mut changes = zone.following(time);
        loop {
            let change = changes.next();
            let instant = self
                .local_time_after(from)
                .and_then(|local| offset.to_timestamp(local).ok());
            let Some(change) = change else {
                return instant;
            };
            if let Some(instant) = instant.filter(|instant| *instant < change.timestamp()) {
                return Some(instant);
            }
            offset = change.offset();
            let begins = offset.to_datetime(change.timestamp());
            // The instant of the change itself may tick.
            from = begins.checked_sub(Span::new().seconds(1)).ok()?;
            instant?;
        }
    }

    /// The next matching local time.
    fn local_time_after(&self, local: DateTime) -> Option<DateTime> {
        self.pattern.find_next_occurrence(&local, false).ok()
    }
}

fn parser(both_days: bool) -> CronParser {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed);
    parser.dom_and_dow(both_days).build()
}

/// The five fields of a nickname; any other expression unchanged.
fn expanded(text: &str) -> Result<&str, TimingError> {
    match text.to_ascii_lowercase().as_str() {
        "@hourly" => Ok("0 * * * *"),
        "@daily" | "@midnight" => Ok("0 0 * * *"),
        "@weekly" => Ok("0 0 * * 0"),
        "@monthly" => Ok("0 0 1 * *"),
        "@yearly" | "@annually" => Ok("0 0 1 1 *"),
        nickname if nickname.starts_with('@') => Err(TimingError::cron(
            "Of the nicknames there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually.",
        )),
        _ => Ok(text),
    }
}

/// Validates a field alone, so that an error can name it.
fn check(index: usize, field: &str) -> Result<(), TimingError> {
    let Some((name, allowed, letters)) = FIELDS.get(index) else {
        return Ok(());
    };
    let invalid = || {
        TimingError::cron(format!(
            "\"{}\" is no {name}: it takes {allowed}, * for all, lists (1,2), ranges (1-5) and steps (*/5).",
            field.escape_debug()
        ))
    };
    let is_known = |letter: char| letter.is_ascii_digit() || "*,-/".contains(letter) || letters.contains(letter);
    if !field.chars().all(is_known) || field.split(',').any(str::is_empty) {
        return Err(invalid());
    }
    let mut alone = ["*"; 5];
    if let Some(own) = alone.get_mut(index) {
        *own = field;
    }
    parser(false).parse(&alone.join(" ")).map(drop).map_err(|_| invalid())
}

#[cfg(test)]
mod tests;
