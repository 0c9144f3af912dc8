//! What a purchase gives, by all that its shop has said of it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Entitlement, SubscriptionProvider,
    statement::{Statement, Subject},
};

/// What the last statements on each thing come to; `None` while none of them says until when anything lasts.
///
/// A statement on the subscription as a whole stands for all that was said before it. What is said of a transaction
/// later adds to it, and takes its place once the transaction lasts at least as long.
pub(super) fn entitlement(
    provider: SubscriptionProvider,
    statements: &[Statement],
) -> Option<Entitlement> {
    let on = |subject| statements.iter().filter(move |it| it.subject == subject);
    let whole = on(Subject::Subscription).next();
    let transactions: Vec<&Statement> = on(Subject::Transaction).collect();
    let is_later = |it: &Statement| whole.is_none_or(|whole| whole.said < it.said);
    let later = || transactions.iter().copied().filter(|it| is_later(it));
    let last = later().max_by_key(|it| (it.starts_at, it.ends_at, &it.said));
    let longest = later().filter_map(|it| it.ends_at).max();
    let whole_counts = whole.filter(|whole| {
        whole
            .ends_at
            .is_none_or(|end| longest.is_none_or(|it| it < end))
    });
    if last.is_none() && whole.is_none() {
        return None;
    }
    let ends = later().filter_map(|it| end(it, &transactions));
    let expires_at = match whole_counts {
        Some(whole) => whole.ends_at.map(|whole| ends.fold(whole, DateTime::max)),
        None => ends.max(),
    };
    let without_end = whole_counts.is_some_and(|whole| whole.ends_at.is_none());
    // Of what is over nothing goes on.
    let revoked = whole_counts.is_none() && last.is_some_and(|last| last.revoked_at.is_some());
    let renewal = on(Subject::Renewal)
        .chain(whole)
        .max_by_key(|it| &it.said)
        .filter(|said| !revoked && !last.is_some_and(|last| is_of_before(said, last)));
    let trial = || {
        let of_transactions = transactions.iter().filter(|it| it.is_trial);
        let of_transactions = of_transactions.max_by_key(|it| (it.ends_at, &it.said));
        let stated = on(Subject::Trial).next();
        match (of_transactions, stated) {
            (Some(bought), Some(stated)) if bought.said < stated.said => stated.ends_at,
            (Some(bought), _) if is_later(bought) => end(bought, &transactions),
            (Some(bought), _) => end(bought, &transactions).min(expires_at),
            (None, stated) => stated.and_then(|stated| stated.ends_at),
        }
    };
    Some(Entitlement {
        provider: Some(provider),
        trial_ends_at: if without_end { None } else { trial() },
        expires_at,
        grace_ends_at: renewal.and_then(|said| said.grace_ends_at),
        will_renew: !revoked && renewal.and_then(|said| said.will_renew).unwrap_or(true),
    })
}

/// Whether a statement on renewal was made before the transaction began: what is bought since then renews until somebody
/// says otherwise. Shops charge for a period up to a day ahead.
fn is_of_before(renewal: &Statement, transaction: &Statement) -> bool {
    let known_by = renewal.said_at + TimeDelta::days(1);
    transaction.starts_at.is_some_and(|at| known_by < at)
}

