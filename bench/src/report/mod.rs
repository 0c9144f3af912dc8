//! What is printed: Markdown that can be pasted into `bench/RESULTS.md` as it is.

mod heading;
mod machine;
mod results;
pub(crate) mod table;

use crate::statistics::Spread;

pub(crate) use heading::Heading;

/// With a comma between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rounded to a whole number, with a comma between thousands.
pub(crate) fn whole(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "throughput is neither negative nor beyond what a number holds"
    )]
    count(number.round() as u64)
}

/// Three digits after the point.
pub(crate) fn ratio(number: f64) -> String {
    format!("{number:.3}")
}

/// Megabytes of 1,000,000 bytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1}", crate::statistics::float(bytes) / 1e6)
}

/// `median 0.981 (middle half 0.975–0.990, all 0.960–1.002)`.
pub(crate) fn spread(spread: &Spread) -> String {
    let Spread {
        least,
        lower_quartile,
        median,
        upper_quartile,
        most,
    } = spread;
    format!(
        "median {median:.3} (middle half {lower_quartile:.3}–{upper_quartile:.3}, all {least:.3}–{most:.3})"
    )
}

#[cfg(test)]
mod tests {
    use super::{count, megabytes, whole};

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1_000, 1_234_567].map(count);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(whole(1999.6), "2,000");
        assert_eq!(megabytes(78_125 * 1024), "80.0");
    }
}
