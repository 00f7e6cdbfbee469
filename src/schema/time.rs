//! Dates and moments: read strictly, kept as SQLite writes them, answered as RFC 3339 in UTC.

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// Reads a moment as [`moment`] does, into the form that is kept.
pub fn parse_timestamp(text: &str) -> Option<String> {
    kept_timestamp(moment(text)?)
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

/// A moment in the form that is kept: `YYYY-MM-DD HH:MM:SS`, with six decimals unless they are zero. Nothing for years
/// that four digits do not hold.
pub fn kept_timestamp(moment: Timestamp) -> Option<String> {
    let moment = moment.round(Unit::Microsecond).ok()?;
    let time = TimeZone::UTC.to_datetime(moment);
    if !(0..=9999).contains(&time.year()) {
        return None;
    }
    let mut text = format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    let micros = time.subsec_nanosecond() / 1000;
    if micros > 0 {
        text.push_str(&format!(".{micros:06}"));
    }
    Some(text)
}

/// A kept moment as RFC 3339, appended to `out`. Moments that a user's own SQL wrote as RFC 3339 or as seconds since
/// 1970 are understood; anything else is handed on as it is.
pub fn write_timestamp(text: &[u8], out: &mut Vec<u8>) {
    match text {
        [.., _] if text.len() >= 19 && text.get(10) == Some(&b' ') && text.is_ascii() => {
            let (date, time) = text.split_at(10);
            out.extend_from_slice(date);
            out.push(b'T');
            out.extend_from_slice(time.get(1..).unwrap_or_default());
            if !has_zone(time) {
                out.push(b'Z');
            }
        }
        _ if text.len() >= 19 && text.get(10) == Some(&b'T') && !has_zone(text.get(11..).unwrap_or_default()) => {
            out.extend_from_slice(text);
            out.push(b'Z');
        }
        _ => out.extend_from_slice(text),
    }
}

/// Seconds since 1970 as RFC 3339, when that is a moment at all.
pub fn write_seconds(seconds: f64) -> Option<String> {
    let micros = (seconds * 1e6).round();
    let moment = Timestamp::from_microsecond(micros as i64)
        .ok()
        .filter(|_| micros.is_finite())?;
    let mut out = Vec::with_capacity(27);
    write_timestamp(kept_timestamp(moment)?.as_bytes(), &mut out);
    String::from_utf8(out).ok()
}

/// Whether this is a day that exists, written `YYYY-MM-DD`.
pub fn is_real_date(text: &str) -> bool {
    is_date(text) && text.parse::<civil::Date>().is_ok()
}

fn has_zone(time: &[u8]) -> bool {
    time.iter().any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))
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
    use super::{is_real_date, parse_timestamp, write_timestamp};

    #[test]
    fn moments_are_kept_in_utc() {
        let cases = [
            ("2026-01-31T12:00:00Z", Some("2026-01-31 12:00:00")),
            ("2026-01-31T12:00:00+02:00", Some("2026-01-31 10:00:00")),
            ("2026-01-31 12:00:00.5", Some("2026-01-31 12:00:00.500000")),
            ("2026-01-31T12:00", Some("2026-01-31 12:00:00")),
            ("0000-01-01T00:00:00Z", Some("0000-01-01 00:00:00")),
            ("0000-01-01T00:00:00+01:00", None),
            ("2026-02-30T12:00:00Z", None),
            ("2026-01-31T25:00:00Z", None),
            ("2026-01-31T00:00:00+25:00", None),
            ("2026-01-31T00:00:00+01:60", None),
            ("20260131T120000Z", None),
            ("2026-01-31", None),
            ("yesterday", None),
        ];
        for (given, kept) in cases {
            assert_eq!(parse_timestamp(given).as_deref(), kept, "{given}");
        }
    }

    #[test]
    fn kept_moments_are_answered_as_rfc_3339() {
        for (kept, answered) in [
            ("2026-01-31 12:00:00", "2026-01-31T12:00:00Z"),
            ("2026-01-31 12:00:00.250000", "2026-01-31T12:00:00.250000Z"),
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00:00+01:00", "2026-01-31T12:00:00+01:00"),
            ("soon", "soon"),
        ] {
            let mut out = Vec::new();
            write_timestamp(kept.as_bytes(), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), answered);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(is_real_date("2024-02-29"));
        assert!(!is_real_date("2025-02-29"));
        assert!(!is_real_date("2025-2-9"));
    }
}
