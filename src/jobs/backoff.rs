//! The delay before the next attempt after a failure: exponential backoff with full jitter.

/// The longest delay after a first failure, in milliseconds.
const BASE_MS: i64 = 2_000;
/// The longest delay after any number of failures, in milliseconds.
const LONGEST_MS: i64 = 3_600_000;

/// The delay in milliseconds after a number of failures: uniform from 0 to 2 s, 4 s, 8 s…, at most an hour. Jobs that
/// failed at the same time are retried at different times ("exponential backoff and full jitter", AWS Architecture Blog, 2015).
pub(super) fn delay_ms(failures: i64, random: u128) -> i64 {
    let doublings = u32::try_from(failures.saturating_sub(1).clamp(0, 30)).unwrap_or(0);
    let longest = BASE_MS.saturating_mul(1 << doublings).min(LONGEST_MS);
    let spread = u128::from(longest.unsigned_abs()) + 1;
    i64::try_from(random % spread).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_delay_doubles_with_each_failure_up_to_an_hour() {
        for (failures, longest) in [
            (1, 2_000),
            (2, 4_000),
            (5, 32_000),
            (11, 2_048_000),
            (12, LONGEST_MS),
            (100, LONGEST_MS),
        ] {
            assert_eq!(delay_ms(failures, longest as u128), longest, "{failures}");
            assert_eq!(delay_ms(failures, longest as u128 + 1), 0, "{failures}");
        }
        assert_eq!(delay_ms(0, 2_000), 2_000);
        assert!((0..=LONGEST_MS).contains(&delay_ms(i64::MAX, u128::MAX)));
    }

    #[test]
    fn all_delays_up_to_the_longest_are_equally_likely() {
        let waits: Vec<_> = (0..4_002).map(|random| delay_ms(1, random)).collect();
        assert!((0..=2_000).all(|wait| waits.iter().filter(|one| **one == wait).count() == 2));
    }
}
