//! Emails, from the outbox to the mailer.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::{Clock, SystemClock},
    id::MemberId,
    mail::{
        self, Mailer, Message,
        budget::Budgets,
        delivery::{self, DeliveryState},
        letter::{CheckInDue, Letter, SignInCode, SubscriptionLapsed, Welcome, YourPlan},
        unsubscribe::UnsubscribeTokens,
    },
    outbox::{OutboxBatch, OutboxMessage},
    queue::{Outgoing, Queue as _, QueueName},
};
use coach_workers::{
    consumer::ConsumerOptions,
    mail::{EmailConsumer, Sender, SenderSettings, send::Mailbox},
};
use sea_orm::{ConnectionTrait as _, FromQueryResult};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::fixture::{Fixture, LONG, until};

/// Options whose timeouts are long enough for any busy machine. Messages in progress are invisible for an hour, which
/// distinguishes them from those that wait for a retry.
pub(crate) const LONG_TIMEOUTS: ConsumerOptions = ConsumerOptions {
    concurrency: 8,
    deadline: LONG,
    visibility: Duration::from_hours(1),
    grace: LONG,
};

/// Makes messages that wait for a retry visible at once.
async fn make_retries_visible(fixture: &Fixture) {
    let sql = "UPDATE queue_message SET visible_at = statement_timestamp()
        WHERE visible_at < statement_timestamp() + interval '30 minutes'";
    fixture.execute(sql).await;
}

fn sender() -> Sender {
    let settings = SenderSettings {
        name: "Coach".to_owned(),
        from: "Coach <hello@coach.example>".to_owned(),
        reply_to: None,
        bounces: None,
        app_url: "https://app.coach.example".to_owned(),
        logo_url: None,
        imprint: "Coach Ltd, 1 Example Street, 10115 Berlin, Germany".to_owned(),
        unsubscribe_url: Some("https://api.coach.example/unsubscribe".to_owned()),
    };
    Sender::new(&settings, Some(UnsubscribeTokens::new(&[7; 32]).unwrap())).unwrap()
}

pub(crate) fn letters(
    fixture: &Fixture,
    queue: QueueName,
    mailer: Arc<dyn Mailer>,
) -> EmailConsumer {
    EmailConsumer {
        queue,
        pool: fixture.pool.clone(),
        catalogue: Arc::default(),
        objects: fixture.objects.clone(),
        clock: Arc::new(SystemClock),
        sender: Arc::new(sender()),
        mailer,
        budgets: Budgets {
            member: 20,
            address: 40,
            sign_in: 10,
        },
        deadline: TimeDelta::from_std(LONG_TIMEOUTS.deadline).unwrap(),
    }
}

pub(crate) fn mailbox() -> Mailbox {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = format!("mail-of-work-{}-{count}", std::process::id());
    Mailbox::new(
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder),
        Arc::new(SystemClock),
    )
}

fn write<L: Letter>(member: Option<MemberId>, letter: &L) -> OutboxMessage {
    let mut outbox = OutboxBatch::new(member, SystemClock.now());
    outbox.enqueue(letter).unwrap();
    outbox.into_messages().remove(0)
}

#[derive(FromQueryResult)]
struct Who {
    id: Uuid,
}

pub(crate) async fn member(fixture: &Fixture, name: &str) -> MemberId {
    let sql = format!("SELECT id FROM member WHERE email = '{name}@demo.coach.example'");
    MemberId(fixture.rows::<Who>(&sql).await[0].id)
}

/// Sends letters through outbox, relay, queue and consumer until all are processed.
async fn deliver(
    fixture: &Fixture,
    queue: QueueName,
    mailer: Arc<dyn Mailer>,
    letters_: &[OutboxMessage],
) {
    fixture.enqueue(letters_).await;
    let relay = fixture.relay(queue);
    let consumer = fixture.consume(letters(fixture, queue, mailer).consumer(), LONG_TIMEOUTS);
    until("all is delivered", async || {
        fixture.unsent().await == 0 && fixture.queued(queue).await.is_empty()
    })
    .await;
    relay.stop().await;
    consumer.stop().await;
}

