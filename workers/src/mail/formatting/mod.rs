//! Formats dates and measures. English is the only language so far; the locale determines the format of dates.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use coach_domain::{enums::Goal, member::Units, subscription::SubscriptionProvider};

use super::Recipient;

/// Millimetres in an inch.
const INCH: f64 = 25.4;
/// Grams in a pound.
const POUND: f64 = 453.592_37;

/// The formats of one recipient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Formatting {
    /// `November 23` instead of `23 November`, and a clock of 12 hours instead of 24.
    is_american: bool,
    time_zone: Tz,
    units: Units,
}

impl Formatting {
    pub(super) fn for_recipient(recipient: &Recipient) -> Self {
        let mut parts = recipient.locale.split(['-', '_']).skip(1);
        Self {
            is_american: parts.any(|part| part.eq_ignore_ascii_case("US")),
            time_zone: recipient.time_zone,
            units: recipient.units,
        }
    }

    /// The value of the attribute `lang`.
    pub(super) fn language(self) -> &'static str {
        self.choose("en-US", "en")
    }

    fn choose(self, american: &'static str, other: &'static str) -> &'static str {
        if self.is_american { american } else { other }
    }

    /// `Monday 23 November`.
    pub(super) fn date(self, date: NaiveDate) -> String {
        let format = self.choose("%A, %B %-d", "%A %-d %B");
        date.format(format).to_string()
    }

    /// `Mon 23 Nov`.
    pub(super) fn short_date(self, date: NaiveDate) -> String {
        let format = self.choose("%a, %b %-d", "%a %-d %b");
        date.format(format).to_string()
    }

    /// The date of a moment in the recipient's time zone.
    pub(super) fn date_of(self, moment: DateTime<Utc>) -> String {
        self.date(moment.with_timezone(&self.time_zone).date_naive())
    }

    /// `Monday 23 November at 18:30 (Europe/Berlin)`.
    pub(super) fn moment(self, moment: DateTime<Utc>) -> String {
        let format = self.choose("%-I:%M %p", "%H:%M");
        let time = moment.with_timezone(&self.time_zone).format(format);
        let zone = self.time_zone.name().replace('_', " ");
        format!("{} at {time} ({zone})", self.date_of(moment))
    }

    /// `72.4 kg`.
    pub(super) fn weight(self, grams: i32) -> String {
        match self.units {
            Units::Metric => format!("{:.1} kg", f64::from(grams) / 1000.0),
            Units::Imperial => format!("{:.1} lb", f64::from(grams) / POUND),
        }
    }

    /// `1.2 kg less`. A change that would be shown as zero is `the same`.
    pub(super) fn weight_change(self, grams: i32) -> String {
        change(grams, &self.weight(grams.saturating_abs()))
    }

    /// `1.5 cm less`.
    pub(super) fn length_change(self, millimetres: i32) -> String {
        let size = f64::from(millimetres.saturating_abs());
        let size = match self.units {
            Units::Metric => format!("{:.1} cm", size / 10.0),
            Units::Imperial => format!("{:.1} in", size / INCH),
        };
        change(millimetres, &size)
    }

    /// An amount to buy, rounded up: `250 g`, `1.2 kg`, `9 oz`, `2.6 lb`.
    pub(super) fn groceries(self, grams: i32) -> String {
        let size = f64::from(grams);
        match self.units {
            Units::Metric if grams < 1000 => format!("{grams} g"),
            Units::Metric => format!("{:.1} kg", (size / 100.0).ceil() / 10.0),
            Units::Imperial if size < POUND => format!("{} oz", (size * 16.0 / POUND).ceil()),
            Units::Imperial => format!("{:.1} lb", (size * 10.0 / POUND).ceil() / 10.0),
        }
    }
}

fn change(by: i32, size: &str) -> String {
    match by {
        _ if size.starts_with("0.0 ") => "the same".to_owned(),
        ..0 => format!("{size} less"),
        _ => format!("{size} more"),
    }
}

/// `10 minutes`: rounded down, at least one.
pub(super) fn minutes(time: TimeDelta) -> String {
    counted(time.num_minutes().max(1), "minute")
}

/// `1 workout`, `3 workouts`.
pub(super) fn counted(number: i64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

/// The goal of a plan, as a part of a sentence.
pub(super) fn goal(goal: Goal) -> &'static str {
    match goal {
        Goal::LoseWeight => "lose weight",
        Goal::BuildStrength => "build strength",
        Goal::ImproveEndurance => "improve your endurance",
    }
}

/// Where a subscription is managed, as a part of a sentence.
pub(super) fn shop(provider: Option<SubscriptionProvider>) -> &'static str {
    match provider {
        Some(SubscriptionProvider::Apple) => "in the App Store",
        Some(SubscriptionProvider::Google) => "on Google Play",
        Some(SubscriptionProvider::Stripe) => "on our web site",
        None => "in the app",
    }
}

#[cfg(test)]
mod tests;
