//! Exact decimals: how they are written, checked against DECIMAL(p, s), and kept in SQLite without losing a digit.
//!
//! SQLite gives DECIMAL columns NUMERIC affinity: what looks like a number becomes an integer or a double. That is exact
//! for whole numbers of 64 bits and for anything a double gives back digit for digit. The rest is kept as the bytes of
//! its digits, which affinity leaves alone.

use crate::database::{Value, ValueRef};

/// Exponents beyond this are refused: nobody means them, and written out they would fill a page.
const EXPONENT: i64 = 400;

/// A decimal as written, cut into its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    /// Reads `-12.50`, `7` or `1.5e3`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
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
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || exponent.abs() > EXPONENT {
            return None;
        }
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
        Some(Self {
            negative,
            whole: match whole.trim_start_matches('0') {
                "" => "0".to_owned(),
                whole => whole.to_owned(),
            },
            fraction: fraction.to_owned(),
        })
    }

    /// What DECIMAL(`digits`, `places`) has against it, in Django REST framework's words.
    pub fn validate(&self, digits: Option<u32>, places: Option<u32>) -> Option<String> {
        let whole = if self.whole == "0" { 0 } else { self.whole.len() };
        let fraction = self.fraction.len();
        let (digits, places) = (digits? as usize, places.unwrap_or(0) as usize);
        if whole + fraction > digits.max(places) && fraction <= places && whole <= digits.saturating_sub(places) {
            return Some(format!("Ensure that there are no more than {digits} digits in total."));
        }
        if fraction > places {
            return Some(format!("Ensure that there are no more than {places} decimal places."));
        }
        let before = digits.saturating_sub(places);
        (whole > before)
            .then(|| format!("Ensure that there are no more than {before} digits before the decimal point."))
    }

    /// The form SQLite keeps without loss.
    pub fn to_value(&self) -> Value {
        let canonical = self.canonical();
        if let Ok(whole) = canonical.parse::<i64>() {
            return Value::Integer(whole);
        }
        match canonical.parse::<f64>() {
            Ok(real) if real.is_finite() && real.to_string() == canonical => Value::Real(real),
            _ => Value::Blob(canonical.into_bytes()),
        }
    }

    /// Without the zeros that say nothing.
    fn canonical(&self) -> String {
        let fraction = self.fraction.trim_end_matches('0');
        let sign = if self.negative && !(self.whole == "0" && fraction.is_empty()) {
            "-"
        } else {
            ""
        };
        match fraction {
            "" => format!("{sign}{}", self.whole),
            fraction => format!("{sign}{}.{fraction}", self.whole),
        }
    }

    /// The nearest double, for comparing with bounds.
    pub fn to_f64(&self) -> f64 {
        self.canonical().parse().unwrap_or(f64::NAN)
    }
}

/// A stored decimal in its wire form, with at least `places` digits after the point.
pub fn write(value: ValueRef<'_>, places: Option<u32>) -> String {
    let mut text = match value {
        ValueRef::Integer(whole) => whole.to_string(),
        ValueRef::Real(real) => real.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Null => return String::new(),
    };
    let places = places.unwrap_or(0) as usize;
    if places > 0
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
    {
        let there = text.split_once('.').map(|(_, fraction)| fraction.len());
        if there.is_none() {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', places.saturating_sub(there.unwrap_or(0))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Decimal, write};

    #[test]
    fn every_decimal_comes_back_as_it_went_in() {
        let cases = [
            "0",
            "22.5",
            "-0.01",
            "12345678901234567.89",
            "-98765432109876543210.0123456789",
            "9223372036854775807",
            "9223372036854775808",
            "0.1",
            "0.000000000000000000001",
            "100000000000000000000000",
        ];
        for text in cases {
            let value = Decimal::parse(text).map(|decimal| decimal.to_value());
            assert_eq!(value.map(|value| write(value.as_ref(), None)).as_deref(), Some(text));
        }
        let padded = Decimal::parse("7").map(|decimal| write(decimal.to_value().as_ref(), Some(2)));
        assert_eq!(padded.as_deref(), Some("7.00"));
    }

    #[test]
    fn exponents_are_written_out_and_bad_numbers_refused() {
        let plain = |text| Decimal::parse(text).map(|decimal| write(decimal.to_value().as_ref(), None));
        assert_eq!(plain("1.5e3").as_deref(), Some("1500"));
        assert_eq!(plain("25e-4").as_deref(), Some("0.0025"));
        for bad in ["", "-", ".5", "5.", "1e9999", "NaN", "Infinity", "1,5", "0x10", "1 2"] {
            assert_eq!(plain(bad), None, "{bad}");
        }
    }

    #[test]
    fn precision_and_scale_are_held_to() {
        let validate = |text, digits, places| Decimal::parse(text).and_then(|d| d.validate(Some(digits), Some(places)));
        assert_eq!(validate("12345678.90", 10, 2), None);
        assert!(validate("1.234", 10, 2).is_some_and(|message| message.contains("2 decimal places")));
        assert!(validate("123456789", 10, 2).is_some_and(|message| message.contains("8 digits before")));
    }
}
