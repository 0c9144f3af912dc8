use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use coach_domain::{
    catalogue::Catalogue,
    clock::Clock,
    cycle::{self, DAYS},
    enums::Allergen,
    subscription::{Access, Entitlement},
};

use super::{
    DEMO,
    definition::DemoMember,
    members::MEMBERS,
    rows::{Rows, member_id},
};
use crate::seed;

/// A time at which the date differs between the members' time zones.
fn now() -> DateTime<Utc> {
    "2026-03-29T22:30:00Z".parse().expect("a moment")
}

struct At(DateTime<Utc>);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn catalogue() -> Catalogue {
    seed::catalogue().expect("the content can be read")
}

fn rows_of(definition: &DemoMember, now: DateTime<Utc>, catalogue: &Catalogue) -> Rows {
    let mut rows = Rows::default();
    let today = At(now).today(definition.time_zone);
    rows.add_member(definition, today, catalogue)
        .expect("the rows can be built");
    rows
}

fn definition(subject: &str) -> &'static DemoMember {
    let mut members = MEMBERS.iter();
    members
        .find(|definition| definition.subject == subject)
        .expect("the member is defined")
}

fn access(rows: &Rows, now: DateTime<Utc>) -> Access {
    let Some(row) = rows.subscriptions.first() else {
        return Access::None;
    };
    let entitlement = Entitlement {
        provider: row.provider,
        trial_ends_at: row.trial_ends_at,
        expires_at: row.expires_at,
        grace_ends_at: row.grace_ends_at,
        will_renew: row.will_renew,
    };
    entitlement.access(now)
}

#[test]
fn every_member_is_in_their_state_as_long_as_it_is_valid() {
    let catalogue = catalogue();
    let states = [
        (DEMO.no_plan, Access::None, None),
        (DEMO.day_one, Access::Trial, Some(1)),
        (DEMO.mid_cycle, Access::Active, Some(12)),
        (DEMO.check_in_due, Access::Active, Some(30)),
        (DEMO.third_cycle, Access::Active, Some(9)),
        (DEMO.lapsed, Access::Lapsed, Some(16)),
        (DEMO.in_grace, Access::Grace, Some(6)),
        (DEMO.plan_ended, Access::Active, Some(41)),
    ];
    assert_eq!(states.len(), MEMBERS.len());
    for (subject, expected, day) in states {
        let definition = definition(subject);
        let rows = rows_of(definition, now(), &catalogue);
        let today = At(now()).today(definition.time_zone);
        let began = rows.cycles.iter().map(|cycle| cycle.starts_on).max();
        let number = began.map(|began| (today - began).num_days() + 1);
        assert_eq!(number, day, "{subject}");
        for days in 0..=definition.valid_for {
            let later = now() + chrono::TimeDelta::days(days);
            assert_eq!(
                access(&rows, later),
                expected,
                "{subject} after {days} days"
            );
        }
        // A member who is within a cycle at first stays within it.
        let within = |number| number <= i64::from(DAYS);
        let last = number.map(|number| number + definition.valid_for);
        assert!(
            number.is_none_or(|it| !within(it)) || last.is_some_and(within),
            "{subject}"
        );
    }
}

#[test]
fn rows_depend_on_the_day_and_not_on_the_time() {
    let catalogue = catalogue();
    for definition in &MEMBERS {
        let midnight = At(now()).today(definition.time_zone).and_hms_opt(0, 0, 0);
        let midnight =
            midnight.and_then(|it| it.and_local_timezone(definition.time_zone).earliest());
        let midnight = midnight.expect("a midnight").to_utc();
        let night = midnight + chrono::TimeDelta::hours(22);
        let rows = rows_of(definition, midnight, &catalogue);
        assert_eq!(
            rows,
            rows_of(definition, night, &catalogue),
            "{}",
            definition.subject
        );
        assert_ne!(
            rows,
            rows_of(definition, midnight + Days::new(40), &catalogue)
        );
    }
}

