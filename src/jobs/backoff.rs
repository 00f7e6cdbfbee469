//! How long a job that failed waits for its next attempt.

/// The longest wait after a first failure, in milliseconds.
const BASE_MS: i64 = 2_000;
/// The longest wait there is.
const LONGEST_MS: i64 = 3_600_000;

/// A wait in milliseconds after so many failures: anything from nothing to 2 s, 4 s, 8 s… and an hour at most. Jobs that
/// failed together come back apart ("exponential backoff and full jitter", AWS Architecture Blog, 2015).
pub(super) fn wait_ms(failures: i64, random: u128) -> i64 {
    let doublings = u32::try_from(failures.saturating_sub(1).clamp(0, 30)).unwrap_or(0);
    let longest = BASE_MS.saturating_mul(1 << doublings).min(LONGEST_MS);
    let spread = u128::from(longest.unsigned_abs()) + 1;
    i64::try_from(random % spread).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_doubles_with_each_failure_and_ends_at_an_hour() {
        for (failures, longest) in [
            (1, 2_000),
            (2, 4_000),
            (5, 32_000),
            (11, 2_048_000),
            (12, LONGEST_MS),
            (100, LONGEST_MS),
        ] {
            assert_eq!(wait_ms(failures, longest as u128), longest, "{failures}");
            assert_eq!(wait_ms(failures, longest as u128 + 1), 0, "{failures}");
        }
        assert_eq!(wait_ms(0, 2_000), 2_000);
        assert!((0..=LONGEST_MS).contains(&wait_ms(i64::MAX, u128::MAX)));
    }

    #[test]
    fn every_wait_up_to_the_longest_is_as_likely() {
        let waits: Vec<_> = (0..4_002).map(|random| wait_ms(1, random)).collect();
        assert!((0..=2_000).all(|wait| waits.iter().filter(|one| **one == wait).count() == 2));
    }
}
