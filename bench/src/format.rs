//! Numbers as text.

use crate::statistics::{Spread, float};

/// Formats an integer with thousands separators.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rounds to an integer, and formats it with thousands separators.
pub(crate) fn whole(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "throughput is neither negative nor too large"
    )]
    count(number.round() as u64)
}

/// Formats a number with three decimal places.
pub(crate) fn ratio(number: f64) -> String {
    format!("{number:.3}")
}

/// Formats bytes as megabytes of 1,000,000 bytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1}", float(bytes) / 1e6)
}

/// `median 0.981 (middle half 0.975–0.990, all 0.960–1.002)`.
pub(crate) fn spread(spread: &Spread) -> String {
    let Spread {
        min,
        lower_quartile,
        median,
        upper_quartile,
        max,
    } = spread;
    format!(
        "median {median:.3} (middle half {lower_quartile:.3}–{upper_quartile:.3}, all {min:.3}–{max:.3})"
    )
}

/// Whether a limit was kept.
pub(crate) fn kept_or_broken(kept: bool) -> &'static str {
    if kept { "kept" } else { "BROKEN" }
}

#[cfg(test)]
mod tests {
    use super::{count, megabytes, whole};

    #[test]
    fn numbers_have_thousands_separators() {
        let texts = [0, 999, 1_000, 1_234_567].map(count);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(whole(1999.6), "2,000");
        assert_eq!(megabytes(78_125 * 1024), "80.0");
    }
}
