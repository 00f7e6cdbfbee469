//! `every`: the same stretch of real time between two ticks, whatever clocks on walls do.

use std::fmt;
use std::str::FromStr;

use super::TimingError;

const ALLOWED: &str = "Give a time from 1s to 366d, such as 30s, 15m, 1h30m or 1d.";
const SHORTEST: u64 = 1_000;
const LONGEST: u64 = 366 * 86_400_000;
/// The units there are, the largest first, in milliseconds.
const UNITS: [(&str, u64); 4] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

/// A stretch of time between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    milliseconds: i64,
}

impl Interval {
    /// The first tick after `time` in the row that begins at `anchor`. All are in milliseconds since 1970.
    pub fn next_after(self, anchor: i64, time: i64) -> i64 {
        let step = self.milliseconds;
        let passed = time.saturating_sub(anchor).div_euclid(step);
        anchor.saturating_add(passed.saturating_add(1).saturating_mul(step))
    }
}

impl FromStr for Interval {
    type Err = TimingError;

    /// Reads `90s`, `15m`, `1h30m`, `1d`.
    fn from_str(text: &str) -> Result<Self, TimingError> {
        let refused = || TimingError::every(ALLOWED);
        let (mut total, mut rest) = (0_u64, text.trim());
        let mut units = UNITS.iter();
        while !rest.is_empty() {
            let digits = rest.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(refused)?;
            let (number, after) = rest.split_at_checked(digits).ok_or_else(refused)?;
            let number: u64 = number.parse().map_err(|_| refused())?;
            // Each unit once, the larger ones first.
            let (unit, length) = units.find(|(unit, _)| after.starts_with(unit)).ok_or_else(refused)?;
            let part = number.checked_mul(*length).ok_or_else(refused)?;
            total = total.checked_add(part).ok_or_else(refused)?;
            rest = after.strip_prefix(unit).ok_or_else(refused)?;
        }
        match i64::try_from(total) {
            Ok(milliseconds) if (SHORTEST..=LONGEST).contains(&total) => Ok(Self { milliseconds }),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.milliseconds.unsigned_abs();
        for (unit, length) in UNITS {
            if rest >= length {
                write!(f, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_read_in_every_spelling_and_shown_in_one() {
        for (text, shown) in [
            ("1s", "1s"),
            ("90s", "1m30s"),
            ("15m", "15m"),
            ("1h30m", "1h30m"),
            ("24h", "1d"),
            (" 366d ", "366d"),
            ("1d2h3m4s", "1d2h3m4s"),
            ("0h5m", "5m"),
        ] {
            let every: Interval = text.parse().unwrap();
            assert_eq!(every.to_string(), shown, "{text}");
            assert_eq!(shown.parse(), Ok(every), "{text}");
        }
    }

    #[test]
    fn what_is_no_stretch_or_out_of_bounds_is_refused_with_what_is_allowed() {
        for text in [
            "",
            " ",
            "s",
            "10",
            "0s",
            "0d0h",
            "367d",
            "366d1s",
            "8784h1s",
            "-1s",
            "1.5h",
            "1w",
            "500ms",
            "1 h",
            "1m1h",
            "1s1s",
            "1h 30m",
            "99999999999999999999s",
            "18446744073709551615d",
            "1hé",
            "é",
        ] {
            let refused = text.parse::<Interval>().unwrap_err();
            assert!(refused.message.contains("366d"), "{text}: {refused:?}");
        }
    }

    #[test]
    fn ticks_keep_their_step_from_the_anchor_however_many_were_missed() {
        let every: Interval = "10s".parse().unwrap();
        for (anchor, time, next) in [
            (5_000, 5_000, 15_000),
            (5_000, 14_999, 15_000),
            (5_000, 15_000, 25_000),
            (5_000, 1_000_000, 1_005_000),
            // A clock that was set back.
            (5_000, 4_999, 5_000),
            (5_000, -20_000, -15_000),
            (0, i64::MAX, i64::MAX),
        ] {
            assert_eq!(every.next_after(anchor, time), next, "{anchor} {time}");
        }
    }
}
