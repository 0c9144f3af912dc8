//! The definitions of the demo members. All names are invented.

use chrono_tz::Tz;
use coach_domain::{
    check_in::CheckInAnswers,
    enums::{
        Allergen,
        ConsentPurpose::{HealthData, MarketingEmail, PartnerSharing},
        Diet, Goal, Level,
    },
    member::Units,
    subscription::SubscriptionProvider,
};

use super::{
    DEMO,
    definition::{Cycle, DatedPreferences, DemoMember, DemoSubscription, Plan},
};

/// A subscription that does not expire before the member is renewed.
const PAID: DemoSubscription = DemoSubscription {
    provider: Some(SubscriptionProvider::Stripe),
    trial_ends: None,
    expires: Some(30),
    grace_ends: None,
    will_renew: true,
};

/// All demo members with a row, in any order.
pub(super) const MEMBERS: [DemoMember; 8] = [NORA, DANI, MAYA, CHEN, THEO, LARA, GWEN, RAVI];

const NORA: DemoMember = DemoMember {
    subject: DEMO.no_plan,
    display_name: "Nora Lindqvist",
    locale: "sv-SE",
    time_zone: Tz::UTC,
    units: Units::Metric,
    preferences: &[DatedPreferences {
        since: 0,
        goal: Goal::LoseWeight,
        level: Level::Beginner,
        diet: Diet::Omnivore,
        allergens: &[],
        days_per_week: 3,
    }],
    plan: None,
    subscription: None,
    favourites: &[],
    consents: &[],
    valid_for: 0,
};

const DANI: DemoMember = DemoMember {
    subject: DEMO.day_one,
    display_name: "Dani Ortega",
    locale: "en-US",
    time_zone: Tz::America__New_York,
    units: Units::Imperial,
    preferences: &[DatedPreferences {
        since: 0,
        goal: Goal::ImproveEndurance,
        level: Level::Beginner,
        diet: Diet::Omnivore,
        allergens: &[Allergen::Crustaceans, Allergen::Molluscs],
        days_per_week: 3,
    }],
    plan: Some(Plan {
        cycles: &[Cycle {
            began: 0,
            check_in: None,
        }],
        ended: None,
        last_active: 1,
        swapped_dinners: &[],
    }),
    subscription: Some(DemoSubscription {
        provider: None,
        trial_ends: Some(14),
        expires: None,
        grace_ends: None,
        will_renew: false,
    }),
    favourites: &[],
    consents: &[(HealthData, true), (MarketingEmail, false)],
    // As long as the trial.
    valid_for: 13,
};

const MAYA: DemoMember = DemoMember {
    subject: DEMO.mid_cycle,
    display_name: "Maya Brandt",
    locale: "de-DE",
    time_zone: Tz::Europe__Berlin,
    units: Units::Metric,
    preferences: &[DatedPreferences {
        since: 20,
        goal: Goal::BuildStrength,
        level: Level::Intermediate,
        diet: Diet::Vegetarian,
        allergens: &[Allergen::Nuts],
        // So that she trains on day 12, and on most others.
        days_per_week: 5,
    }],
    plan: Some(Plan {
        cycles: &[Cycle {
            began: 11,
            check_in: None,
        }],
        ended: None,
        last_active: 1,
        swapped_dinners: &[5, 12],
    }),
    subscription: Some(PAID),
    favourites: &[
        "chickpea-squash-and-spinach-stew",
        "shakshuka-with-pitta",
        "caprese-skewers",
    ],
    consents: &[
        (HealthData, true),
        (MarketingEmail, true),
        (PartnerSharing, false),
    ],
    // To day 28.
    valid_for: 16,
};

const CHEN: DemoMember = DemoMember {
    subject: DEMO.check_in_due,
    display_name: "Chen Wei Ling",
    locale: "en-SG",
    time_zone: Tz::Asia__Singapore,
    units: Units::Metric,
    preferences: &[DatedPreferences {
        since: 31,
        goal: Goal::LoseWeight,
        level: Level::Beginner,
        diet: Diet::Pescatarian,
        allergens: &[Allergen::Milk],
        days_per_week: 2,
    }],
    plan: Some(Plan {
        cycles: &[Cycle {
            began: 29,
            check_in: None,
        }],
        ended: None,
        last_active: 2,
        swapped_dinners: &[],
    }),
    subscription: Some(PAID),
    favourites: &["miso-cod-with-pak-choi"],
    consents: &[(HealthData, true)],
    valid_for: 28,
};

