//! Sort keys of exact decimals: bytes that sort as the numbers do, however many digits these have.

/// The sort key of a decimal written as text (`-12.50`, `1e3`, `7`). Text that is not a number sorts before all numbers.
pub(super) fn decimal_key(text: &str) -> Vec<u8> {
    let Some((negative, digits, point)) = parse(text.trim()) else {
        return [b"\0", text.as_bytes()].concat();
    };
    if digits.is_empty() {
        return vec![0x80];
    }
    let mut key = vec![if negative { 0x7f } else { 0x81 }];
    // The number of whole digits comes first: of two positive numbers the one with more of them is larger.
    key.extend((point + (1 << 40)).to_be_bytes());
    key.extend(digits);
    if negative {
        key.iter_mut().skip(1).for_each(|byte| *byte = !*byte);
        key.push(0xff);
    }
    key
}

/// Sign, digits without outer zeros, and how many of them stand before the point.
fn parse(text: &str) -> Option<(bool, Vec<u8>, i64)> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, i64::from(exponent.parse::<i32>().ok()?)),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let end = digits.iter().rev().skip_while(|digit| **digit == b'0').count();
    let digits = digits.get(zeros..end).unwrap_or_default().to_vec();
    Some((negative, digits, whole.len() as i64 - zeros as i64 + exponent))
}

#[cfg(test)]
mod tests {
    use super::decimal_key;

    #[test]
    fn keys_sort_as_the_numbers_do() {
        let ordered = [
            "-1e20",
            "-100",
            "-12.5",
            "-12.49",
            "-1",
            "-0.25",
            "-0.2",
            "0",
            "0.001",
            "0.2",
            "0.25",
            "1",
            "1.00000000000000000001",
            "9.5",
            "10",
            "12345678901234567.88",
            "12345678901234567.89",
            "1e30",
        ];
        for pair in ordered.windows(2) {
            assert!(decimal_key(pair[0]) < decimal_key(pair[1]), "{pair:?}");
        }
        assert_eq!(decimal_key("1.50"), decimal_key("01.5"));
        assert_eq!(decimal_key("-0.0"), decimal_key("0"));
    }
}
