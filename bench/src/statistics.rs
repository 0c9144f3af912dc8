//! Summary statistics.

use std::time::Duration;

use anyhow::ensure;

/// Minimum, quartiles and maximum of several values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) lower_quartile: f64,
    pub(crate) median: f64,
    pub(crate) upper_quartile: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// An error if there are no values.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> anyhow::Result<Self> {
        let mut sorted: Vec<_> = values.into_iter().collect();
        ensure!(!sorted.is_empty(), "nothing was measured");
        sorted.sort_by(f64::total_cmp);
        // The position is in quarters of an index; between two values, the quartile is interpolated linearly.
        let quartile = |number: usize| {
            let position = number * (sorted.len() - 1);
            let (low, high) = (sorted[position / 4], sorted[position.div_ceil(4)]);
            low + (high - low) * [0.0, 0.25, 0.5, 0.75][position % 4]
        };
        Ok(Self {
            min: quartile(0),
            lower_quartile: quartile(1),
            median: quartile(2),
            upper_quartile: quartile(3),
            max: quartile(4),
        })
    }
}

/// The percentile of times in any order (nearest rank); zero if there are none.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> Duration {
    per_mille(times, 10 * percent)
}

/// The same in thousandths: 999 is the percentile 99.9.
pub(crate) fn per_mille(times: &[Duration], thousandths: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let index = (sorted.len() * thousandths)
        .div_ceil(1000)
        .saturating_sub(1);
    sorted.get(index).copied().unwrap_or_default()
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// A count as a floating-point number.
#[expect(
    clippy::cast_precision_loss,
    reason = "all counts here are far below 2^53"
)]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn quartiles_are_interpolated() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).unwrap();
        let wanted = Spread {
            min: 1.0,
            lower_quartile: 1.75,
            median: 2.5,
            upper_quartile: 3.25,
            max: 4.0,
        };
        assert_eq!(spread, wanted);
        let median = |values: &[f64]| {
            let spread = Spread::of(values.iter().copied()).ok();
            spread.map(|it| it.median)
        };
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 0.0, 5.0]), Some(5.0));
        assert_eq!(median(&[]), None);
    }
}
