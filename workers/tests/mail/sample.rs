//! A sample of every letter.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use coach_domain::{
    clock::Clock,
    email_address::EmailAddress,
    enums::{Goal, MealSlot},
    id::MemberId,
    mail::{Message, unsubscribe::UnsubscribeTokens},
    member::Units,
    outbox::Decode as _,
    shopping::{ShoppingItem, ShoppingList},
};
use coach_workers::mail::{
    Attachment, EmailPayload, Error, Recipient, Sender, SenderSettings,
    attachment::{PlanAttachment, PlanDay, PlanMeal, PlanWorkout},
    render,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const ID: Uuid = Uuid::from_u128(0x019a_b000_0000_7000_8000_0000_0000_0001);
const MEMBER: MemberId = MemberId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));

/// Monday, 23 November 2026.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

/// A clock that always shows the same time.
pub(crate) struct FixedClock(pub(crate) DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(FixedClock(now()))
}

pub(crate) fn sender_settings() -> SenderSettings {
    SenderSettings {
        name: "Coach".to_owned(),
        from: "Coach <hello@coach.example>".to_owned(),
        reply_to: Some("Coach's people <help@coach.example>".to_owned()),
        bounces: Some("bounces@mail.coach.example".to_owned()),
        app_url: "https://app.coach.example".to_owned(),
        logo_url: None,
        imprint: "Coach Ltd, 1 Example Street, 10115 Berlin, Germany".to_owned(),
        unsubscribe_url: Some("https://api.coach.example/mail/unsubscribe".to_owned()),
    }
}

pub(crate) fn sender() -> Sender {
    let tokens = UnsubscribeTokens::new(&[7; 32]).unwrap();
    Sender::new(&sender_settings(), Some(tokens)).unwrap()
}

pub(crate) fn ada() -> Recipient {
    Recipient {
        address: EmailAddress::parse("ada@example.com").unwrap(),
        member: Some(MEMBER),
        name: Some("Ada Łódzka".to_owned()),
        locale: "de-DE".to_owned(),
        time_zone: Tz::Europe__Berlin,
        units: Units::Metric,
    }
}

pub(crate) fn grace() -> Recipient {
    Recipient {
        address: EmailAddress::parse("grace@example.org").unwrap(),
        name: Some("Grace".to_owned()),
        locale: "en-US".to_owned(),
        time_zone: Tz::America__New_York,
        units: Units::Imperial,
        ..ada()
    }
}

pub(crate) const CYCLE: Uuid = Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0002);

const MEALS: [(MealSlot, &str); 8] = [
    (MealSlot::Breakfast, "Oat porridge with apple"),
    (MealSlot::Lunch, "Lentil soup"),
    (MealSlot::Dinner, "Żurek, as in Łódź"),
    (MealSlot::Snack, "Crème brûlée"),
    (MealSlot::Breakfast, "Scrambled eggs on rye"),
    (MealSlot::Lunch, "Chickpea salad with roasted peppers"),
    (MealSlot::Dinner, "Salmon with potatoes & dill"),
    (MealSlot::Snack, "Yoghurt with walnuts"),
];

pub(crate) fn plan() -> PlanAttachment {
    let starts_on = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let date = |day: u64| starts_on.checked_add_days(Days::new(day)).unwrap();
    let days = (0..28).map(|day| PlanDay {
        number: i32::try_from(day).unwrap() + 1,
        date: date(day),
        workouts: match day % 7 {
            0 => vec![("Full-body strength", 40)],
            2 => vec![("Intervals, short & hard", 25), ("Stretching", 10)],
            4 => vec![("Upper body", 35)],
            _ => vec![],
        }
        .into_iter()
        .map(|(title, minutes)| PlanWorkout {
            title: title.to_owned(),
            minutes,
        })
        .collect(),
        meals: MEALS[usize::try_from(day % 2).unwrap() * 4..][..4]
            .iter()
            .map(|(slot, title)| PlanMeal {
                slot: *slot,
                title: (*title).to_owned(),
                servings: 1 + i32::from(day % 5 == 4),
            })
            .collect(),
    });
    PlanAttachment {
        cycle: CYCLE,
        cycle_number: 1,
        goal: Goal::BuildStrength,
        starts_on,
        time_zone: Tz::Europe__Berlin,
        days: days.collect(),
        shopping: (0..4).map(|week| shopping(date(week * 7))).collect(),
    }
}

fn shopping(from: NaiveDate) -> ShoppingList {
    let item = |name: &str, grams, quantities: &[&str]| ShoppingItem {
        name: name.to_owned(),
        grams,
        quantities: quantities
            .iter()
            .map(|quantity| (*quantity).to_owned())
            .collect(),
    };
    ShoppingList {
        from,
        to: from + TimeDelta::days(6),
        items: vec![
            item("Apples", Some(600), &[]),
            item("Bay leaves", None, &["2"]),
            item("Chickpeas, cooked", Some(480), &[]),
            item("Crème fraîche", Some(200), &["1 tbsp"]),
            item("Dill", None, &["1 bunch", "1 bunch"]),
            item("Eggs", None, &["6"]),
            item("Lemon juice", None, &["½ tbsp", "⅓ cup"]),
            item("Lentils, red", Some(350), &[]),
            item("Milk", Some(1_250), &[]),
            item("Oats", Some(420), &[]),
            item("Potatoes", Some(2_100), &[]),
            item("Salt", None, &[""]),
            item(
                "Salmon fillet, without skin and bones, as fresh as you can get it",
                Some(700),
                &[],
            ),
            item("Walnuts", Some(90), &[]),
        ],
    }
}

