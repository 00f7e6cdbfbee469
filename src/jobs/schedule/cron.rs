//! A cron expression on the clock of a time zone: when it ticks next, also where clocks are put forward or back.
//!
//! What the fields mean is the `croner` crate's business, which walks over readings of a clock. What a reading is in
//! real time is decided here, as Vixie's cron and `crontab(5)` have it:
//! - An expression that ticks at times of the day ticks once for each reading: one that is skipped when clocks are put
//!   forward counts at the moment after the jump, and one that comes twice when they are put back counts the first time.
//! - An expression that ticks around the clock (every hour, or `*` in its minutes) follows real time: what is skipped does
//!   not tick, and what comes twice ticks twice.

use croner::Cron as Pattern;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

use super::TimingError;

/// What each field is called and what it allows, in their order.
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
/// The longest expression taken.
const LONGEST: usize = 200;
/// Readings looked at before a search is given up: more minutes than have ever come twice.
const READINGS: usize = 1_500;

/// A cron expression with five fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Cron {
    pattern: Pattern,
    /// As it was given, with single spaces.
    text: String,
    /// Whether it ticks around the clock rather than at times of the day.
    follows_real_time: bool,
}

impl Cron {
    /// Reads five fields, or `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`.
    ///
    /// # Errors
    /// Which field is wrong and what it allows; also that the expression means no moment at all, as 30 February.
    pub fn parse(text: &str) -> Result<Self, TimingError> {
        if text.len() > LONGEST {
            return Err(TimingError::cron(format!(
                "Ensure this field has no more than {LONGEST} characters."
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
        for (place, field) in fields.iter().enumerate() {
            check(place, field)?;
        }
        // crontab(5): either day counts, unless one of the two fields begins with a star; then both must fit.
        let both = day.starts_with(['*', '?']) || weekday.starts_with(['*', '?']);
        let pattern = parser(both)
            .parse(&expanded)
            .map_err(|error| TimingError::cron(error.to_string()))?;
        let cron = Self {
            follows_real_time: minute.starts_with('*') || pattern.pattern.hours.values().len() == 24,
            pattern,
            text,
        };
        match cron.reading_after(DateTime::constant(2000, 1, 1, 0, 0, 0, 0)) {
            Some(_) => Ok(cron),
            None => Err(TimingError::cron(
                "There is no such day in any year: this would never run.",
            )),
        }
    }

    /// The expression as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first tick after `time`; none in what is left of the calendar.
    pub fn next_after(&self, time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self.follows_real_time {
            true => self.next_in_real_time(time, zone),
            false => self.next_by_reading(time, zone),
        }
    }

    /// Every reading counts once, at its first moment or right after the jump that skips it.
    fn next_by_reading(&self, time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut reading = zone.to_datetime(time);
        for _ in 0..READINGS {
            reading = self.reading_after(reading)?;
            let moment = match zone.to_ambiguous_timestamp(reading).offset() {
                AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(reading).ok()?,
                AmbiguousOffset::Fold { before, .. } => before.to_timestamp(reading).ok()?,
                AmbiguousOffset::Gap { before, after } => {
                    // Read with the offset that ends, a skipped reading lies behind the jump; with the other, before it.
                    let early = after.to_timestamp(reading).ok()?;
                    let late = before.to_timestamp(reading).ok()?;
                    let jump = zone.following(early).next().map(|jump| jump.timestamp());
                    jump.filter(|jump| *jump <= late).unwrap_or(late)
                }
            };
            // In an hour that comes twice, readings of its first time lie behind.
            if moment > time {
                return Some(moment);
            }
        }
        None
    }

    /// Between two changes of the offset a clock and real time agree.
    fn next_in_real_time(&self, time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut from = zone.to_offset(time).to_datetime(time);
        let mut offset = zone.to_offset(time);
        let mut changes = zone.following(time);
        loop {
            let change = changes.next();
            let moment = self
                .reading_after(from)
                .and_then(|reading| offset.to_timestamp(reading).ok());
            let Some(change) = change else {
                return moment;
            };
            if let Some(moment) = moment.filter(|moment| *moment < change.timestamp()) {
                return Some(moment);
            }
            offset = change.offset();
            let begins = offset.to_datetime(change.timestamp());
            // The moment of the change itself may tick.
            from = begins.checked_sub(Span::new().seconds(1)).ok()?;
            moment?;
        }
    }

    /// The next reading of a clock, later than this one, that the expression means.
    fn reading_after(&self, reading: DateTime) -> Option<DateTime> {
        self.pattern.find_next_occurrence(&reading, false).ok()
    }
}

fn parser(both_days: bool) -> CronParser {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed);
    parser.dom_and_dow(both_days).build()
}

/// The five fields of a nickname; anything else as it is.
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

/// Looks at a field by itself, so that it can be named.
fn check(place: usize, field: &str) -> Result<(), TimingError> {
    let Some((name, allowed, letters)) = FIELDS.get(place) else {
        return Ok(());
    };
    let refused = || {
        TimingError::cron(format!(
            "\"{}\" is no {name}: it takes {allowed}, * for all, lists (1,2), ranges (1-5) and steps (*/5).",
            field.escape_debug()
        ))
    };
    let is_known = |letter: char| letter.is_ascii_digit() || "*,-/".contains(letter) || letters.contains(letter);
    if !field.chars().all(is_known) || field.split(',').any(str::is_empty) {
        return Err(refused());
    }
    let mut alone = ["*"; 5];
    if let Some(own) = alone.get_mut(place) {
        *own = field;
    }
    parser(false).parse(&alone.join(" ")).map(drop).map_err(|_| refused())
}

#[cfg(test)]
mod tests;
