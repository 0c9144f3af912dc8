use std::collections::HashSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use coach_domain::{
    catalogue::Catalogue,
    clock::Clock,
    cycle::{self, DAYS},
    enums::Allergen,
    subscription::Access,
};

use super::{
    DEMO,
    data::{DemoData, member_id},
    definition::DemoMember,
    members::MEMBERS,
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

fn data_of(definition: &DemoMember, now: DateTime<Utc>, catalogue: &Catalogue) -> DemoData {
    let today = At(now).today(definition.time_zone);
    DemoData::new(definition, today, catalogue).expect("the data can be made")
}

fn definition(subject: &str) -> &'static DemoMember {
    let mut members = MEMBERS.iter();
    members
        .find(|definition| definition.subject == subject)
        .expect("the member is defined")
}

fn access(data: &DemoData, now: DateTime<Utc>) -> Access {
    let subscription = data.subscription.as_ref();
    subscription.map_or(Access::None, |it| it.entitlement.access(now))
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
        let data = data_of(definition, now(), &catalogue);
        let today = At(now()).today(definition.time_zone);
        let began = data.cycles.iter().map(|cycle| cycle.starts_on).max();
        let number = began.map(|began| (today - began).num_days() + 1);
        assert_eq!(number, day, "{subject}");
        for days in 0..=definition.valid_for {
            let later = now() + chrono::TimeDelta::days(days);
            assert_eq!(
                access(&data, later),
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
        let data = data_of(definition, midnight, &catalogue);
        assert_eq!(
            data,
            data_of(definition, night, &catalogue),
            "{}",
            definition.subject
        );
        assert_ne!(
            data,
            data_of(definition, midnight + Days::new(40), &catalogue)
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
        let data = data_of(definition, midnight, &catalogue);
        let past = data.registered_at..=midnight;
        let check_ins = data.check_ins.iter().map(|it| it.submitted_at);
        let eaten = data.choices.iter().filter_map(|(_, it)| it.eaten_at);
        let done = data.completions.iter().map(|(_, it)| it.completed_at);
        let given = data.consents.iter().map(|it| it.changed_at);
        let said = data.subscription.iter().map(|it| it.updated_at);
        let kept = data.favourites.iter().map(|(_, at)| *at);
        let moments = check_ins.chain(eaten).chain(done).chain(given).chain(said);
        for moment in moments.chain(kept) {
            assert!(past.contains(&moment), "{}: {moment}", definition.subject);
        }
        let first = data.preferences.iter().map(|it| it.effective_from).min();
        assert!(data.plan.iter().all(|plan| Some(plan.started_on) >= first));
    }
}

#[test]
fn cycles_follow_each_other_and_close_on_day_29_at_the_earliest() {
    let data = data_of(definition(DEMO.third_cycle), now(), &catalogue());
    assert!(data.plan.is_some());
    assert_eq!((data.cycles.len(), data.check_ins.len()), (3, 2));
    for (pair, number) in data.cycles.windows(2).zip(1..) {
        let [one, next] = pair else { unreachable!() };
        assert_eq!((one.number, next.number), (number, number + 1));
        assert_eq!(one.closed_on, Some(next.starts_on));
        assert!(next.starts_on >= cycle::check_in_opens_on(one.starts_on));
        assert_ne!(one.programme, next.programme);
    }
    let closed: HashSet<_> = data.check_ins.iter().map(|it| it.cycle_id).collect();
    assert_eq!(closed, data.cycles[..2].iter().map(|it| it.id).collect());
}

#[test]
fn the_member_in_mid_cycle_has_all_kinds_of_data() {
    let catalogue = catalogue();
    let data = data_of(definition(DEMO.mid_cycle), now(), &catalogue);
    assert!(data.completions.len() >= 4);
    assert!(
        data.choices
            .iter()
            .filter(|(_, it)| it.eaten_at.is_some())
            .count()
            >= 30
    );
    let ahead: Vec<_> = data
        .choices
        .iter()
        .filter(|(_, it)| it.eaten_at.is_none())
        .collect();
    let [(_, swapped)] = ahead.as_slice() else {
        panic!("one dinner is swapped and not eaten: {ahead:?}");
    };
    assert_eq!(swapped.day, 12);
    let cycle = &data.cycles[0];
    let programme = &catalogue.programmes[&(cycle.programme, cycle.programme_version)];
    assert!(
        !programme.content.days[11].workouts.is_empty(),
        "today is a rest day"
    );
    assert_eq!((data.favourites.len(), data.consents.len()), (3, 3));
    assert_eq!(data.preferences[0].allergens, [Allergen::Nuts]);
    for (_, choice) in &data.choices {
        let recipe = &catalogue.recipes[&choice.recipe_id];
        assert!(recipe.suits(data.preferences[0].diet, &[Allergen::Nuts]));
        assert!(recipe.slots.contains(&choice.slot));
    }
}

#[test]
fn references_exist_and_ids_are_unique() {
    let catalogue = catalogue();
    let today = NaiveDate::from_ymd_opt(2026, 3, 29).expect("a date");
    let (mut members, mut ids) = (HashSet::new(), HashSet::new());
    for definition in &MEMBERS {
        let data = DemoData::new(definition, today, &catalogue).expect("the data can be made");
        assert_eq!(data.id, member_id(definition));
        assert!(members.insert(data.id));
        let plan = data.plan.as_ref().map(|plan| plan.id);
        assert!(plan.is_none_or(|plan| plan.member == data.id && ids.insert(plan.id)));
        let cycles: HashSet<_> = data.cycles.iter().map(|cycle| cycle.id).collect();
        for cycle in &data.cycles {
            assert!(cycle.id.member == data.id && ids.insert(cycle.id.id));
            assert_eq!(Some(cycle.plan_id), plan);
            let programme = (cycle.programme, cycle.programme_version);
            assert!(catalogue.programmes.contains_key(&programme));
        }
        assert!(data.completions.iter().all(|(id, _)| cycles.contains(id)));
        assert!(data.choices.iter().all(|(id, _)| cycles.contains(id)));
        for (recipe, _) in &data.favourites {
            assert!(catalogue.recipes.contains_key(recipe), "{recipe:?}");
        }
    }
}
