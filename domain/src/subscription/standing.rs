//! Computes the entitlement of a purchase from all statements of its shop.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Entitlement, SubscriptionProvider,
    statement::{Statement, Subject},
};

/// The entitlement that follows from the latest statements on each subject; `None` if none of them is about the
/// subscription as a whole or about a transaction.
///
/// A statement on the subscription as a whole supersedes all earlier ones. Later statements on transactions add to it,
/// and replace it once a transaction lasts at least as long.
pub(crate) fn entitlement(
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
    // A revoked subscription neither renews nor has a grace period.
    let revoked = whole_counts.is_none() && last.is_some_and(|last| last.revoked_at.is_some());
    let renewal = on(Subject::Renewal)
        .chain(whole)
        .max_by_key(|it| &it.said)
        .filter(|renewal| !revoked && !last.is_some_and(|last| precedes(renewal, last)));
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
        grace_ends_at: renewal.and_then(|renewal| renewal.grace_ends_at),
        will_renew: !revoked
            && renewal
                .and_then(|renewal| renewal.will_renew)
                .unwrap_or(true),
    })
}

/// Whether a statement on renewal was made before the transaction began. It does not apply to that transaction, which
/// renews until a later statement. Shops charge for a period up to a day ahead.
fn precedes(renewal: &Statement, transaction: &Statement) -> bool {
    let latest_start = renewal.said_at + TimeDelta::days(1);
    transaction.starts_at.is_some_and(|at| latest_start < at)
}

/// When the entitlement of a transaction ends: when its period ends, when it is revoked, or when another product
/// replaces it. A renewal of the same product begins when the period before ends, so it does not replace it.
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

    /// A monthly period that begins on a day.
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

    fn statement(transaction: Transaction, at: i64) -> Statement {
        Statement::for_transaction(transaction, day(at), Stage::Changed)
    }

    fn whole(ends: i64, at: i64) -> Statement {
        let entitlement = Entitlement {
            expires_at: Some(day(ends)),
            will_renew: true,
            ..Entitlement::default()
        };
        Statement::for_subscription(&entitlement, day(at), Stage::Changed).remove(0)
    }

    fn standing(statements: &[Statement]) -> Entitlement {
        entitlement(SubscriptionProvider::Apple, statements).expect("an end")
    }

    fn access(statements: &[Statement], at: i64) -> Access {
        standing(statements).access(day(at))
    }

    #[test]
    fn a_refund_ends_only_its_own_period() {
        let earlier = statement(revoked(month(0), 40), 40);
        assert_eq!(
            access(&[earlier.clone(), statement(month(30), 30)], 41),
            Access::Active
        );
        let current = statement(revoked(month(30), 41), 41);
        let both = [statement(month(0), 0), current.clone()];
        assert_eq!(access(&both, 41), Access::Lapsed);
        assert!(!standing(&both).will_renew);
        assert_eq!(access(&[earlier, current], 41), Access::Lapsed);
    }

    #[test]
    fn a_product_ends_when_another_replaces_it() {
        let year = Transaction {
            product_id: "yearly".to_owned(),
            ends_at: day(365),
            ..month(0)
        };
        let upgraded = month(10);
        let both = [statement(year.clone(), 0), statement(upgraded.clone(), 10)];
        assert_eq!(standing(&both).expires_at, Some(day(40)));
        // A refund of the replaced product does not affect the product that replaced it.
        let refunded = [statement(revoked(year, 11), 11), statement(upgraded, 10)];
        assert_eq!(access(&refunded, 12), Access::Active);
        assert!(standing(&refunded).will_renew);
    }

    #[test]
    fn a_trial_stays_known_and_ends_when_it_is_revoked() {
        let trial = Transaction {
            is_trial: true,
            ends_at: day(7),
            ..month(0)
        };
        let paid = [statement(trial.clone(), 0), statement(month(7), 7)];
        assert_eq!(standing(&paid).trial_ends_at, Some(day(7)));
        assert_eq!(access(&paid, 8), Access::Active);
        let refunded = [
            statement(trial.clone(), 0),
            statement(revoked(month(7), 9), 9),
        ];
        assert_eq!(access(&refunded, 10), Access::Lapsed);
        assert_eq!(
            access(&[statement(revoked(trial, 2), 2)], 3),
            Access::Lapsed
        );
    }

    #[test]
    fn a_statement_on_the_whole_supersedes_earlier_ones() {
        // It ends earlier than the transaction, and was made later.
        let ended = [statement(month(0), 0), whole(10, 10)];
        assert_eq!(access(&ended, 11), Access::Lapsed);
        // An older period was refunded later; the current one is only known from the statement on the whole.
        let refunded = [whole(60, 30), statement(revoked(month(0), 40), 40)];
        assert_eq!(access(&refunded, 41), Access::Active);
        // The current period was refunded.
        let refunded = [whole(60, 30), statement(revoked(month(30), 40), 40)];
        assert_eq!(access(&refunded, 41), Access::Lapsed);
        let renewed = [whole(60, 30), statement(month(60), 60)];
        assert_eq!(access(&renewed, 61), Access::Active);
    }

    #[test]
    fn grace_and_renewal_apply_to_the_current_period() {
        let failed = Statement::for_renewal(true, Some(day(46)), day(30), Stage::Changed);
        let paid_since = [
            statement(month(0), 0),
            failed.clone(),
            statement(month(33), 33),
        ];
        assert_eq!(standing(&paid_since).grace_ends_at, None);
        let tried = [statement(month(0), 0), failed.clone()];
        assert_eq!(access(&tried, 31), Access::Grace);
        let refunded = [statement(revoked(month(0), 29), 29), failed];
        assert_eq!(access(&refunded, 31), Access::Lapsed);
        let cancelled = Statement::for_renewal(false, None, day(5), Stage::Changed);
        assert!(!standing(&[statement(month(0), 0), cancelled.clone()]).will_renew);
        assert!(standing(&[cancelled, statement(month(30), 30)]).will_renew);
    }
}