pub(crate) async fn state(fixture: &Fixture, letter: &OutboxMessage) -> Option<DeliveryState> {
    let found = delivery::find(&fixture.pool, letter.id).await.unwrap();
    found.map(|delivery| delivery.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_reaches_its_member_once() {
    let fixture = Fixture::seeded().await;
    let mailbox = mailbox();
    let welcome = write(Some(member(&fixture, "maya").await), &Welcome {});
    deliver(
        &fixture,
        QueueName::Email,
        Arc::new(mailbox.clone()),
        std::slice::from_ref(&welcome),
    )
    .await;
    let mails = mailbox.list(10).unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].envelope, welcome.id);
    let mime = String::from_utf8(mailbox.read(&mails[0].name).unwrap().unwrap()).unwrap();
    assert!(
        mime.contains("To: ") && mime.contains("maya@demo.coach.example"),
        "{mime}"
    );
    assert_eq!(state(&fixture, &welcome).await, Some(DeliveryState::Sent));
    // It is sent again, as after a crash of the relay; and once more with only the inbox row left of it.
    for is_purged in [false, true] {
        if is_purged {
            fixture.execute("DELETE FROM email_delivery").await;
        }
        fixture.execute("UPDATE outbox SET sent_at = NULL").await;
        deliver(&fixture, QueueName::Email, Arc::new(mailbox.clone()), &[]).await;
        assert_eq!(mailbox.list(10).unwrap().len(), 1);
    }
}

/// A slow mailer, which records the messages that it sends.
#[derive(Default)]
struct SlowMailer {
    sent: Mutex<Vec<Uuid>>,
    failures: Mutex<Vec<mail::Error>>,
}