#[test]
fn all_times_are_between_registration_and_now() {
    let catalogue = catalogue();
    for definition in &MEMBERS {
        // Just after midnight, when most of the day is in the future.
        let midnight = At(now()).today(definition.time_zone).and_hms_opt(0, 0, 1);
        let midnight =
            midnight.and_then(|it| it.and_local_timezone(definition.time_zone).earliest());
        let midnight = midnight.expect("a midnight").to_utc();
        let rows = rows_of(definition, midnight, &catalogue);
        let registered = rows.members[0].created_at;
        let past = registered..=midnight;
        let check_ins = rows.check_ins.iter().map(|it| it.submitted_at);
        let eaten = rows.choices.iter().filter_map(|it| it.eaten_at);
        let done = rows.completions.iter().map(|it| it.completed_at);
        let given = rows.consents.iter().map(|it| it.changed_at);
        let said = rows.subscriptions.iter().map(|it| it.updated_at);
        let kept = rows.favourites.iter().map(|it| it.created_at);
        let moments = check_ins.chain(eaten).chain(done).chain(given).chain(said);
        for moment in moments.chain(kept) {
            assert!(past.contains(&moment), "{}: {moment}", definition.subject);
        }
        let first = rows.preferences.iter().map(|it| it.effective_from).min();
        assert!(rows.plans.iter().all(|plan| Some(plan.started_on) >= first));
    }
}

#[test]
fn cycles_follow_each_other_and_close_on_day_29_at_the_earliest() {
    let rows = rows_of(definition(DEMO.third_cycle), now(), &catalogue());
    assert_eq!(
        (rows.plans.len(), rows.cycles.len(), rows.check_ins.len()),
        (1, 3, 2)
    );
    for (pair, number) in rows.cycles.windows(2).zip(1..) {
        let [one, next] = pair else { unreachable!() };
        assert_eq!((one.number, next.number), (number, number + 1));
        assert_eq!(one.closed_on, Some(next.starts_on));
        assert!(next.starts_on >= cycle::check_in_opens_on(one.starts_on));
        assert_ne!(one.programme_id, next.programme_id);
    }
    let closed: HashSet<_> = rows.check_ins.iter().map(|it| it.cycle_id.id).collect();
    assert_eq!(closed, rows.cycles[..2].iter().map(|it| it.id).collect());
}

#[test]
fn the_member_in_mid_cycle_has_all_kinds_of_data() {
    let catalogue = catalogue();
    let rows = rows_of(definition(DEMO.mid_cycle), now(), &catalogue);
    assert!(rows.completions.len() >= 4);
    assert!(
        rows.choices
            .iter()
            .filter(|it| it.eaten_at.is_some())
            .count()
            >= 30
    );
    let ahead: Vec<_> = rows
        .choices
        .iter()
        .filter(|it| it.eaten_at.is_none())
        .collect();
    let [swapped] = ahead.as_slice() else {
        panic!("one dinner is swapped and not eaten: {ahead:?}");
    };
    assert_eq!(swapped.day, 12);
    let cycle = &rows.cycles[0];
    let programme = &catalogue.programmes[&(cycle.programme_id, cycle.programme_version)];
    assert!(
        !programme.content.days[11].workouts.is_empty(),
        "today is a rest day"
    );
    assert_eq!((rows.favourites.len(), rows.consents.len()), (3, 3));
    assert_eq!(rows.preferences[0].allergens, [Allergen::Nuts]);
    for choice in &rows.choices {
        let recipe = &catalogue.recipes[&choice.recipe_id];
        assert!(recipe.suits(rows.preferences[0].diet, &[Allergen::Nuts]));
        assert!(recipe.slots.contains(&choice.slot));
    }
}

#[test]
fn references_exist_and_ids_are_unique() {
    let catalogue = catalogue();
    let mut rows = Rows::default();
    for definition in &MEMBERS {
        let today = NaiveDate::from_ymd_opt(2026, 3, 29).expect("a date");
        rows.add_member(definition, today, &catalogue)
            .expect("the rows can be built");
    }
    let members: HashSet<_> = rows.members.iter().map(|it| it.id).collect();
    assert_eq!(members, MEMBERS.iter().map(member_id).collect());
    let plans: HashMap<_, _> = rows.plans.iter().map(|it| (it.id, it.member_id)).collect();
    let cycles: HashMap<_, _> = rows.cycles.iter().map(|it| (it.id, it.member_id)).collect();
    assert_eq!(
        (plans.len(), cycles.len()),
        (rows.plans.len(), rows.cycles.len())
    );
    for cycle in &rows.cycles {
        assert_eq!(plans.get(&cycle.plan_id), Some(&cycle.member_id));
        let programme = (cycle.programme_id, cycle.programme_version);
        assert!(catalogue.programmes.contains_key(&programme));
    }
    for done in &rows.completions {
        assert_eq!(cycles.get(&done.cycle_id), Some(&done.member_id));
    }
    for choice in &rows.choices {
        assert_eq!(cycles.get(&choice.cycle_id), Some(&choice.member_id));
    }
    for favourite in &rows.favourites {
        assert!(
            catalogue.recipes.contains_key(&favourite.recipe_id),
            "{favourite:?}"
        );
    }
}