/// A letter with its attachment and its recipient.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) payload: Value,
    pub(crate) attachment: Attachment,
    pub(crate) to: Recipient,
}

impl Sample {
    pub(crate) fn render(&self) -> Result<Message, Error> {
        let payload = EmailPayload::decode(self.kind, 1, &self.payload);
        let payload = payload.map_err(|_| Error::Payload(self.kind))?;
        let to = payload.recipient()?.unwrap_or_else(|| self.to.clone());
        render(ID, &payload, &to, &self.attachment, &sender(), now())
    }
}

/// Every letter, in each of its variants.
#[expect(clippy::too_many_lines, reason = "one entry for each")]
pub(crate) fn samples() -> Vec<Sample> {
    let archive: Arc<[u8]> = b"PK\x05\x06 not quite an archive"[..].into();
    let plan_of_four = PlanAttachment {
        cycle_number: 4,
        goal: Goal::LoseWeight,
        ..plan()
    };
    let mut samples = Vec::new();
    let mut add = |name, kind, payload, attachment, to| {
        samples.push(Sample {
            name,
            kind,
            payload,
            attachment,
            to,
        });
    };
    add(
        "sign-in-code",
        "email.sign-in-code",
        json!({"address": "new.member@example.com", "code": "493817", "expiresAt": "2026-11-23T09:10:30Z", "locale": "en"}),
        Attachment::Nothing,
        ada(),
    );
    add(
        "welcome",
        "email.welcome",
        Value::Null,
        Attachment::Nothing,
        ada(),
    );
    add(
        "your-plan",
        "email.your-plan",
        json!({"cycle": CYCLE}),
        Attachment::Plan(Box::new(plan())),
        ada(),
    );
    add(
        "your-plan-later",
        "email.your-plan",
        json!({"cycle": CYCLE}),
        Attachment::Plan(Box::new(plan_of_four)),
        grace(),
    );
    add(
        "check-in-due",
        "email.check-in-due",
        json!({"cycleNumber": 2, "openedOn": "2026-11-23"}),
        Attachment::Nothing,
        ada(),
    );
    let received = json!({
        "cycleNumber": 2, "submittedAt": "2026-11-23T23:30:00Z", "weightGrams": 72_400, "weightChangeGrams": -1_200,
        "waistChangeMillimetres": -15, "nextStartsOn": "2026-11-24",
    });
    add(
        "check-in-received",
        "email.check-in-received",
        received.clone(),
        Attachment::Nothing,
        ada(),
    );
    add(
        "check-in-received-imperial",
        "email.check-in-received",
        received,
        Attachment::Nothing,
        grace(),
    );
    add(
        "check-in-received-bare",
        "email.check-in-received",
        json!({"cycleNumber": 2, "submittedAt": "2026-11-23T08:30:00Z"}),
        Attachment::Nothing,
        Recipient {
            name: None,
            ..ada()
        },
    );
    let ending = |trial: bool, provider: Option<&str>| json!({"endsAt": "2026-11-30T17:30:00Z", "isTrial": trial, "provider": provider});
    add(
        "subscription-expiring",
        "email.subscription-expiring",
        ending(false, Some("APPLE")),
        Attachment::Nothing,
        ada(),
    );
    add(
        "subscription-expiring-trial",
        "email.subscription-expiring",
        ending(true, None),
        Attachment::Nothing,
        grace(),
    );
    let ended = |trial: bool, provider: Option<&str>| json!({"endedAt": "2026-11-22T17:30:00Z", "isTrial": trial, "provider": provider});
    add(
        "subscription-lapsed",
        "email.subscription-lapsed",
        ended(false, Some("STRIPE")),
        Attachment::Nothing,
        ada(),
    );
    add(
        "subscription-lapsed-trial",
        "email.subscription-lapsed",
        ended(true, Some("GOOGLE")),
        Attachment::Nothing,
        grace(),
    );
    add(
        "data-export",
        "email.data-export",
        json!({"requestedAt": "2026-11-22T08:00:00Z", "archive": {"by": "attachment", "key": "export/1.zip"}}),
        Attachment::Object(archive),
        ada(),
    );
    add(
        "data-export-link",
        "email.data-export",
        json!({"requestedAt": "2026-11-22T08:00:00Z", "archive": {
            "by": "link", "url": "https://files.example/export?key=a&signature=b", "expiresAt": "2026-11-29T08:00:00Z"}}),
        Attachment::Nothing,
        ada(),
    );
    let mut plan_in_japanese = plan();
    "鶏の照り焼き".clone_into(&mut plan_in_japanese.days[0].meals[0].title);
    "鶏もも肉".clone_into(&mut plan_in_japanese.shopping[0].items[0].name);
    let japanese = Sample {
        name: "your-plan-in-japanese",
        kind: "email.your-plan",
        payload: json!({"cycle": CYCLE}),
        attachment: Attachment::Plan(Box::new(plan_in_japanese)),
        to: ada(),
    };
    add(
        "confirm-address",
        "email.confirm-address",
        json!({"code": "7KQ2-M9XD", "expiresAt": "2026-11-24T09:00:00Z"}),
        Attachment::Nothing,
        ada(),
    );
    samples.push(japanese);
    samples
}
