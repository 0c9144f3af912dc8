//! Rate limits for email by member and mailbox, called budgets: the table `mail_budget`. An email that exceeds a budget
//! is never sent, neither now nor later.
//!
//! A budget belongs to a member or a mailbox, of which the table stores a digest only. It counts the emails whose first
//! attempt lies in a window, which begins with the first of them. A retried email counts once, since only its first
//! attempt takes from the budget, in the transaction that records the attempt.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait, DeriveActiveEnum, EnumIter, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Result,
    database::{self, Purge},
    email_address::EmailAddress,
    enums::stored_enum,
    id::MemberId,
};

/// The window of all budgets except that of sign-in codes.
pub const WINDOW: TimeDelta = TimeDelta::hours(24);

/// The window of sign-in codes. It is short, so that a member who was flooded with codes can soon sign in again.
pub const SIGN_IN_WINDOW: TimeDelta = TimeDelta::minutes(15);

/// The most confirmation codes for a mailbox in a [`WINDOW`], by any number of members who claim the address.
pub const MAX_CONFIRMATIONS: u32 = 5;

stored_enum! {
    /// Which emails a budget counts.
    Scope {
        /// Emails to a mailbox, for members who have confirmed its address.
        Address = "ADDRESS",
        /// Confirmation codes to a mailbox. Counted separately, so that strangers cannot use up a member's budget.
        Confirmation = "CONFIRMATION",
        /// Emails to a member.
        Member = "MEMBER",
        /// Sign-in codes to a mailbox.
        SignIn = "SIGN_IN",
    }
}

/// The size of each budget, in emails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Emails to a member in a [`WINDOW`], except confirmation and sign-in codes.
    pub member: u32,
    /// Emails to a mailbox in a [`WINDOW`], except confirmation and sign-in codes.
    pub address: u32,
    /// Sign-in codes to a mailbox in a [`SIGN_IN_WINDOW`].
    pub sign_in: u32,
}

impl Budgets {
    /// The budgets that an email to a member takes from.
    pub fn for_member(&self, member: MemberId, address: &EmailAddress) -> Vec<Claim> {
        // Always in the order of the scopes, so that concurrent emails cannot deadlock.
        vec![
            Claim {
                scope: Scope::Address,
                subject: mailbox(address),
                limit: self.address,
                window: WINDOW,
            },
            Claim {
                scope: Scope::Member,
                subject: Sha256::digest(member.0.as_bytes()).to_vec(),
                limit: self.member,
                window: WINDOW,
            },
        ]
    }

    /// The budgets that a confirmation code takes from.
    pub fn for_confirmation(self, address: &EmailAddress) -> Vec<Claim> {
        vec![Claim {
            scope: Scope::Confirmation,
            subject: mailbox(address),
            limit: MAX_CONFIRMATIONS,
            window: WINDOW,
        }]
    }

    /// The budgets that a sign-in code takes from.
    pub fn for_sign_in(self, address: &EmailAddress) -> Vec<Claim> {
        vec![Claim {
            scope: Scope::SignIn,
            subject: mailbox(address),
            limit: self.sign_in,
            window: SIGN_IN_WINDOW,
        }]
    }
}

/// A claim of one email from one budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    scope: Scope,
    subject: Vec<u8>,
    limit: u32,
    window: TimeDelta,
}

impl Claim {
    /// The scope of the budget.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The SQL parameters `$1` to `$4`: the scope, the subject, the start of the oldest window that is not over, and
    /// the limit.
    fn values(&self, now: DateTime<Utc>) -> [Value; 4] {
        [
            self.scope.to_value().into(),
            self.subject.clone().into(),
            (now - self.window).into(),
            i64::from(self.limit).into(),
        ]
    }
}

/// The digest of an address's mailbox. Many providers deliver `ada+anything@`, `a.da@` and `Ada@` to `ada@`, so these
/// share a budget: otherwise an attacker could use any number of addresses for one victim.
fn mailbox(address: &EmailAddress) -> Vec<u8> {
    let (local, domain) = (address.as_str().rsplit_once('@')).unwrap_or((address.as_str(), ""));
    let plain = local.split_once('+').map_or(local, |(name, _)| name);
    // A local part that consists of a tag only stays unchanged.
    let plain = if plain.is_empty() { local } else { plain };
    let mailbox = format!("{}@{domain}", plain.replace('.', "").to_lowercase());
    Sha256::digest(mailbox).to_vec()
}

/// The first of the budgets that is exhausted, without taking from any: a check before expensive work.
pub async fn find_exhausted(
    db: &impl ConnectionTrait,
    claims: &[Claim],
    now: DateTime<Utc>,
) -> Result<Option<Scope>> {
    let sql = "
        SELECT
        FROM mail_budget
        WHERE scope = $1 AND subject = $2 AND began_at > $3 AND used >= $4";
    for claim in claims {
        let statement = database::statement(sql, claim.values(now));
        if db.query_one_raw(statement).await?.is_some() {
            return Ok(Some(claim.scope));
        }
    }
    Ok(None)
}

/// Takes one email from each of the budgets. Returns the first that is exhausted, if any; the caller must roll back the
/// transaction then.
pub async fn take(
    db: &impl ConnectionTrait,
    claims: &[Claim],
    now: DateTime<Utc>,
) -> Result<Option<Scope>> {
    let sql = "
        INSERT INTO mail_budget AS b (scope, subject, began_at, used)
        VALUES ($1, $2, $5, 1)
        ON CONFLICT (scope, subject) DO UPDATE
        SET used = CASE WHEN b.began_at > $3 THEN b.used + 1 ELSE 1 END,
            began_at = CASE WHEN b.began_at > $3 THEN b.began_at ELSE excluded.began_at END,
            is_told = b.is_told AND b.began_at > $3
        WHERE b.began_at <= $3 OR b.used < $4
        RETURNING used";
    for claim in claims {
        let values = claim.values(now).into_iter().chain([now.into()]);
        let taken = db.query_one_raw(database::statement(sql, values)).await?;
        if taken.is_none() {
            return Ok(Some(claim.scope));
        }
    }
    Ok(None)
}

/// Marks an exhausted budget as reported to operators. Returns false if it was reported in this window before.
pub async fn mark_reported(
    db: &impl ConnectionTrait,
    claims: &[Claim],
    scope: Scope,
) -> Result<bool> {
    let sql = "
        UPDATE mail_budget SET is_told = TRUE
        WHERE scope = $1 AND subject = $2 AND NOT is_told";
    let Some(claim) = claims.iter().find(|claim| claim.scope == scope) else {
        return Ok(false);
    };
    let values = [scope.to_value().into(), claim.subject.clone().into()];
    let updated = db.execute_raw(database::statement(sql, values)).await?;
    Ok(updated.rows_affected() == 1)
}

/// Deletes budgets, by when their window began. It is over after a [`WINDOW`].
pub const PURGE: Purge = Purge::new("mail_budget", "scope, subject", "began_at");

#[cfg(test)]
mod tests {
    use super::mailbox;
    use crate::email_address::EmailAddress;

    fn key(address: &str) -> Vec<u8> {
        mailbox(&EmailAddress::parse(address).expect(address))
    }

    #[test]
    fn addresses_of_one_mailbox_share_a_budget() {
        for same in [
            "Ada.L@example.com",
            "ada.l+1@EXAMPLE.com",
            "adal+x+y@example.com",
        ] {
            assert_eq!(key(same), key("adal@example.com"), "{same}");
        }
        for other in ["ada@example.com", "adal@example.org", "+adal@example.com"] {
            assert_ne!(key(other), key("adal@example.com"), "{other}");
        }
    }
}
