//! What several figures come to.

use std::time::Duration;

/// The middle of some figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) lower_quartile: f64,
    pub(crate) median: f64,
    pub(crate) upper_quartile: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of at least one figure; `None` of none.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<_> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        // In quarters of the way from the first to the last, between two figures by their distance.
        let at = |quarters: usize| {
            let way = quarters * (sorted.len() - 1);
            let (low, high) = (sorted[way / 4], sorted[way.div_ceil(4)]);
            low + (high - low) * [0.0, 0.25, 0.5, 0.75][way % 4]
        };
        (!sorted.is_empty()).then(|| Self {
            least: at(0),
            lower_quartile: at(1),
            median: at(2),
            upper_quartile: at(3),
            most: at(4),
        })
    }
}

/// Of sorted times, that below which so many hundredths lie.
pub(crate) fn percentile(times: &[Duration], hundredths: usize) -> Duration {
    let place = (times.len() * hundredths).div_ceil(100).saturating_sub(1);
    times.get(place).copied().unwrap_or_default()
}

/// A count as a floating-point number.
#[expect(
    clippy::cast_precision_loss,
    reason = "what is counted here stays far below 2^53"
)]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn quartiles_lie_between_figures() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]);
        let wanted = Spread {
            least: 1.0,
            lower_quartile: 1.75,
            median: 2.5,
            upper_quartile: 3.25,
            most: 4.0,
        };
        assert_eq!(spread, Some(wanted));
        let median = |figures: &[f64]| Spread::of(figures.iter().copied()).map(|it| it.median);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 0.0, 5.0]), Some(5.0));
        assert_eq!(median(&[]), None);
    }
}
