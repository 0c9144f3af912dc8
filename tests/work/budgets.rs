//! The limits on emails per member and address, and that unconfirmed addresses get none.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::TimeDelta;
use coach_domain::{
    clock::{Clock as _, SystemClock},
    id::MemberId,
    mail::{
        self, Mailer, Message,
        budget::Budgets,
        delivery::{DeliveryState, Suppression, find},
        letter::{CheckInDue, ConfirmAddress, Letter, SignInCode, Welcome, YourPlan},
    },
    outbox::{OutboxBatch, OutboxMessage},
    queue::QueueName,
};
use coach_workers::mail::EmailConsumer;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    fixture::{Fixture, LONG, until},
    letters::{LONG_TIMEOUTS, letters, member},
};

const SMALL: Budgets = Budgets {
    member: 3,
    address: 5,
    sign_in: 2,
};

/// Records the emails that it sends.
#[derive(Default)]
struct RecordingMailer {
    messages: Mutex<Vec<Message>>,
    /// How many sends fail at first.
    failures: Mutex<usize>,
}

#[async_trait::async_trait]
impl Mailer for RecordingMailer {
    async fn send(&self, message: &Message) -> Result<Option<String>, mail::Error> {
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err(mail::Error::Unavailable {
                reason: "planted".to_owned(),
                after: Some(Duration::from_millis(10)),
            });
        }
        self.messages.lock().unwrap().push(message.clone());
        Ok(None)
    }
}

impl RecordingMailer {
    /// Removes and returns the sent emails.
    fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.messages.lock().unwrap())
    }
}

fn write<L: Letter>(member: Option<MemberId>, letter: &L) -> OutboxMessage {
    let mut outbox = OutboxBatch::new(member, SystemClock.now());
    outbox.enqueue(letter).unwrap();
    outbox.into_messages().remove(0)
}

fn code() -> ConfirmAddress {
    ConfirmAddress {
        code: "7KQ2-M9XD".to_owned(),
        expires_at: SystemClock.now() + TimeDelta::from_std(LONG).unwrap(),
    }
}

fn sign_in(address: &str) -> OutboxMessage {
    let code = SignInCode {
        address: address.to_owned(),
        code: "493817".to_owned(),
        expires_at: SystemClock.now() + TimeDelta::from_std(LONG).unwrap(),
        locale: None,
    };
    write(None, &code)
}

/// Processes letters with small budgets, and returns how many emails were sent so far.
async fn deliver(
    fixture: &Fixture,
    sent: &Arc<RecordingMailer>,
    messages: &[OutboxMessage],
) -> usize {
    let queue = messages[0].queue;
    fixture.enqueue(messages).await;
    let relay = fixture.relay(queue);
    let letters = EmailConsumer {
        budgets: SMALL,
        ..letters(fixture, queue, sent.clone())
    };
    let consumer = fixture.consume(letters.consumer(), LONG_TIMEOUTS);
    until("all is delivered", async || {
        fixture.unsent().await == 0 && fixture.queued(queue).await.is_empty()
    })
    .await;
    relay.stop().await;
    consumer.stop().await;
    sent.messages.lock().unwrap().len()
}

/// The final states of letters and the reasons, each with the number of letters.
async fn results(
    fixture: &Fixture,
    messages: &[OutboxMessage],
) -> Vec<(DeliveryState, Option<Suppression>, usize)> {
    let mut all: Vec<(DeliveryState, Option<Suppression>, usize)> = Vec::new();
    for message in messages {
        let found = find(&fixture.pool, message.id).await.unwrap();
        let found = found.expect("a record");
        let end = (found.state, found.reason);
        match all.iter_mut().find(|it| (it.0, it.1) == end) {
            Some(same) => same.2 += 1,
            None => all.push((end.0, end.1, 1)),
        }
    }
    all.sort_unstable();
    all
}

