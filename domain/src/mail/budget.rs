//! How many mails may go to whom: the table `mail_budget`. What is over a budget is not sent, now or later.
//!
//! A budget belongs to a member or to a mailbox, of whom the table knows no more than a digest. It counts the mails that
//! were begun in a window, which begins with the first of them: a mail that is tried again counts once, because only its
//! first try takes from the budget, in the transaction that records the try.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveEnum as _, ConnectionTrait, DeriveActiveEnum, EnumIter, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Result,
    database::{self, Sweep},
    id::MemberId,
    member::EmailAddress,
    preferences::stored_enum,
};

/// The window of all budgets but that of sign-in codes.
pub const WINDOW: TimeDelta = TimeDelta::hours(24);

/// The window of sign-in codes: short, so that who is flooded with codes can sign in again soon.
pub const SIGN_IN_WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Confirmations that a mailbox gets in a [`WINDOW`], whoever claims to have it.
pub const CONFIRMATIONS: u32 = 5;

stored_enum! {
    /// What is counted together.
    Scope {
        /// Mail to a mailbox from members who confirmed it.
        Address = "ADDRESS",
        /// Confirmations to a mailbox. Apart from all else, so that strangers use up nobody's mail.
        Confirmation = "CONFIRMATION",
        /// Mail to a member.
        Member = "MEMBER",
        /// Sign-in codes to a mailbox.
        SignIn = "SIGN_IN",
    }
}

/// How many mails are in each budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// For each member in a [`WINDOW`], confirmations and sign-in codes excepted.
    pub member: u32,
    /// The same for each mailbox.
    pub address: u32,
    /// Sign-in codes for each mailbox in a [`SIGN_IN_WINDOW`].
    pub sign_in: u32,
}

impl Budgets {
    /// What a mail to a member takes from.
    pub fn for_member(&self, member: MemberId, address: &EmailAddress) -> Vec<Claim> {
        // In the order of the scopes, as everybody takes them: two mails never wait for each other.
        vec![
            Claim {
                scope: Scope::Address,
                subject: mailbox(address),
                most: self.address,
                window: WINDOW,
            },
            Claim {
                scope: Scope::Member,
                subject: Sha256::digest(member.0.as_bytes()).to_vec(),
                most: self.member,
                window: WINDOW,
            },
        ]
    }

    /// What the confirmation of an address takes from.
    pub fn for_confirmation(self, address: &EmailAddress) -> Vec<Claim> {
        vec![Claim {
            scope: Scope::Confirmation,
            subject: mailbox(address),
            most: CONFIRMATIONS,
            window: WINDOW,
        }]
    }

    /// What a sign-in code takes from.
    pub fn for_sign_in(self, address: &EmailAddress) -> Vec<Claim> {
        vec![Claim {
            scope: Scope::SignIn,
            subject: mailbox(address),
            most: self.sign_in,
            window: SIGN_IN_WINDOW,
        }]
    }
}

/// One mail's share of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    scope: Scope,
    subject: Vec<u8>,
    most: u32,
    window: TimeDelta,
}

impl Claim {
    /// Which budget it is of.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The scope, the subject, the moment before which a window is over, and the most.
    fn values(&self, now: DateTime<Utc>) -> [Value; 4] {
        [
            self.scope.to_value().into(),
            self.subject.clone().into(),
            (now - self.window).into(),
            i64::from(self.most).into(),
        ]
    }
}

/// The digest of a mailbox. Many providers deliver `ada+anything@`, `a.da@` and `Ada@` to `ada@`, so these share a
/// budget: otherwise one stranger has any number of addresses for one victim.
fn mailbox(address: &EmailAddress) -> Vec<u8> {
    let (local, domain) = (address.as_str().rsplit_once('@')).unwrap_or((address.as_str(), ""));
    let plain = local.split_once('+').map_or(local, |(name, _)| name);
    // A local part of nothing but a tag stays as it is.
    let plain = if plain.is_empty() { local } else { plain };
    let mailbox = format!("{}@{domain}", plain.replace('.', "").to_lowercase());
    Sha256::digest(mailbox).to_vec()
}

/// The first of the budgets that is used up, without taking from any: for who wants to know before they do what is dear.
pub async fn used_up(
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

/// Takes one mail from each of the budgets, or tells the first that is used up; then the caller rolls the transaction
/// back.
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

/// Notes that operators are told of a budget that is used up; false where they were told in this window.
pub async fn tell(db: &impl ConnectionTrait, claims: &[Claim], scope: Scope) -> Result<bool> {
    let sql = "
        UPDATE mail_budget SET is_told = TRUE
        WHERE scope = $1 AND subject = $2 AND NOT is_told";
    let Some(claim) = claims.iter().find(|claim| claim.scope == scope) else {
        return Ok(false);
    };
    let values = [scope.to_value().into(), claim.subject.clone().into()];
    let told = db.execute_raw(database::statement(sql, values)).await?;
    Ok(told.rows_affected() == 1)
}

/// Deletes at most `most` budgets whose window is over, and says how many.
pub async fn forget(db: &impl ConnectionTrait, now: DateTime<Utc>, most: u32) -> Result<u64> {
    let sweep = Sweep {
        table: "mail_budget",
        key: "scope, subject",
        age: "began_at",
    };
    sweep.run(db, now - WINDOW, most).await
}

#[cfg(test)]
mod tests {
    use super::mailbox;
    use crate::member::EmailAddress;

    fn key(address: &str) -> Vec<u8> {
        mailbox(&EmailAddress::parse(address).expect(address))
    }

    #[test]
    fn one_mailbox_has_one_budget() {
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