const THEO: DemoMember = DemoMember {
    subject: DEMO.third_cycle,
    display_name: "Theo Walker",
    locale: "en-NZ",
    time_zone: Tz::Pacific__Auckland,
    units: Units::Metric,
    preferences: &[
        DatedPreferences {
            since: 70,
            goal: Goal::LoseWeight,
            level: Level::Beginner,
            diet: Diet::Omnivore,
            allergens: &[],
            days_per_week: 3,
        },
        DatedPreferences {
            since: 37,
            goal: Goal::LoseWeight,
            level: Level::Intermediate,
            diet: Diet::Omnivore,
            allergens: &[Allergen::Peanuts],
            days_per_week: 4,
        },
        DatedPreferences {
            since: 20,
            goal: Goal::LoseWeight,
            level: Level::Intermediate,
            diet: Diet::Pescatarian,
            allergens: &[Allergen::Peanuts],
            days_per_week: 5,
        },
    ],
    plan: Some(Plan {
        cycles: &[
            Cycle {
                began: 65,
                // On day 29, the first on which it can be.
                check_in: Some((37, || CheckInAnswers {
                    weight_grams: Some(91_400),
                    waist_millimetres: Some(1_010),
                    hips_millimetres: Some(1_060),
                    energy: 3,
                    sleep: 2,
                    notes: Some("Evenings are hard to keep free.".to_owned()),
                    ..CheckInAnswers::default()
                })),
            },
            Cycle {
                began: 37,
                // A day late.
                check_in: Some((8, || CheckInAnswers {
                    weight_grams: Some(89_600),
                    waist_millimetres: Some(985),
                    hips_millimetres: Some(1_045),
                    chest_millimetres: Some(1_080),
                    energy: 4,
                    sleep: 4,
                    ..CheckInAnswers::default()
                })),
            },
            Cycle {
                began: 8,
                check_in: None,
            },
        ],
        ended: None,
        last_active: 1,
        swapped_dinners: &[3],
    }),
    subscription: Some(DemoSubscription {
        provider: Some(SubscriptionProvider::Apple),
        trial_ends: Some(-56),
        ..PAID
    }),
    favourites: &[
        "baked-salmon-with-potatoes-and-green-beans",
        "red-lentil-and-carrot-soup",
    ],
    consents: &[
        (HealthData, true),
        (MarketingEmail, false),
        (PartnerSharing, true),
    ],
    // To day 28.
    valid_for: 19,
};

const LARA: DemoMember = DemoMember {
    subject: DEMO.lapsed,
    display_name: "Lara Conti",
    locale: "it-IT",
    time_zone: Tz::Europe__Rome,
    units: Units::Metric,
    preferences: &[DatedPreferences {
        since: 34,
        goal: Goal::BuildStrength,
        level: Level::Beginner,
        diet: Diet::Vegan,
        allergens: &[Allergen::Gluten, Allergen::Soy],
        days_per_week: 3,
    }],
    plan: Some(Plan {
        cycles: &[Cycle {
            began: 15,
            check_in: None,
        }],
        ended: None,
        last_active: 5,
        swapped_dinners: &[],
    }),
    subscription: Some(DemoSubscription {
        provider: Some(SubscriptionProvider::Google),
        expires: Some(-4),
        will_renew: false,
        ..PAID
    }),
    favourites: &["coconut-dal-with-cauliflower"],
    consents: &[(HealthData, true)],
    // To day 28.
    valid_for: 12,
};

const GWEN: DemoMember = DemoMember {
    subject: DEMO.in_grace,
    display_name: "Gwen Hughes",
    locale: "en-GB",
    time_zone: Tz::Europe__London,
    units: Units::Imperial,
    preferences: &[DatedPreferences {
        since: 32,
        goal: Goal::ImproveEndurance,
        level: Level::Advanced,
        diet: Diet::Pescatarian,
        allergens: &[],
        days_per_week: 6,
    }],
    plan: Some(Plan {
        cycles: &[Cycle {
            began: 5,
            check_in: None,
        }],
        ended: None,
        last_active: 1,
        swapped_dinners: &[],
    }),
    subscription: Some(DemoSubscription {
        provider: Some(SubscriptionProvider::Google),
        expires: Some(-2),
        grace_ends: Some(14),
        ..PAID
    }),
    favourites: &[],
    consents: &[(HealthData, true), (PartnerSharing, true)],
    // As long as the grace period.
    valid_for: 13,
};

const RAVI: DemoMember = DemoMember {
    subject: DEMO.plan_ended,
    display_name: "Ravi Menon",
    locale: "en-IN",
    time_zone: Tz::Asia__Kolkata,
    units: Units::Metric,
    preferences: &[DatedPreferences {
        since: 41,
        goal: Goal::LoseWeight,
        level: Level::Beginner,
        diet: Diet::Vegetarian,
        allergens: &[Allergen::Eggs],
        days_per_week: 3,
    }],
    plan: Some(Plan {
        cycles: &[Cycle {
            began: 40,
            check_in: None,
        }],
        // On day 30.
        ended: Some(11),
        last_active: 14,
        swapped_dinners: &[],
    }),
    subscription: Some(PAID),
    favourites: &["coconut-dal-with-cauliflower"],
    consents: &[(HealthData, true)],
    valid_for: 28,
};