/// When a transaction stops giving anything: when its period is over, when it is taken back, or when another product
/// replaces it. A renewal begins when the period before is over, so only another product can.
fn end(transaction: &Statement, all: &[&Statement]) -> Option<DateTime<Utc>> {
    let replaced = all.iter().filter(|other| {
        let is_later = transaction.starts_at.is_some() && other.starts_at > transaction.starts_at;
        is_later && other.product_id != transaction.product_id
    });
    let replaced_at = replaced.filter_map(|other| other.starts_at).min();
    let ends = [transaction.ends_at, transaction.revoked_at, replaced_at];
    ends.into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscription::{
        Access,
        statement::{Stage, Transaction},
    };

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(number)
    }

    /// A month that begins on a day.
    fn month(begins: i64) -> Transaction {
        Transaction {
            id: begins.to_string(),
            product_id: "monthly".to_owned(),
            starts_at: Some(day(begins)),
            ends_at: day(begins + 30),
            is_trial: false,
            revoked_at: None,
        }
    }

    fn revoked(transaction: Transaction, at: i64) -> Transaction {
        let revoked_at = Some(day(at));
        Transaction {
            revoked_at,
            ..transaction
        }
    }

    fn said(transaction: Transaction, at: i64) -> Statement {
        Statement::on_transaction(transaction, day(at), Stage::Changed)
    }

    fn whole(ends: i64, at: i64) -> Statement {
        let entitlement = Entitlement {
            expires_at: Some(day(ends)),
            will_renew: true,
            ..Entitlement::default()
        };
        Statement::on_subscription(&entitlement, day(at), Stage::Changed).remove(0)
    }

    fn standing(statements: &[Statement]) -> Entitlement {
        entitlement(SubscriptionProvider::Apple, statements).expect("an end")
    }

    fn access(statements: &[Statement], at: i64) -> Access {
        standing(statements).access(day(at))
    }

    #[test]
    fn a_refund_ends_its_own_period_alone() {
        let earlier = said(revoked(month(0), 40), 40);
        assert_eq!(
            access(&[earlier.clone(), said(month(30), 30)], 41),
            Access::Active
        );
        let current = said(revoked(month(30), 41), 41);
        let both = [said(month(0), 0), current.clone()];
        assert_eq!(access(&both, 41), Access::Lapsed);
        assert!(!standing(&both).will_renew);
        assert_eq!(access(&[earlier, current], 41), Access::Lapsed);
    }

    #[test]
    fn what_replaces_a_product_ends_it() {
        let year = Transaction {
            product_id: "yearly".to_owned(),
            ends_at: day(365),
            ..month(0)
        };
        let upgraded = month(10);
        let both = [said(year.clone(), 0), said(upgraded.clone(), 10)];
        assert_eq!(standing(&both).expires_at, Some(day(40)));
        // The refund of what was replaced takes nothing from what replaced it.
        let refunded = [said(revoked(year, 11), 11), said(upgraded, 10)];
        assert_eq!(access(&refunded, 12), Access::Active);
        assert!(standing(&refunded).will_renew);
    }

    #[test]
    fn a_trial_stays_known_and_ends_when_it_is_taken_back() {
        let trial = Transaction {
            is_trial: true,
            ends_at: day(7),
            ..month(0)
        };
        let paid = [said(trial.clone(), 0), said(month(7), 7)];
        assert_eq!(standing(&paid).trial_ends_at, Some(day(7)));
        assert_eq!(access(&paid, 8), Access::Active);
        let refunded = [said(trial.clone(), 0), said(revoked(month(7), 9), 9)];
        assert_eq!(access(&refunded, 10), Access::Lapsed);
        assert_eq!(access(&[said(revoked(trial, 2), 2)], 3), Access::Lapsed);
    }

    #[test]
    fn what_was_said_of_the_whole_stands_for_what_came_before() {
        // It says less than the transaction did, and later.
        let ended = [said(month(0), 0), whole(10, 10)];
        assert_eq!(access(&ended, 11), Access::Lapsed);
        // An older period is refunded since; the present one is known from the whole alone.
        let refunded = [whole(60, 30), said(revoked(month(0), 40), 40)];
        assert_eq!(access(&refunded, 41), Access::Active);
        // The present one is.
        let refunded = [whole(60, 30), said(revoked(month(30), 40), 40)];
        assert_eq!(access(&refunded, 41), Access::Lapsed);
        let renewed = [whole(60, 30), said(month(60), 60)];
        assert_eq!(access(&renewed, 61), Access::Active);
    }

    #[test]
    fn grace_and_renewal_are_of_the_present_period() {
        let failed = Statement::on_renewal(true, Some(day(46)), day(30), Stage::Changed);
        let paid_since = [said(month(0), 0), failed.clone(), said(month(33), 33)];
        assert_eq!(standing(&paid_since).grace_ends_at, None);
        let tried = [said(month(0), 0), failed.clone()];
        assert_eq!(access(&tried, 31), Access::Grace);
        let refunded = [said(revoked(month(0), 29), 29), failed];
        assert_eq!(access(&refunded, 31), Access::Lapsed);
        let cancelled = Statement::on_renewal(false, None, day(5), Stage::Changed);
        assert!(!standing(&[said(month(0), 0), cancelled.clone()]).will_renew);
        assert!(standing(&[cancelled, said(month(30), 30)]).will_renew);
    }
}
