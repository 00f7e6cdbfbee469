//! Dates and moments as clients write them, read strictly.

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// Reads a moment as [`moment`] does, rounded to the microsecond. `None` for years that four digits do not hold.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let moment = moment(text)?;
    let moment = match moment.subsec_nanosecond() % 1000 {
        0 => moment,
        _ => moment.round(Unit::Microsecond).ok()?,
    };
    (0..=9999)
        .contains(&TimeZone::UTC.to_datetime(moment).year())
        .then_some(moment)
}

/// Reads RFC 3339 (`2026-01-31T12:00:00.5+01:00`; a space for the T, no seconds, or no offset, which means UTC, are
/// taken as well).
pub fn moment(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone)?;
    if !is_date(date) || !is_clock(clock) || !is_zone(zone) {
        return None;
    }
    let clock = if clock.len() == 5 {
        format!("{clock}:00")
    } else {
        clock.to_owned()
    };
    match zone {
        "" | "Z" | "z" => format!("{date}T{clock}")
            .parse::<civil::DateTime>()
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|moment| moment.timestamp()),
        zone => format!("{date}T{clock}{zone}").parse::<Timestamp>().ok(),
    }
}

/// Reads a day that exists, written `YYYY-MM-DD`.
pub fn date(text: &str) -> Option<civil::Date> {
    is_date(text).then(|| text.parse().ok()).flatten()
}

fn is_date(text: &str) -> bool {
    shaped(text, "0000-00-00")
}

fn is_clock(text: &str) -> bool {
    match text.split_once('.') {
        Some((clock, fraction)) => {
            shaped(clock, "00:00:00")
                && (1..=9).contains(&fraction.len())
                && fraction.bytes().all(|b| b.is_ascii_digit())
        }
        None => shaped(text, "00:00:00") || shaped(text, "00:00"),
    }
}

fn is_zone(text: &str) -> bool {
    let is_offset = |offset: &str| shaped(offset, "00:00") && offset < "24:00" && offset.get(3..) < Some("60");
    matches!(text, "" | "Z" | "z") || is_offset(text.get(1..).unwrap_or(""))
}

fn shaped(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

#[cfg(test)]
mod tests {
    use super::{date, timestamp};

    #[test]
    fn moments_are_read_in_utc_to_the_microsecond() {
        let cases = [
            ("2026-01-31T12:00:00Z", Some("2026-01-31T12:00:00Z")),
            ("2026-01-31T12:00:00+02:00", Some("2026-01-31T10:00:00Z")),
            ("2026-01-31 12:00:00.5", Some("2026-01-31T12:00:00.5Z")),
            ("2026-01-31T12:00:00.1234567", Some("2026-01-31T12:00:00.123457Z")),
            ("9999-12-31T23:59:59.9999999", None),
            ("2026-01-31T12:00", Some("2026-01-31T12:00:00Z")),
            ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
            ("0000-01-01T00:00:00+01:00", None),
            ("2026-02-30T12:00:00Z", None),
            ("2026-01-31T25:00:00Z", None),
            ("2026-01-31T00:00:00+25:00", None),
            ("2026-01-31T00:00:00+01:60", None),
            ("20260131T120000Z", None),
            ("2026-01-31", None),
            ("yesterday", None),
        ];
        for (given, read) in cases {
            assert_eq!(
                timestamp(given).map(|moment| moment.to_string()).as_deref(),
                read,
                "{given}"
            );
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(date("2024-02-29").is_some());
        assert!(date("2025-02-29").is_none());
        assert!(date("2025-2-9").is_none());
    }
}
