//! The profile of a demo member: member, preferences, subscription, favourites and consents.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    consent::Consent,
    database::Columns,
    email_address::EmailAddress,
    id::RecipeId,
    member::Member,
    preferences::Preferences,
    subscription::{Access, Entitlement},
    viewer::Subject,
};

use super::{
    LOCAL_ISSUER,
    data::{DataBuilder, DemoData, Subscription},
    definition::{DemoMember, DemoSubscription},
};
use crate::seed::identity::id;

impl DataBuilder<'_> {
    /// The data of the member, except plans.
    pub(super) fn profile(&self) -> DemoData {
        let preferences = self.history();
        let first = preferences.first().map(|it| it.effective_from);
        let registered = self.at(first.unwrap_or(self.today), (0, 0));
        DemoData {
            id: self.member,
            member: self.member_columns(registered),
            registered_at: registered,
            preferences,
            subscription: self.subscription(registered),
            favourites: self.favourites(registered),
            consents: self.consents(registered),
            plan: None,
            cycles: Vec::new(),
            completions: Vec::new(),
            choices: Vec::new(),
            check_ins: Vec::new(),
        }
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

    fn member_columns(&self, registered: DateTime<Utc>) -> Columns {
        let DemoMember {
            subject,
            display_name,
            locale,
            time_zone,
            units,
            ..
        } = *self.definition;
        let purchase_token = id("purchase_token", subject);
        let member = Member {
            id: self.member,
            display_name: display_name.to_owned(),
            email: EmailAddress::parse(subject),
            email_confirmed_at: Some(registered),
            email_code_requested_at: None,
            locale: locale.to_owned(),
            time_zone,
            units,
            access: Access::None,
            subscription: None,
            purchase_token: purchase_token.to_string(),
            health_data: None,
            deletion_final_at: None,
        };
        let subject = Subject {
            issuer: LOCAL_ISSUER.to_owned(),
            subject: subject.to_owned(),
        };
        member.columns(&subject, None, purchase_token, registered)
    }

    fn subscription(&self, registered: DateTime<Utc>) -> Option<Subscription> {
        let DemoSubscription {
            provider,
            trial_ends,
            expires,
            grace_ends,
            will_renew,
        } = *self.definition.subscription.as_ref()?;
        let end = |days: Option<i64>| days.map(|days| self.at(self.ago(-days), (12, 0)));
        // The last update was the latest end in the past, or else the registration.
        let past = [trial_ends, expires].into_iter().flatten();
        let past = past.filter(|days| *days < 0).max();
        Some(Subscription {
            id: self.id("subscription", self.today),
            external_id: provider.map(|_| format!("demo-{}", self.definition.subject)),
            entitlement: Entitlement {
                provider,
                trial_ends_at: end(trial_ends),
                expires_at: end(expires),
                grace_ends_at: end(grace_ends),
                will_renew,
            },
            updated_at: end(past).unwrap_or(registered),
        })
    }

    fn favourites(&self, registered: DateTime<Utc>) -> Vec<(RecipeId, DateTime<Utc>)> {
        let slugs = self.definition.favourites.iter().rev().zip(1..);
        let added = |minutes| registered + TimeDelta::minutes(minutes);
        slugs
            .map(|(slug, minutes)| (RecipeId(id("recipe", slug)), added(minutes)))
            .collect()
    }

    fn consents(&self, registered: DateTime<Utc>) -> Vec<Consent> {
        let answers = self.definition.consents.iter();
        answers
            .map(|&(purpose, granted)| Consent {
                purpose,
                granted,
                changed_at: registered,
            })
            .collect()
    }
}