#[async_trait::async_trait]
impl Mailer for SlowMailer {
    async fn send(&self, message: &Message) -> Result<Option<String>, mail::Error> {
        self.sent.lock().unwrap().push(message.id);
        tokio::time::sleep(Duration::from_millis(200)).await;
        match self.failures.lock().unwrap().pop() {
            Some(error) => Err(error),
            None => Ok(Some("provider-id".to_owned())),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_with_the_same_letter_send_it_once() {
    let fixture = Fixture::seeded().await;
    let mailer = Arc::new(SlowMailer::default());
    let maya = member(&fixture, "maya").await;
    let all: Vec<_> = (0..5).map(|_| write(Some(maya), &Welcome {})).collect();
    fixture.enqueue(&all).await;
    let relay = fixture.relay(QueueName::Email);
    until("all is sent", async || fixture.unsent().await == 0).await;
    relay.stop().await;
    for envelope in fixture.queued(QueueName::Email).await {
        let again = Outgoing::new(serde_json::to_string(&envelope).unwrap());
        fixture
            .queue
            .send(QueueName::Email, &[again])
            .await
            .unwrap();
    }
    let workers: Vec<_> = (0..2)
        .map(|_| {
            fixture.consume(
                letters(&fixture, QueueName::Email, mailer.clone()).consumer(),
                LONG_TIMEOUTS,
            )
        })
        .collect();
    until("each is sent", async || {
        let sent = "SELECT count(*) AS count FROM email_delivery WHERE state = 'SENT'";
        fixture.count(sent).await == 5
    })
    .await;
    // The second worker retries after the time in which the first must be done.
    until("all is delivered", async || {
        make_retries_visible(&fixture).await;
        fixture.queued(QueueName::Email).await.is_empty()
    })
    .await;
    for worker in workers {
        worker.stop().await;
    }
    let mut sent = mailer.sent.lock().unwrap().clone();
    sent.sort_unstable();
    let mut ids: Vec<_> = all.iter().map(|letter| letter.id).collect();
    ids.sort_unstable();
    assert_eq!(sent, ids);
}

/// A mailer that answers only when the test adds a permit.
struct HeldMailer {
    sent: AtomicUsize,
    answers: Semaphore,
}

#[async_trait::async_trait]
impl Mailer for HeldMailer {
    async fn send(&self, _: &Message) -> Result<Option<String>, mail::Error> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let _permit = self.answers.acquire().await.unwrap();
        Ok(None)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_accepted_after_its_processing_was_cancelled_is_recorded() {
    let fixture = Fixture::seeded().await;
    let mailer = Arc::new(HeldMailer {
        sent: AtomicUsize::new(0),
        answers: Semaphore::new(0),
    });
    let sent = || mailer.sent.load(Ordering::Relaxed);
    let letter = write(Some(member(&fixture, "maya").await), &Welcome {});
    fixture.enqueue(std::slice::from_ref(&letter)).await;
    let relay = fixture.relay(QueueName::Email);
    let consume = |grace| {
        let letters = letters(&fixture, QueueName::Email, mailer.clone());
        let options = ConsumerOptions {
            grace,
            ..LONG_TIMEOUTS
        };
        fixture.consume(letters.consumer(), options)
    };
    let consumer = consume(Duration::ZERO);
    until("the mailer has it", async || sent() == 1).await;
    consumer.stop().await;
    assert_eq!(state(&fixture, &letter).await, Some(DeliveryState::Sending));
    mailer.answers.add_permits(1);
    until("it is recorded", async || {
        state(&fixture, &letter).await == Some(DeliveryState::Sent)
    })
    .await;
    let consumer = consume(LONG);
    until("the message is done", async || {
        fixture.queued(QueueName::Email).await.is_empty()
    })
    .await;
    relay.stop().await;
    consumer.stop().await;
    assert_eq!(sent(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_doubt_is_sent_again_or_not_as_its_template_says() {
    let fixture = Fixture::seeded().await;
    let maya = member(&fixture, "maya").await;
    let due = CheckInDue {
        cycle_number: 1,
        opened_on: "2026-11-23".parse().unwrap(),
    };
    for (letter, times, end) in [
        (write(Some(maya), &Welcome {}), 2, DeliveryState::Sent),
        (write(Some(maya), &due), 1, DeliveryState::Unknown),
    ] {
        let mailer = Arc::new(SlowMailer::default());
        mailer
            .failures
            .lock()
            .unwrap()
            .push(mail::Error::Unknown("planted".to_owned()));
        fixture.enqueue(std::slice::from_ref(&letter)).await;
        let relay = fixture.relay(QueueName::Email);
        let consumer = fixture.consume(
            letters(&fixture, QueueName::Email, mailer.clone()).consumer(),
            LONG_TIMEOUTS,
        );
        until("it was tried", async || {
            !mailer.sent.lock().unwrap().is_empty()
        })
        .await;
        until("it is over", async || {
            make_retries_visible(&fixture).await;
            fixture.unsent().await == 0 && fixture.queued(QueueName::Email).await.is_empty()
        })
        .await;
        relay.stop().await;
        consumer.stop().await;
        assert_eq!(mailer.sent.lock().unwrap().len(), times, "{}", letter.kind);
        assert_eq!(state(&fixture, &letter).await, Some(end));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_over() {
    let fixture = Fixture::seeded().await;
    let mailer = Arc::new(SlowMailer::default());
    mailer
        .failures
        .lock()
        .unwrap()
        .push(mail::Error::Refused("planted".to_owned()));
    let letter = write(Some(member(&fixture, "maya").await), &Welcome {});
    deliver(
        &fixture,
        QueueName::Email,
        mailer.clone(),
        std::slice::from_ref(&letter),
    )
    .await;
    assert_eq!(mailer.sent.lock().unwrap().len(), 1);
    assert_eq!(state(&fixture, &letter).await, Some(DeliveryState::Refused));
}

/// Addresses that an earlier release accepted.
#[tokio::test]
async fn an_address_that_nothing_can_be_sent_to_is_reported_once() {
    let (warnings, _guard) = Warnings::collect();
    let fixture = Fixture::seeded().await;
    let maya = member(&fixture, "maya").await;
    let sql = "UPDATE member SET email = 'a..b@demo.coach.example' WHERE email LIKE 'maya@%'";
    fixture.pool.execute_unprepared(sql).await.unwrap();
    let code = SignInCode {
        address: "u@[192.168.2.1]".to_owned(),
        code: "493817".to_owned(),
        expires_at: SystemClock.now() + TimeDelta::minutes(3),
        locale: None,
    };
    for (queue, letter) in [
        (QueueName::EmailUrgent, write(None, &code)),
        (QueueName::Email, write(Some(maya), &Welcome {})),
    ] {
        let mailer = Arc::new(SlowMailer::default());
        deliver(
            &fixture,
            queue,
            mailer.clone(),
            std::slice::from_ref(&letter),
        )
        .await;
        assert!(mailer.sent.lock().unwrap().is_empty(), "{}", letter.kind);
        assert_eq!(state(&fixture, &letter).await, Some(DeliveryState::Refused));
        let lines: Vec<_> = warnings.of(&letter.id.to_string());
        assert_eq!(lines.len(), 1, "{lines:#?}");
        assert!(lines[0].contains(letter.kind), "{lines:?}");
        assert!(
            lines[0].contains("cannot be sent to the address"),
            "{lines:?}"
        );
        assert!(
            !lines[0].contains("a..b") && !lines[0].contains("192.168"),
            "{lines:?}"
        );
    }
}

/// Collects warnings and errors that are logged on this thread.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    fn collect() -> (Self, tracing::subscriber::DefaultGuard) {
        let warnings = Self::default();
        let guard = tracing::subscriber::set_default(warnings.clone());
        (warnings, guard)
    }

    /// The lines that contain a text.
    fn of(&self, text: &str) -> Vec<String> {
        let all = self.0.lock().unwrap();
        all.iter()
            .filter(|line| line.contains(text))
            .cloned()
            .collect()
    }
}

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Line(String);
        impl tracing::field::Visit for Line {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push_str(&format!("{}={value:?} ", field.name()));
            }
        }
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_comes_with_its_calendar_and_its_shopping_list() {
    let fixture = Fixture::seeded().await;
    let (mailbox, maya) = (mailbox(), member(&fixture, "maya").await);
    let sql = format!(
        "SELECT id FROM cycle WHERE member_id = '{}' AND closed_on IS NULL",
        maya.0
    );
    let cycle = fixture.rows::<Who>(&sql).await[0].id;
    let letter = write(Some(maya), &YourPlan { cycle });
    let queue = QueueName::EmailAttachments;
    deliver(
        &fixture,
        queue,
        Arc::new(mailbox.clone()),
        std::slice::from_ref(&letter),
    )
    .await;
    let mails = mailbox.list(10).unwrap();
    let mime = mailbox.read(&mails[0].name).unwrap().unwrap();
    let mime = String::from_utf8_lossy(&mime).into_owned();
    assert!(mime.contains("text/calendar") && mime.contains("application/pdf"));
    assert_eq!(state(&fixture, &letter).await, Some(DeliveryState::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_what_they_do_not_want() {
    let fixture = Fixture::seeded().await;
    let (mailbox, lara) = (mailbox(), member(&fixture, "lara").await);
    let lapsed = SubscriptionLapsed {
        ended_at: DateTime::<Utc>::UNIX_EPOCH,
        is_trial: false,
        provider: None,
    };
    let consent = |granted| {
        format!(
            "INSERT INTO consent (member_id, purpose, granted, changed_at)
             VALUES ('{}', 'MARKETING_EMAIL', {granted}, now())
             ON CONFLICT (member_id, purpose) DO UPDATE SET granted = {granted}",
            lara.0
        )
    };
    for (granted, end) in [
        (false, DeliveryState::Suppressed),
        (true, DeliveryState::Sent),
    ] {
        fixture.execute(&consent(granted)).await;
        let letter = write(Some(lara), &lapsed);
        deliver(
            &fixture,
            QueueName::Email,
            Arc::new(mailbox.clone()),
            std::slice::from_ref(&letter),
        )
        .await;
        assert_eq!(state(&fixture, &letter).await, Some(end));
    }
    // Nor does a member who no longer exists.
    let gone = write(Some(MemberId(Uuid::nil())), &Welcome {});
    deliver(
        &fixture,
        QueueName::Email,
        Arc::new(mailbox.clone()),
        std::slice::from_ref(&gone),
    )
    .await;
    assert_eq!(
        state(&fixture, &gone).await,
        Some(DeliveryState::Suppressed)
    );
    assert_eq!(mailbox.list(10).unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_counts_no_more_is_not_sent() {
    let fixture = Fixture::new().await;
    let mailbox = mailbox();
    let code = |expires_at: DateTime<Utc>| SignInCode {
        address: "ada@example.com".to_owned(),
        code: "493817".to_owned(),
        expires_at,
        locale: None,
    };
    let now = SystemClock.now();
    let late = write(None, &code(now - TimeDelta::seconds(1)));
    let good = write(None, &code(now + TimeDelta::from_std(LONG).unwrap()));
    let both = [late.clone(), good.clone()];
    deliver(
        &fixture,
        QueueName::EmailUrgent,
        Arc::new(mailbox.clone()),
        &both,
    )
    .await;
    assert_eq!(state(&fixture, &late).await, Some(DeliveryState::Expired));
    assert_eq!(state(&fixture, &good).await, Some(DeliveryState::Sent));
    assert_eq!(mailbox.list(10).unwrap().len(), 1);
}
