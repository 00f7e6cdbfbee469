//! Exact decimals of any length, kept as their digits.

/// Exponents beyond this are refused: written out, such numbers would fill a page.
const MAX_EXPONENT: u64 = 400;

/// An exact decimal. Two are equal when they are the same number: `7.50` and `7.5` are.
#[derive(Debug, Clone)]
pub struct Decimal {
    /// Sign, whole digits and fraction without zeros that change nothing: `-12.5`, `0.01`, `7`.
    text: String,
    /// Digits after the point as they were written, trailing zeros included.
    places: usize,
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Decimal {
    /// Reads `-12.50`, `7` or `1.5e3`. `None` when the text is not a number in one of these forms.
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || exponent.unsigned_abs() > MAX_EXPONENT {
            return None;
        }
        match exponent {
            0 => Some(Self::from_parts(is_negative, whole, fraction)),
            exponent => Self::shifted(is_negative, whole, fraction, exponent),
        }
    }

    /// The number whose point stands `exponent` digits further right.
    fn shifted(is_negative: bool, whole: &str, fraction: &str, exponent: i64) -> Option<Self> {
        let mut digits = format!("{whole}{fraction}");
        let mut point = whole.len() as i64 + exponent;
        if point < 0 {
            digits.insert_str(0, &"0".repeat(point.unsigned_abs() as usize));
            point = 0;
        }
        while (digits.len() as i64) < point {
            digits.push('0');
        }
        let (whole, fraction) = digits.split_at_checked(point as usize)?;
        Some(Self::from_parts(is_negative, whole, fraction))
    }

    fn from_parts(is_negative: bool, whole: &str, fraction: &str) -> Self {
        let places = fraction.len();
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let mut text = String::with_capacity(whole.len() + fraction.len() + 3);
        if is_negative && !(whole.is_empty() && fraction.is_empty()) {
            text.push('-');
        }
        text.push_str(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(fraction);
        }
        Self { text, places }
    }

    /// The number without exponent and without zeros that change nothing.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Digits before the point; 0 when the number is less than one.
    pub fn whole_digits(&self) -> usize {
        let digits = self.text.trim_start_matches('-');
        match digits.split_once('.').map_or(digits, |(whole, _)| whole) {
            "0" => 0,
            whole => whole.len(),
        }
    }

    /// Digits after the point as they were written, trailing zeros included.
    pub fn places(&self) -> usize {
        self.places
    }

    /// The number, when it is a whole one of 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// Whether there is anything after the point but zeros.
    pub fn has_fraction(&self) -> bool {
        self.text.contains('.')
    }

    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn exponents_are_written_out_and_bad_numbers_refused() {
        let plain = |text| Decimal::parse(text).map(|decimal| decimal.as_str().to_owned());
        assert_eq!(plain("1.5e3").as_deref(), Some("1500"));
        assert_eq!(plain("25e-4").as_deref(), Some("0.0025"));
        assert_eq!(plain("-007.50").as_deref(), Some("-7.5"));
        assert_eq!(plain("-0.0").as_deref(), Some("0"));
        for bad in [
            "",
            "-",
            ".5",
            "5.",
            "1e9999",
            "1e-9223372036854775808",
            "NaN",
            "Infinity",
            "1,5",
            "0x10",
            "1 2",
        ] {
            assert_eq!(plain(bad), None, "{bad}");
        }
    }

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        assert_eq!(Decimal::parse("7.50"), Decimal::parse("75e-1"));
        assert_ne!(Decimal::parse("7.5"), Decimal::parse("7.05"));
    }
}
