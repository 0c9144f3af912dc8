use sea_orm::Iterable as _;

use super::{Answers, Load, Progression, next_load};
use crate::enums::{Goal, Level};

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
    use Progression::{Advance, Build, Ease, Hold, Rest};
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
        let progression = answers(energy, sleep, weight).progression(goal);
        assert_eq!(
            progression, expected,
            "{energy} {sleep} {weight:?} {goal:?}"
        );
    }
}

#[test]
fn each_progression_changes_the_load() {
    use Level::{Advanced, Beginner, Intermediate};
    use Progression::{Advance, Build, Ease, Hold, Rest};
    let wanted = load(Intermediate, 4);
    for (last, rest, ease, hold, build, advance) in [
        // As in the preferences.
        (
            load(Intermediate, 4),
            load(Intermediate, 2),
            load(Intermediate, 3),
            load(Intermediate, 4),
            load(Intermediate, 4),
            load(Advanced, 4),
        ),
        // Lighter than the preferences.
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
        // Beyond the preferences.
        (
            load(Advanced, 4),
            load(Advanced, 2),
            load(Advanced, 3),
            load(Advanced, 4),
            load(Advanced, 4),
            load(Advanced, 4),
        ),
        // More days than the preferences, because no programme has so few.
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
            .map(|progression| next_load(progression, last, wanted, wanted));
        assert_eq!(found, expected, "{last:?}");
    }
    let two_days = load(Advanced, 2);
    let lighter =
        [Rest, Ease].map(|progression| next_load(progression, two_days, two_days, two_days));
    assert_eq!(lighter, [load(Beginner, 2), load(Intermediate, 2)]);
}

#[test]
fn changed_preferences_apply_from_the_next_cycle_on() {
    use Level::{Advanced, Beginner, Intermediate};
    let (last, then) = (load(Beginner, 3), load(Beginner, 3));
    let hold = |wanted| next_load(Progression::Hold, last, then, wanted);
    assert_eq!(hold(load(Beginner, 5)), load(Beginner, 5));
    assert_eq!(hold(load(Advanced, 3)), load(Advanced, 3));
    assert_eq!(hold(load(Intermediate, 2)), load(Intermediate, 2));
    // An unchanged preference keeps the adjustment of the check-ins.
    let eased = load(Beginner, 2);
    assert_eq!(
        next_load(Progression::Hold, eased, then, load(Intermediate, 3)),
        load(Intermediate, 2)
    );
    // Lower preferences apply in spite of earlier progress.
    let beyond = load(Advanced, 4);
    let wanted = load(Beginner, 3);
    assert_eq!(
        next_load(Progression::Advance, beyond, load(Intermediate, 4), wanted),
        load(Intermediate, 3)
    );
}

#[test]
fn no_check_in_exceeds_the_limits_of_the_load() {
    let loads = || Level::iter().flat_map(|level| (2..=6).map(move |days| load(level, days)));
    let progressions = [
        Progression::Rest,
        Progression::Ease,
        Progression::Hold,
        Progression::Build,
        Progression::Advance,
    ];
    for last in loads() {
        for then in loads() {
            for wanted in loads() {
                for progression in progressions {
                    let next = next_load(progression, last, then, wanted);
                    assert!((2..=wanted.days_per_week).contains(&next.days_per_week));
                    assert!(next.level as i32 <= wanted.level as i32 + 1);
                }
            }
        }
    }
}

#[test]
fn the_extremes_of_weight_do_not_overflow() {
    // Multiplied by 25, those in the middle would overflow 32 bits and change their sign.
    for (weight, expected) in [
        ((400_000, i32::MAX), Progression::Advance),
        ((500_000, 90_000_000), Progression::Advance),
        ((100_000, -100_000_000), Progression::Ease),
        ((20_000, i32::MIN + 1), Progression::Ease),
        ((0, 0), Progression::Advance),
    ] {
        let progression = answers(5, 5, Some(weight)).progression(Goal::LoseWeight);
        assert_eq!(progression, expected, "{weight:?}");
    }
}