fn welcomes(member: MemberId, number: usize) -> Vec<OutboxMessage> {
    let letters = (0..number).map(|_| write(Some(member), &Welcome {}));
    letters.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_confirmed_gets_the_code_alone() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (
        Arc::new(RecordingMailer::default()),
        member(&fixture, "maya").await,
    );
    let unconfirm =
        "UPDATE member SET email_confirmed_at = NULL, display_name = 'Locked! Call 0800 123456'";
    fixture.execute(unconfirm).await;
    let due = CheckInDue {
        cycle_number: 1,
        opened_on: "2026-11-23".parse().unwrap(),
    };
    let other_letters = [write(Some(maya), &Welcome {}), write(Some(maya), &due)];
    assert_eq!(deliver(&fixture, &sent, &other_letters).await, 0);
    let unconfirmed = (DeliveryState::Suppressed, Some(Suppression::Unconfirmed), 2);
    assert_eq!(results(&fixture, &other_letters).await, [unconfirmed]);
    let confirmation = [write(Some(maya), &code())];
    assert_eq!(deliver(&fixture, &sent, &confirmation).await, 1);
    let message = sent.take().remove(0);
    let text = String::from_utf8(message.mime).unwrap();
    assert!(text.contains("To: maya@demo.coach.example\r\n"), "{text}");
    assert!(
        text.contains("7KQ2-M9XD") && text.contains("Hello,"),
        "{text}"
    );
    // Hexadecimal ids may contain "0800" by chance.
    let rest = text
        .replace(&message.id.to_string(), "")
        .replace(&message.id.simple().to_string(), "");
    assert!(!rest.contains("Locked") && !rest.contains("0800"), "{text}");

    // Once the address is confirmed, codes are not sent any more, but other letters are.
    fixture
        .execute("UPDATE member SET email_confirmed_at = now()")
        .await;
    let late = [write(Some(maya), &code())];
    assert_eq!(deliver(&fixture, &sent, &late).await, 0);
    assert_eq!(
        results(&fixture, &late).await,
        [(DeliveryState::Expired, None, 1)]
    );
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 1)).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_and_a_mailbox_have_a_budget() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (
        Arc::new(RecordingMailer::default()),
        member(&fixture, "maya").await,
    );
    let theo = member(&fixture, "theo").await;
    let suppressed = |number| (DeliveryState::Suppressed, Some(Suppression::Budget), number);
    let all = welcomes(maya, 6);
    assert_eq!(deliver(&fixture, &sent, &all).await, 3);
    let expected = [(DeliveryState::Sent, None, 3), suppressed(3)];
    assert_eq!(results(&fixture, &all).await, expected);
    // The exhausted budget is reported once, and the table has no member data.
    let rows: Vec<BudgetRow> = fixture
        .rows("SELECT scope, used, is_told AS announced FROM mail_budget ORDER BY scope")
        .await;
    let rows: Vec<_> = rows
        .iter()
        .map(|it| (it.scope.as_str(), it.used, it.announced))
        .collect();
    assert_eq!(rows, [("ADDRESS", 3, false), ("MEMBER", 3, true)]);

    // Another member with the same mailbox in another spelling.
    let same = format!(
        "UPDATE member SET email = 'ma.ya+theo@demo.coach.example' WHERE id = '{}'",
        theo.0
    );
    fixture.execute(&same).await;
    sent.take();
    let all = welcomes(theo, 3);
    assert_eq!(deliver(&fixture, &sent, &all).await, 2);
    assert_eq!(
        results(&fixture, &all).await,
        [(DeliveryState::Sent, None, 2), suppressed(1)]
    );

    // The budget is available again a day after the first email.
    fixture
        .execute("UPDATE mail_budget SET began_at = began_at - interval '24 hours'")
        .await;
    sent.take();
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 4)).await, 3);
    let rows: Vec<BudgetRow> = fixture
        .rows("SELECT scope, used, is_told AS announced FROM mail_budget WHERE scope = 'ADDRESS'")
        .await;
    assert_eq!((rows[0].used, rows[0].announced), (3, false));
}

#[derive(FromQueryResult)]
struct BudgetRow {
    scope: String,
    used: i32,
    announced: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_tried_again_counts_once() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (
        Arc::new(RecordingMailer::default()),
        member(&fixture, "maya").await,
    );
    *sent.failures.lock().unwrap() = 2;
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 1)).await, 1);
    let used: Vec<BudgetRow> = fixture
        .rows("SELECT scope, used, is_told AS announced FROM mail_budget")
        .await;
    assert_eq!(used.iter().map(|it| it.used).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 4)).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_have_budgets_of_their_own() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (
        Arc::new(RecordingMailer::default()),
        member(&fixture, "maya").await,
    );
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 4)).await, 3);
    sent.take();
    // Other emails do not use up the budget of sign-in codes, whether or not the address is confirmed.
    fixture
        .execute("UPDATE member SET email_confirmed_at = NULL")
        .await;
    let codes: Vec<_> = (0..4).map(|_| sign_in("maya@demo.coach.example")).collect();
    assert_eq!(codes[0].queue, QueueName::EmailUrgent);
    assert_eq!(deliver(&fixture, &sent, &codes).await, 2);
    sent.take();
    assert_eq!(
        deliver(&fixture, &sent, &[sign_in("ada@example.com")]).await,
        1
    );
    sent.take();
    fixture
        .execute("UPDATE mail_budget SET began_at = began_at - interval '15 minutes'")
        .await;
    assert_eq!(
        deliver(&fixture, &sent, &[sign_in("maya@demo.coach.example")]).await,
        1
    );
    sent.take();
    let confirmations: Vec<_> = (0..7).map(|_| write(Some(maya), &code())).collect();
    assert_eq!(deliver(&fixture, &sent, &confirmations).await, 5);
}

/// Beyond the budget attachments are not even rendered.
#[tokio::test(flavor = "multi_thread")]
async fn plans_are_within_the_budget() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (
        Arc::new(RecordingMailer::default()),
        member(&fixture, "maya").await,
    );
    let cycles: Vec<Cycle> = fixture
        .rows("SELECT id FROM cycle WHERE member_id = (SELECT id FROM member WHERE email LIKE 'maya@%')")
        .await;
    let cycle = cycles[0].id;
    let plans: Vec<_> = (0..6)
        .map(|_| write(Some(maya), &YourPlan { cycle }))
        .collect();
    assert_eq!(deliver(&fixture, &sent, &plans).await, 3);
    let over = (DeliveryState::Suppressed, Some(Suppression::Budget), 3);
    assert_eq!(
        results(&fixture, &plans).await,
        [(DeliveryState::Sent, None, 3), over]
    );
    // A missing cycle would have another reason than the budget, so the plan is not even loaded.
    let nothing = YourPlan { cycle: Uuid::nil() };
    let plans = [write(Some(maya), &nothing)];
    assert_eq!(deliver(&fixture, &sent, &plans).await, 3);
    let over = (DeliveryState::Suppressed, Some(Suppression::Budget), 1);
    assert_eq!(results(&fixture, &plans).await, [over]);
}

#[derive(FromQueryResult)]
struct Cycle {
    id: Uuid,
}
