//! The expiry of a token as text: a moment, or a duration from now such as `90d`.

use jiff::{SignedDuration, Timestamp};

use crate::duration;

/// What is allowed, for messages.
pub const ALLOWED: &str = "a time from now such as 12h, 90d or 52w, or a moment such as 2027-01-31T12:00:00Z";

/// The longest life of a token.
const LONGEST: SignedDuration = SignedDuration::from_hours(100 * 366 * 24);

/// Reads `30m`, `12h`, `90d`, `52w` or RFC 3339, as seen from `now`.
///
/// # Errors
/// A message that says what is allowed, or that the moment is past.
pub fn parse(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    let moment = from_now(text, now).or_else(|| text.parse().ok());
    let moment = moment.ok_or_else(|| format!("Not a valid time. Give {ALLOWED}."))?;
    if moment <= now {
        return Err("This moment is past.".to_owned());
    }
    match now.checked_add(LONGEST) {
        Ok(last) if moment > last => Err("This is more than a hundred years away.".to_owned()),
        _ => Ok(moment),
    }
}

fn from_now(text: &str, now: Timestamp) -> Option<Timestamp> {
    let duration = SignedDuration::try_from(duration::parse(text)?).ok()?;
    now.checked_add(duration).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times_from_now_and_moments_are_read() {
        let now = "2026-01-31T12:00:00Z".parse().unwrap();
        for (text, moment) in [
            ("30m", "2026-01-31T12:30:00Z"),
            ("12h", "2026-02-01T00:00:00Z"),
            ("90d", "2026-05-01T12:00:00Z"),
            ("2w", "2026-02-14T12:00:00Z"),
            ("2026-02-01T00:00:00+01:00", "2026-01-31T23:00:00Z"),
        ] {
            assert_eq!(parse(text, now), Ok(moment.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "d",
            "-1d",
            "90",
            "1.5h",
            "soon",
            "0d",
            "2026-01-31T12:00:00Z",
            "99999999999999999w",
            "9999w",
            "é",
        ] {
            assert!(parse(text, now).is_err(), "{text}");
        }
    }
}
