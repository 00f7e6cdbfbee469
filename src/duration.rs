//! Durations as text: one grammar for settings, `socle.toml`, the API and the command line.
//!
//! A duration is one or more whole numbers with a unit, the larger units first and each at most once: `500ms`, `20s`,
//! `1h30m`, `7d`. The units are `w` (7 days), `d` (24 hours), `h`, `m`, `s` and `ms`; spaces may stand between the parts.
//! Where a number alone cannot be mistaken for another unit, [`parse_or_seconds`] takes it as seconds.

use std::time::Duration;

/// The units, the largest first, in milliseconds.
const UNITS: [(&str, u64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Durations that messages give as examples, the shortest first.
const EXAMPLES: [(&str, Duration); 5] = [
    ("500ms", Duration::from_millis(500)),
    ("30s", Duration::from_secs(30)),
    ("15m", Duration::from_secs(15 * 60)),
    ("1h30m", Duration::from_secs(90 * 60)),
    ("7d", Duration::from_secs(7 * 86_400)),
];

/// Parses a duration; every number needs its unit. `None` also for durations of 2⁶⁴ milliseconds and more.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        // Units that were passed over are not found again: each comes once, after larger ones.
        let (_, milliseconds) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*milliseconds)?)?;
        rest = after.trim_start();
    }
    Some(Duration::from_millis(total))
}

/// Parses a duration, or a number alone as seconds.
pub fn parse_or_seconds(text: &str) -> Option<Duration> {
    match split_number(text.trim()) {
        Some((seconds, "")) => Some(Duration::from_secs(seconds)),
        _ => parse(text),
    }
}

/// Formats a duration in whole milliseconds: `1d2h`, `1m30s`, `500ms`, `0s`. [`parse`] gives the same duration back.
pub fn format(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, milliseconds) in UNITS.into_iter().filter(|(unit, _)| *unit != "w") {
        if rest >= milliseconds {
            text.push_str(&format!("{}{unit}", rest / milliseconds));
            rest %= milliseconds;
        }
    }
    text
}

/// What is allowed between two bounds, for messages: `a duration from 1s to 366d, such as 30s, 15m, 1h30m or 7d`.
pub fn allowed(least: Duration, most: Duration) -> String {
    let range = format!("a duration from {} to {}", format(least), format(most));
    let examples = EXAMPLES.iter().filter(|(_, example)| (least..=most).contains(example));
    let examples: Vec<&str> = examples.map(|(text, _)| *text).collect();
    match examples.as_slice() {
        [] => range,
        [only] => format!("{range}, such as {only}"),
        [others @ .., last] => format!("{range}, such as {} or {last}", others.join(", ")),
    }
}

/// Splits `20 s` into 20 and `s`. `None` without a number, or with one of 2⁶⁴ and more.
pub fn split_number(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed_in_every_spelling_and_formatted_in_one() {
        for (text, milliseconds, formatted) in [
            ("0s", 0, "0s"),
            ("500ms", 500, "500ms"),
            ("90s", 90_000, "1m30s"),
            ("1 h", 3_600_000, "1h"),
            ("1h30m", 5_400_000, "1h30m"),
            (" 1h 30m ", 5_400_000, "1h30m"),
            ("24h", 86_400_000, "1d"),
            ("2w", 14 * 86_400_000, "14d"),
            ("1d2h3m4s5ms", 93_784_005, "1d2h3m4s5ms"),
            ("0h5m", 300_000, "5m"),
        ] {
            let duration = Duration::from_millis(milliseconds);
            assert_eq!(parse(text), Some(duration), "{text}");
            assert_eq!(format(duration), formatted, "{text}");
            assert_eq!(parse(formatted), Some(duration), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            " ",
            "s",
            "10",
            "-1s",
            "1.5h",
            "1y",
            "1S",
            "1m1h",
            "1s1s",
            "1h30",
            "1hé",
            "é",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_alone_may_be_seconds() {
        assert_eq!(parse_or_seconds(" 3 "), Some(Duration::from_secs(3)));
        assert_eq!(parse_or_seconds("3m"), Some(Duration::from_secs(180)));
        for text in ["", "+3", "-3", "3.5", "99999999999999999999"] {
            assert_eq!(parse_or_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_allowed_names_the_bounds_and_examples_between_them() {
        assert_eq!(
            allowed(Duration::from_secs(1), Duration::from_secs(366 * 86_400)),
            "a duration from 1s to 366d, such as 30s, 15m, 1h30m or 7d"
        );
        assert_eq!(
            allowed(Duration::ZERO, Duration::from_secs(1)),
            "a duration from 0s to 1s, such as 500ms"
        );
    }
}
