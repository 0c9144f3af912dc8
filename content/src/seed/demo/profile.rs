//! The rows of a demo member's profile: member, preferences, subscription, favourites and consents.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    consent, favourite,
    id::RecipeId,
    member,
    preferences::{self, Preferences},
    subscription,
};

use super::{
    LOCAL_ISSUER,
    definition::{DemoMember, DemoSubscription},
    rows::{RowBuilder, Rows},
};
use crate::seed::identity::id;

impl RowBuilder<'_> {
    /// Adds the rows of the member, except plans.
    pub(super) fn add_profile(&self, rows: &mut Rows) {
        let since = self
            .definition
            .preferences
            .first()
            .map_or(0, |preferences| preferences.since);
        let registered = self.at(self.ago(since), (0, 0));
        rows.members.push(self.member(registered));
        let history = self.history().into_iter();
        rows.preferences
            .extend(history.map(|preferences| self.preferences(preferences)));
        rows.subscriptions.extend(self.subscription(registered));
        rows.favourites.extend(self.favourites(registered));
        rows.consents.extend(self.consents(registered));
    }

    /// The history of preferences, the earliest first.
    pub(super) fn history(&self) -> Vec<Preferences> {
        let preferences = self.definition.preferences.iter();
        preferences
            .map(|preferences| Preferences {
                effective_from: self.ago(preferences.since),
                goal: preferences.goal,
                level: preferences.level,
                diet: preferences.diet,
                allergens: preferences.allergens.to_vec(),
                days_per_week: preferences.days_per_week,
            })
            .collect()
    }

    fn member(&self, registered: DateTime<Utc>) -> member::entity::Model {
        let DemoMember {
            subject,
            display_name,
            locale,
            time_zone,
            units,
            ..
        } = self.definition;
        member::entity::Model {
            id: self.member,
            issuer: LOCAL_ISSUER.to_owned(),
            subject: (*subject).to_owned(),
            display_name: (*display_name).to_owned(),
            email: Some((*subject).to_owned()),
            email_confirmed_at: Some(registered),
            email_code_digest: None,
            email_code_requested_at: None,
            locale: (*locale).to_owned(),
            time_zone: time_zone.name().to_owned(),
            units: *units,
            purchase_token: id("purchase_token", subject),
            created_at: registered,
        }
    }

    fn preferences(&self, preferences: Preferences) -> preferences::entity::Model {
        preferences::entity::Model {
            member_id: self.member,
            effective_from: preferences.effective_from,
            goal: preferences.goal,
            level: preferences.level,
            diet: preferences.diet,
            allergens: preferences.allergens,
            days_per_week: preferences.days_per_week,
        }
    }

    fn subscription(&self, registered: DateTime<Utc>) -> Option<subscription::entity::Model> {
        let DemoSubscription {
            provider,
            trial_ends,
            expires,
            grace_ends,
            will_renew,
        } = self.definition.subscription.as_ref()?;
        let end = |days: &Option<i64>| days.map(|days| self.at(self.ago(-days), (12, 0)));
        // The last update was the latest end in the past, or else the registration.
        let past = [trial_ends, expires].into_iter().flatten();
        let past = past.copied().filter(|days| *days < 0).max();
        Some(subscription::entity::Model {
            member_id: self.member,
            id: self.id("subscription", self.today),
            provider: *provider,
            external_id: provider.map(|_| format!("demo-{}", self.definition.subject)),
            trial_ends_at: end(trial_ends),
            expires_at: end(expires),
            grace_ends_at: end(grace_ends),
            will_renew: *will_renew,
            updated_at: end(&past).unwrap_or(registered),
        })
    }

    fn favourites(&self, registered: DateTime<Utc>) -> Vec<favourite::entity::Model> {
        let slugs = self.definition.favourites.iter().rev();
        (slugs.zip(1..))
            .map(|(slug, minutes)| favourite::entity::Model {
                member_id: self.member,
                recipe_id: RecipeId(id("recipe", slug)),
                created_at: registered + TimeDelta::minutes(minutes),
            })
            .collect()
    }

    fn consents(&self, registered: DateTime<Utc>) -> Vec<consent::entity::Model> {
        let answers = self.definition.consents.iter();
        answers
            .map(|(purpose, granted)| consent::entity::Model {
                member_id: self.member,
                purpose: *purpose,
                granted: *granted,
                changed_at: registered,
            })
            .collect()
    }
}
