//! Every kind of mail, with the settings that there have to be and no others.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    id::MemberId,
    mail::{
        delivery::DeliveryState,
        letter::{
            Archive, CheckInDue, CheckInReceived, DataExport, SignInCode, SubscriptionExpiring,
            SubscriptionLapsed, Welcome, YourPlan,
        },
    },
    object::{Attributes, Condition, ObjectStore as _},
    outbox::{Effect, Effects},
    queue::QueueName,
};
use coach_gateway::settings::{Settings, Sources};
use coach_workers::mail::{House, Letters};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    fixture::{Fixture, until},
    letters::{PATIENT, letters, mailbox, member, state},
};

/// What the settings make of a gateway's environment.
fn house(environment: &[(&str, &str)]) -> House {
    let environment = environment.iter();
    let sources = Sources {
        file: "none.toml".into(),
        environment: environment
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        takes_database_url: false,
    };
    let settings = Settings::load(&sources).expect("valid settings");
    settings.worker.letters.house
}

/// The least with which mail leaves the machine.
const PRODUCTION: [(&str, &str); 4] = [
    ("COACH_MAIL", "smtp://mail.example.com:587"),
    ("COACH_MAIL_FROM", "Coach <hello@coach.example>"),
    ("COACH_MAIL_APP_URL", "https://app.coach.example"),
    ("COACH_MAIL_IMPRINT", "Coach Ltd, 1 Example Street, Berlin"),
];

/// That, and what mail that has to offer to unsubscribe needs.
const UNSUBSCRIBING: [(&str, &str); 2] = [
    (
        "COACH_MAIL_UNSUBSCRIBE_URL",
        "https://api.coach.example/unsubscribe",
    ),
    (
        "COACH_MAIL_UNSUBSCRIBE_KEY",
        "0707070707070707070707070707070707070707070707070707070707070707",
    ),
];

#[derive(FromQueryResult)]
struct Cycle {
    id: Uuid,
}

/// One of each kind.
async fn one_of_each(fixture: &Fixture, member: MemberId) -> Vec<Effect> {
    let now: DateTime<Utc> = SystemClock.now();
    let (today, soon) = (now.date_naive(), now + TimeDelta::days(3));
    let sql = format!(
        "SELECT id FROM cycle WHERE member_id = '{}' LIMIT 1",
        member.0
    );
    let cycle = fixture.rows::<Cycle>(&sql).await[0].id;
    let key = "exports/archive.json";
    let stored = (fixture.objects)
        .put(key, b"{}", &Attributes::default(), &Condition::Always)
        .await;
    stored.expect("stored");
    // One that has been withdrawn since is not sent.
    let kept = format!(
        "INSERT INTO data_export (id, member_id, object_key, requested_at, expires_at)
         VALUES (gen_random_uuid(), '{}', '{key}', now(), now() + interval '7 days')",
        member.0
    );
    fixture.execute(&kept).await;
    let mut effects = Effects::new(Some(member), now);
    let owe = |done: coach_domain::Result<Uuid>| assert!(done.is_ok());
    owe(effects.owe(&SignInCode {
        address: "ada@example.com".to_owned(),
        code: "493817".to_owned(),
        expires_at: soon,
        locale: None,
    }));
    owe(effects.owe(&Welcome {}));
    owe(effects.owe(&YourPlan { cycle }));
    owe(effects.owe(&CheckInDue {
        cycle_number: 1,
        opened_on: today,
    }));
    owe(effects.owe(&CheckInReceived {
        cycle_number: 1,
        submitted_at: now,
        weight_grams: Some(70_000),
        weight_change_grams: Some(-500),
        waist_change_millimetres: None,
        next_starts_on: Some(today),
    }));
    owe(effects.owe(&SubscriptionExpiring {
        ends_at: soon,
        is_trial: false,
        provider: None,
    }));
    owe(effects.owe(&SubscriptionLapsed {
        ended_at: now,
        is_trial: true,
        provider: None,
    }));
    owe(effects.owe(&DataExport {
        requested_at: now,
        archive: Archive::Attachment {
            key: key.to_owned(),
        },
    }));
    effects.into_owed()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_mail_goes_or_ends_with_the_least_of_settings() {
    let all: Vec<_> = PRODUCTION.into_iter().chain(UNSUBSCRIBING).collect();
    for (environment, offers) in [(&[][..], false), (&PRODUCTION[..], false), (&all[..], true)] {
        let fixture = Fixture::seeded().await;
        let mailbox = mailbox();
        let house = Arc::new(house(environment));
        assert_eq!(house.offers_to_unsubscribe(), offers);
        // She has agreed to marketing.
        let mails = one_of_each(&fixture, member(&fixture, "maya").await).await;
        assert_eq!(mails.len(), 8, "a kind that is added has to be thought of");
        fixture.owe(&mails).await;
        let queues = [
            QueueName::EmailUrgent,
            QueueName::Email,
            QueueName::EmailAttachments,
        ];
        let working: Vec<_> = (queues.into_iter())
            .map(|queue| {
                let letters = Letters {
                    house: house.clone(),
                    ..letters(&fixture, queue, Arc::new(mailbox.clone()))
                };
                (fixture.relay(queue), fixture.consume(letters, PATIENT))
            })
            .collect();
        until("each mail has ended", async || {
            let mut left = fixture.unsent().await != 0;
            for queue in queues {
                left |= !fixture.queued(queue).await.is_empty();
            }
            !left
        })
        .await;
        for (relay, consumer) in working {
            relay.stop().await;
            consumer.stop().await;
        }
        for mail in &mails {
            let expected = if mail.kind == "email.subscription-lapsed" && !offers {
                DeliveryState::Suppressed
            } else {
                DeliveryState::Sent
            };
            assert_eq!(state(&fixture, mail).await, Some(expected), "{}", mail.kind);
        }
        let sent = mailbox.list(20).expect("a list").len();
        assert_eq!(sent, if offers { 8 } else { 7 });
    }
}
