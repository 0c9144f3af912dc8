//! How many mails go to whom, and that none goes to an address that is not confirmed.

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
    outbox::{Effect, Effects},
    queue::QueueName,
};
use coach_workers::mail::Letters;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    fixture::{Fixture, LONG, until},
    letters::{PATIENT, letters, member},
};

const SMALL: Budgets = Budgets {
    member: 3,
    address: 5,
    sign_in: 2,
};

/// Remembers to whom it sent what.
#[derive(Default)]
struct Sent {
    messages: Mutex<Vec<Message>>,
    /// How many are not taken at first.
    fails: Mutex<usize>,
}

#[async_trait::async_trait]
impl Mailer for Sent {
    async fn send(&self, message: &Message) -> Result<Option<String>, mail::Error> {
        let mut fails = self.fails.lock().unwrap();
        if *fails > 0 {
            *fails -= 1;
            return Err(mail::Error::Unavailable {
                reason: "planted".to_owned(),
                after: Some(Duration::from_millis(10)),
            });
        }
        self.messages.lock().unwrap().push(message.clone());
        Ok(None)
    }
}

impl Sent {
    /// Takes what was sent.
    fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.messages.lock().unwrap())
    }
}

fn write<L: Letter>(member: Option<MemberId>, letter: &L) -> Effect {
    let mut effects = Effects::new(member, SystemClock.now());
    effects.owe(letter).unwrap();
    effects.into_owed().remove(0)
}

fn code() -> ConfirmAddress {
    ConfirmAddress {
        code: "7KQ2-M9XD".to_owned(),
        expires_at: SystemClock.now() + TimeDelta::from_std(LONG).unwrap(),
    }
}

fn sign_in(address: &str) -> Effect {
    let code = SignInCode {
        address: address.to_owned(),
        code: "493817".to_owned(),
        expires_at: SystemClock.now() + TimeDelta::from_std(LONG).unwrap(),
        locale: None,
    };
    write(None, &code)
}

/// Sends letters with small budgets until nothing is left of them, and says how many were sent.
async fn deliver(fixture: &Fixture, sent: &Arc<Sent>, effects: &[Effect]) -> usize {
    let queue = effects[0].queue;
    fixture.owe(effects).await;
    let relay = fixture.relay(queue);
    let letters = Letters {
        budgets: SMALL,
        ..letters(fixture, queue, sent.clone())
    };
    let consumer = fixture.consume(letters, PATIENT);
    until("all is delivered", async || {
        fixture.unsent().await == 0 && fixture.queued(queue).await.is_empty()
    })
    .await;
    relay.stop().await;
    consumer.stop().await;
    sent.messages.lock().unwrap().len()
}

