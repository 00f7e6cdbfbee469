//! `every`: a fixed interval of elapsed time between two ticks, independent of time zones and clock changes.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::TimingError;
use crate::duration;

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// The elapsed time between two ticks: 1 s to 366 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    milliseconds: i64,
}

impl Interval {
    /// The first tick after `time` in the sequence that begins at `anchor`. All are in milliseconds since 1970.
    pub fn next_after(self, anchor: i64, time: i64) -> i64 {
        let step = self.milliseconds;
        let passed = time.saturating_sub(anchor).div_euclid(step);
        anchor.saturating_add(passed.saturating_add(1).saturating_mul(step))
    }
}

impl FromStr for Interval {
    type Err = TimingError;

    /// Parses a duration such as `90s`, `15m`, `1h30m` or `1d`.
    fn from_str(text: &str) -> Result<Self, TimingError> {
        let duration = duration::parse(text).filter(|duration| (SHORTEST..=LONGEST).contains(duration));
        let milliseconds = duration.and_then(|duration| i64::try_from(duration.as_millis()).ok());
        milliseconds
            .map(|milliseconds| Self { milliseconds })
            .ok_or_else(|| TimingError::every(format!("Give {}.", duration::allowed(SHORTEST, LONGEST))))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration::format(Duration::from_millis(
            self.milliseconds.unsigned_abs(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_parsed_in_every_spelling_and_formatted_in_one() {
        for (text, shown) in [
            ("1s", "1s"),
            ("90s", "1m30s"),
            ("15m", "15m"),
            ("1h30m", "1h30m"),
            ("24h", "1d"),
            (" 366d ", "366d"),
            ("1d2h3m4s", "1d2h3m4s"),
            ("1w", "7d"),
            ("1h 30m", "1h30m"),
            ("0h5m", "5m"),
        ] {
            let every: Interval = text.parse().unwrap();
            assert_eq!(every.to_string(), shown, "{text}");
            assert_eq!(shown.parse(), Ok(every), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_or_out_of_bounds_is_refused_with_what_is_allowed() {
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
            "500ms",
            "1m1h",
            "1s1s",
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
