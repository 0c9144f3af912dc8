//! Every kind of email with only the required settings.

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
    outbox::{OutboxBatch, OutboxMessage},
    queue::QueueName,
};
use coach_gateway::settings::{Settings, Sources};
use coach_workers::mail::{EmailConsumer, Sender};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    fixture::{Fixture, until},
    letters::{LONG_TIMEOUTS, letters, mailbox, member, state},
};

/// The sender that results from these environment variables.
fn sender(environment: &[(&str, &str)]) -> Sender {
    let environment = environment.iter();
    let sources = Sources {
        file: "none.toml".into(),
        environment: environment
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        takes_database_url: false,
    };
    let settings = Settings::load(&sources).expect("valid settings");
    settings.worker.mail.sender
}

/// The settings that sending by SMTP requires.
const PRODUCTION: [(&str, &str); 4] = [
    ("COACH_MAIL", "smtp://mail.example.com:587"),
    ("COACH_MAIL_FROM", "Coach <hello@coach.example>"),
    ("COACH_MAIL_APP_URL", "https://app.coach.example"),
    ("COACH_MAIL_IMPRINT", "Coach Ltd, 1 Example Street, Berlin"),
];

/// The settings that emails with an unsubscribe link require in addition.
const UNSUBSCRIBE: [(&str, &str); 2] = [
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

/// One email of each kind.
async fn one_of_each(fixture: &Fixture, member: MemberId) -> Vec<OutboxMessage> {
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
    // A data export is only sent if it still exists.
    let export = format!(
        "INSERT INTO data_export (id, member_id, object_key, requested_at, expires_at)
         VALUES (gen_random_uuid(), '{}', '{key}', now(), now() + interval '7 days')",
        member.0
    );
    fixture.execute(&export).await;
    let mut outbox = OutboxBatch::new(Some(member), now);
    let assert_enqueued = |done: coach_domain::Result<Uuid>| assert!(done.is_ok());
    assert_enqueued(outbox.enqueue(&SignInCode {
        address: "ada@example.com".to_owned(),
        code: "493817".to_owned(),
        expires_at: soon,
        locale: None,
    }));
    assert_enqueued(outbox.enqueue(&Welcome {}));
    assert_enqueued(outbox.enqueue(&YourPlan { cycle }));
    assert_enqueued(outbox.enqueue(&CheckInDue {
        cycle_number: 1,
        opened_on: today,
    }));
    assert_enqueued(outbox.enqueue(&CheckInReceived {
        cycle_number: 1,
        submitted_at: now,
        weight_grams: Some(70_000),
        weight_change_grams: Some(-500),
        waist_change_millimetres: None,
        next_starts_on: Some(today),
    }));
    assert_enqueued(outbox.enqueue(&SubscriptionExpiring {
        ends_at: soon,
        is_trial: false,
        provider: None,
    }));
    assert_enqueued(outbox.enqueue(&SubscriptionLapsed {
        ended_at: now,
        is_trial: true,
        provider: None,
    }));
    assert_enqueued(outbox.enqueue(&DataExport {
        requested_at: now,
        archive: Archive::Attachment {
            key: key.to_owned(),
        },
    }));
    outbox.into_messages()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_mail_goes_or_ends_with_the_least_of_settings() {
    let all: Vec<_> = PRODUCTION.into_iter().chain(UNSUBSCRIBE).collect();
    for (environment, offers_unsubscribe) in
        [(&[][..], false), (&PRODUCTION[..], false), (&all[..], true)]
    {
        let fixture = Fixture::seeded().await;
        let mailbox = mailbox();
        let sender = Arc::new(sender(environment));
        assert_eq!(sender.offers_to_unsubscribe(), offers_unsubscribe);
        // Maya has agreed to marketing emails.
        let mails = one_of_each(&fixture, member(&fixture, "maya").await).await;
        assert_eq!(mails.len(), 8, "a kind that is added has to be thought of");
        fixture.enqueue(&mails).await;
        let queues = [
            QueueName::EmailUrgent,
            QueueName::Email,
            QueueName::EmailAttachments,
        ];
        let tasks: Vec<_> = (queues.into_iter())
            .map(|queue| {
                let letters = EmailConsumer {
                    sender: sender.clone(),
                    ..letters(&fixture, queue, Arc::new(mailbox.clone()))
                };
                (
                    fixture.relay(queue),
                    fixture.consume(letters.consumer(), LONG_TIMEOUTS),
                )
            })
            .collect();
        until("each mail has ended", async || {
            let mut remaining = fixture.unsent().await != 0;
            for queue in queues {
                remaining |= !fixture.queued(queue).await.is_empty();
            }
            !remaining
        })
        .await;
        for (relay, consumer) in tasks {
            relay.stop().await;
            consumer.stop().await;
        }
        for mail in &mails {
            let expected = if mail.kind == "email.subscription-lapsed" && !offers_unsubscribe {
                DeliveryState::Suppressed
            } else {
                DeliveryState::Sent
            };
            assert_eq!(state(&fixture, mail).await, Some(expected), "{}", mail.kind);
        }
        let sent = mailbox.list(20).expect("a list").len();
        assert_eq!(sent, if offers_unsubscribe { 8 } else { 7 });
    }
}