/// How they ended, and why: each with the number of letters.
async fn ended(
    fixture: &Fixture,
    effects: &[Effect],
) -> Vec<(DeliveryState, Option<Suppression>, usize)> {
    let mut all: Vec<(DeliveryState, Option<Suppression>, usize)> = Vec::new();
    for effect in effects {
        let found = find(&fixture.pool, effect.id).await.unwrap();
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

fn welcomes(member: MemberId, number: usize) -> Vec<Effect> {
    let letters = (0..number).map(|_| write(Some(member), &Welcome {}));
    letters.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_confirmed_gets_the_code_alone() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (Arc::new(Sent::default()), member(&fixture, "maya").await);
    let strange =
        "UPDATE member SET email_confirmed_at = NULL, display_name = 'Locked! Call 0800 123456'";
    fixture.execute(strange).await;
    let due = CheckInDue {
        cycle_number: 1,
        opened_on: "2026-11-23".parse().unwrap(),
    };
    let usual = [write(Some(maya), &Welcome {}), write(Some(maya), &due)];
    assert_eq!(deliver(&fixture, &sent, &usual).await, 0);
    let unconfirmed = (DeliveryState::Suppressed, Some(Suppression::Unconfirmed), 2);
    assert_eq!(ended(&fixture, &usual).await, [unconfirmed]);
    let confirmation = [write(Some(maya), &code())];
    assert_eq!(deliver(&fixture, &sent, &confirmation).await, 1);
    let message = sent.take().remove(0);
    let text = String::from_utf8(message.mime).unwrap();
    assert!(text.contains("To: maya@demo.coach.example\r\n"), "{text}");
    assert!(
        text.contains("7KQ2-M9XD") && text.contains("Hello,"),
        "{text}"
    );
    // Of the digits of an id some are "0800" by chance.
    let besides = text
        .replace(&message.id.to_string(), "")
        .replace(&message.id.simple().to_string(), "");
    assert!(
        !besides.contains("Locked") && !besides.contains("0800"),
        "{text}"
    );

    // Once it is confirmed, the code is of no use, and the rest is sent.
    fixture
        .execute("UPDATE member SET email_confirmed_at = now()")
        .await;
    let late = [write(Some(maya), &code())];
    assert_eq!(deliver(&fixture, &sent, &late).await, 0);
    assert_eq!(
        ended(&fixture, &late).await,
        [(DeliveryState::Expired, None, 1)]
    );
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 1)).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_and_a_mailbox_have_a_budget() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (Arc::new(Sent::default()), member(&fixture, "maya").await);
    let theo = member(&fixture, "theo").await;
    let over = |number| (DeliveryState::Suppressed, Some(Suppression::Budget), number);
    let all = welcomes(maya, 6);
    assert_eq!(deliver(&fixture, &sent, &all).await, 3);
    let expected = [(DeliveryState::Sent, None, 3), over(3)];
    assert_eq!(ended(&fixture, &all).await, expected);
    // Operators were told once, and the table knows nobody.
    let told: Vec<Told> = fixture
        .rows("SELECT scope, used, is_told AS announced FROM mail_budget ORDER BY scope")
        .await;
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.scope.as_str(), it.used, it.announced))
        .collect();
    assert_eq!(told, [("ADDRESS", 3, false), ("MEMBER", 3, true)]);

    // Somebody else with the same mailbox, written otherwise.
    let same = format!(
        "UPDATE member SET email = 'ma.ya+theo@demo.coach.example' WHERE id = '{}'",
        theo.0
    );
    fixture.execute(&same).await;
    sent.take();
    let all = welcomes(theo, 3);
    assert_eq!(deliver(&fixture, &sent, &all).await, 2);
    assert_eq!(
        ended(&fixture, &all).await,
        [(DeliveryState::Sent, None, 2), over(1)]
    );

    // Until a day after the first.
    fixture
        .execute("UPDATE mail_budget SET began_at = began_at - interval '24 hours'")
        .await;
    sent.take();
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 4)).await, 3);
    let told: Vec<Told> = fixture
        .rows("SELECT scope, used, is_told AS announced FROM mail_budget WHERE scope = 'ADDRESS'")
        .await;
    assert_eq!((told[0].used, told[0].announced), (3, false));
}

#[derive(FromQueryResult)]
struct Told {
    scope: String,
    used: i32,
    announced: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_tried_again_counts_once() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (Arc::new(Sent::default()), member(&fixture, "maya").await);
    *sent.fails.lock().unwrap() = 2;
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 1)).await, 1);
    let used: Vec<Told> = fixture
        .rows("SELECT scope, used, is_told AS announced FROM mail_budget")
        .await;
    assert_eq!(used.iter().map(|it| it.used).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 4)).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_have_budgets_of_their_own() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (Arc::new(Sent::default()), member(&fixture, "maya").await);
    assert_eq!(deliver(&fixture, &sent, &welcomes(maya, 4)).await, 3);
    sent.take();
    // What is used up by other mail does not keep anybody from signing in, confirmed or not.
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

/// What is enclosed is not even made.
#[tokio::test(flavor = "multi_thread")]
async fn plans_are_within_the_budget() {
    let fixture = Fixture::seeded().await;
    let (sent, maya) = (Arc::new(Sent::default()), member(&fixture, "maya").await);
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
        ended(&fixture, &plans).await,
        [(DeliveryState::Sent, None, 3), over]
    );
    // With a cycle that is not there it would be something else than the budget.
    let nothing = YourPlan { cycle: Uuid::nil() };
    let plans = [write(Some(maya), &nothing)];
    assert_eq!(deliver(&fixture, &sent, &plans).await, 3);
    let over = (DeliveryState::Suppressed, Some(Suppression::Budget), 1);
    assert_eq!(ended(&fixture, &plans).await, [over]);
}

#[derive(FromQueryResult)]
struct Cycle {
    id: Uuid,
}
