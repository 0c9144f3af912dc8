//! The table `subscription`.

use sea_orm::entity::prelude::*;

use super::SubscriptionProvider;
use crate::id::MemberId;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The row; unique.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it was bought; `None` for a gift or a trial without a purchase.
    pub provider: Option<SubscriptionProvider>,
    /// The shop's id of the subscription; unique with the provider.
    pub external_id: Option<String>,
    /// When the trial ends.
    pub trial_ends_at: Option<DateTimeUtc>,
    /// When the paid or given period ends.
    pub expires_at: Option<DateTimeUtc>,
    /// Until when the shop retries a failed payment.
    pub grace_ends_at: Option<DateTimeUtc>,
    /// Whether it renews at the end of the period.
    pub will_renew: bool,
    /// The time of the shop's latest statement.
    pub updated_at: DateTimeUtc,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
