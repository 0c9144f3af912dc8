use sea_orm::Iterable as _;

use super::{Answers, Load, Verdict, next_load};
use crate::preferences::{Goal, Level};

fn answers(energy: i32, sleep: i32, weight: Option<(i32, i32)>) -> Answers {
    Answers {
        energy,
        sleep,
        weight,
    }
}

fn load(level: Level, days_per_week: i32) -> Load {
    Load {
        level,
        days_per_week,
    }
}

#[test]
fn each_row_of_the_table() {
    use Goal::{BuildStrength, ImproveEndurance, LoseWeight};
    use Verdict::{Advance, Build, Ease, Hold, Rest};
    let fast = Some((95_900, -4_100));
    let four_per_cent = Some((96_000, -4_000));
    let gained = Some((100_100, 100));
    let same = Some((100_000, 0));
    for (energy, sleep, weight, goal, expected) in [
        // 1
        (1, 5, None, BuildStrength, Rest),
        (5, 1, fast, LoseWeight, Rest),
        (1, 1, gained, ImproveEndurance, Rest),
        // 2
        (2, 5, None, BuildStrength, Ease),
        (3, 2, gained, LoseWeight, Ease),
        // 3
        (3, 3, fast, LoseWeight, Ease),
        (5, 5, fast, BuildStrength, Ease),
        (4, 4, fast, ImproveEndurance, Ease),
        // 4
        (3, 5, None, BuildStrength, Hold),
        (5, 3, gained, LoseWeight, Hold),
        (3, 3, four_per_cent, LoseWeight, Hold),
        // 5
        (4, 4, gained, LoseWeight, Advance),
        (4, 5, same, LoseWeight, Advance),
        // 6
        (4, 5, None, LoseWeight, Build),
        (5, 4, four_per_cent, LoseWeight, Build),
        (4, 4, gained, BuildStrength, Build),
        (4, 4, same, ImproveEndurance, Build),
        // 7
        (5, 5, None, BuildStrength, Advance),
        (5, 5, four_per_cent, LoseWeight, Advance),
    ] {
        let verdict = answers(energy, sleep, weight).verdict(goal);
        assert_eq!(verdict, expected, "{energy} {sleep} {weight:?} {goal:?}");
    }
}

#[test]
fn what_follows_from_each_verdict() {
    use Level::{Advanced, Beginner, Intermediate};
    use Verdict::{Advance, Build, Ease, Hold, Rest};
    let wanted = load(Intermediate, 4);
    for (last, rest, ease, hold, build, advance) in [
        // As wanted.
        (
            load(Intermediate, 4),
            load(Intermediate, 2),
            load(Intermediate, 3),
            load(Intermediate, 4),
            load(Intermediate, 4),
            load(Advanced, 4),
        ),
        // Lighter than wanted.
        (
            load(Beginner, 2),
            load(Beginner, 2),
            load(Beginner, 2),
            load(Beginner, 2),
            load(Beginner, 3),
            load(Beginner, 3),
        ),
        (
            load(Beginner, 4),
            load(Beginner, 2),
            load(Beginner, 3),
            load(Beginner, 4),
            load(Intermediate, 4),
            load(Intermediate, 4),
        ),
        // Beyond it.
        (
            load(Advanced, 4),
            load(Advanced, 2),
            load(Advanced, 3),
            load(Advanced, 4),
            load(Advanced, 4),
            load(Advanced, 4),
        ),
        // More days than wanted, because no programme has as few.
        (
            load(Intermediate, 5),
            load(Intermediate, 2),
            load(Intermediate, 3),
            load(Intermediate, 4),
            load(Intermediate, 4),
            load(Advanced, 4),
        ),
    ] {
        let expected = [rest, ease, hold, build, advance];
        let found = [Rest, Ease, Hold, Build, Advance]
            .map(|verdict| next_load(verdict, last, wanted, wanted));
        assert_eq!(found, expected, "{last:?}");
    }
    let two_days = load(Advanced, 2);
    let lighter = [Rest, Ease].map(|verdict| next_load(verdict, two_days, two_days, two_days));
    assert_eq!(lighter, [load(Beginner, 2), load(Intermediate, 2)]);
}

#[test]
fn what_was_changed_meanwhile_counts_from_the_next_cycle_on() {
    use Level::{Advanced, Beginner, Intermediate};
    let (last, then) = (load(Beginner, 3), load(Beginner, 3));
    let hold = |wanted| next_load(Verdict::Hold, last, then, wanted);
    assert_eq!(hold(load(Beginner, 5)), load(Beginner, 5));
    assert_eq!(hold(load(Advanced, 3)), load(Advanced, 3));
    assert_eq!(hold(load(Intermediate, 2)), load(Intermediate, 2));
    // What was not changed stays as the check-ins have made it.
    let eased = load(Beginner, 2);
    assert_eq!(
        next_load(Verdict::Hold, eased, then, load(Intermediate, 3)),
        load(Intermediate, 2)
    );
    // Who wants less gets less, whatever they had earned.
    let beyond = load(Advanced, 4);
    let wanted = load(Beginner, 3);
    assert_eq!(
        next_load(Verdict::Advance, beyond, load(Intermediate, 4), wanted),
        load(Intermediate, 3)
    );
}

#[test]
fn no_check_in_leads_beyond_what_there_is_or_to_more_days_than_wanted() {
    let loads = || Level::iter().flat_map(|level| (2..=6).map(move |days| load(level, days)));
    let verdicts = [
        Verdict::Rest,
        Verdict::Ease,
        Verdict::Hold,
        Verdict::Build,
        Verdict::Advance,
    ];
    for last in loads() {
        for then in loads() {
            for wanted in loads() {
                for verdict in verdicts {
                    let next = next_load(verdict, last, then, wanted);
                    assert!((2..=wanted.days_per_week).contains(&next.days_per_week));
                    assert!(next.level as i32 <= wanted.level as i32 + 1);
                }
            }
        }
    }
}

#[test]
fn the_extremes_of_weight_do_not_overflow() {
    // Twenty-five times each of those in the middle is another number of 32 bits, of the other sign.
    for (weight, expected) in [
        ((400_000, i32::MAX), Verdict::Advance),
        ((500_000, 90_000_000), Verdict::Advance),
        ((100_000, -100_000_000), Verdict::Ease),
        ((20_000, i32::MIN + 1), Verdict::Ease),
        ((0, 0), Verdict::Advance),
    ] {
        let verdict = answers(5, 5, Some(weight)).verdict(Goal::LoseWeight);
        assert_eq!(verdict, expected, "{weight:?}");
    }
}
