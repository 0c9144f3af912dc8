//! Entitlements: what a subscription grants, and until when.

use chrono::{DateTime, Utc};

use super::{Access, Subscription, SubscriptionProvider};

/// A subscription as the shop reported it, independent of the current time. The access is derived on each read, so no
/// job is needed for a subscription to lapse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entitlement {
    /// Where it was bought; `None` for a gift or a trial without a purchase.
    pub provider: Option<SubscriptionProvider>,
    /// When the trial ends.
    pub trial_ends_at: Option<DateTime<Utc>>,
    /// When the paid or given period ends. `None` with a trial means that there is only the trial; `None` without a
    /// trial means that it never ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Until when the shop retries a failed payment.
    pub grace_ends_at: Option<DateTime<Utc>>,
    /// Whether it renews at the end of the period.
    pub will_renew: bool,
}

impl Entitlement {
    /// The access that it grants at a time. The ends are exclusive.
    pub fn access(&self, now: DateTime<Utc>) -> Access {
        let lasts = |end: Option<DateTime<Utc>>| end.is_some_and(|end| now < end);
        if self.has_period() && self.expires_at.is_none_or(|end| now < end) {
            Access::Active
        } else if lasts(self.trial_ends_at) {
            Access::Trial
        } else if lasts(self.grace_ends_at) {
            Access::Grace
        } else {
            Access::Lapsed
        }
    }

    /// Whether there is a period beyond the trial. Shops report the end of a trial as the end of the period too, and a
    /// later end once it is paid for.
    fn has_period(&self) -> bool {
        match (self.trial_ends_at, self.expires_at) {
            (Some(trial), Some(end)) => end > trial,
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    /// The subscription as it is at a time.
    pub fn subscription_at(&self, now: DateTime<Utc>) -> Subscription {
        Subscription {
            access: self.access(now),
            provider: self.provider,
            expires_at: self.expires_at,
            trial_ends_at: self.trial_ends_at,
            will_renew: self.will_renew,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::Entitlement;
    use crate::subscription::Access;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(number)
    }

    fn just_before(moment: DateTime<Utc>) -> DateTime<Utc> {
        moment - TimeDelta::microseconds(1)
    }

    #[test]
    fn a_trial_lasts_until_it_ends() {
        // Shops report that the period ends with the trial; gifts have no period.
        for expires_at in [None, Some(day(14))] {
            let trial = Entitlement {
                trial_ends_at: Some(day(14)),
                expires_at,
                ..Entitlement::default()
            };
            assert_eq!(trial.access(just_before(day(14))), Access::Trial);
            assert_eq!(trial.access(day(14)), Access::Lapsed);
        }
    }

    #[test]
    fn a_member_who_pays_during_the_trial_is_active() {
        let paid = Entitlement {
            trial_ends_at: Some(day(14)),
            expires_at: Some(day(44)),
            ..Entitlement::default()
        };
        assert_eq!(paid.access(day(0)), Access::Active);
        assert_eq!(paid.access(just_before(day(44))), Access::Active);
        assert_eq!(paid.access(day(44)), Access::Lapsed);
    }

    #[test]
    fn grace_follows_the_paid_period() {
        let failed = Entitlement {
            expires_at: Some(day(30)),
            grace_ends_at: Some(day(46)),
            ..Entitlement::default()
        };
        assert_eq!(failed.access(just_before(day(30))), Access::Active);
        assert_eq!(failed.access(day(30)), Access::Grace);
        assert_eq!(failed.access(just_before(day(46))), Access::Grace);
        assert_eq!(failed.access(day(46)), Access::Lapsed);
    }

    #[test]
    fn grace_may_follow_a_trial() {
        let failed = Entitlement {
            trial_ends_at: Some(day(14)),
            expires_at: Some(day(14)),
            grace_ends_at: Some(day(20)),
            ..Entitlement::default()
        };
        assert_eq!(failed.access(just_before(day(14))), Access::Trial);
        assert_eq!(failed.access(day(14)), Access::Grace);
        assert_eq!(failed.access(day(20)), Access::Lapsed);
    }

    #[test]
    fn a_gift_may_have_no_end() {
        let gift = Entitlement::default();
        assert_eq!(gift.access(day(100_000)), Access::Active);
    }
}
