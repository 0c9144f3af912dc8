//! Metrics of the whole installation: of the outbox and the queues, of check-ins and subscriptions. Each worker reports
//! the totals: aggregate workers by maximum, not by sum.

use std::{sync::Arc, time::Duration};

use coach_domain::{
    check_in,
    clock::Clock,
    database::Pool,
    outbox,
    queue::{Queue, QueueName},
    subscription::{self, Access},
};
use opentelemetry::{KeyValue, global, metrics::Gauge};
use tokio_util::sync::CancellationToken;

use crate::ticker::every;

/// How often the outbox and the queues are measured. SQS itself updates its numbers about once a minute.
const QUEUES_INTERVAL: Duration = Duration::from_secs(15);

/// How often check-ins and subscriptions are counted, which reads whole tables.
const MEMBERS_INTERVAL: Duration = Duration::from_mins(5);

/// Records the metrics.
pub(crate) struct Gauges {
    unsent: Gauge<u64>,
    messages: Gauge<u64>,
    age: Gauge<f64>,
    check_ins: Gauge<u64>,
    subscriptions: Gauge<u64>,
}

impl Gauges {
    pub(crate) fn new() -> Self {
        let meter = global::meter("coach");
        let seconds = |name, description| {
            let gauge = meter.f64_gauge(name).with_unit("s");
            gauge.with_description(description).build()
        };
        Self {
            unsent: meter
                .u64_gauge("coach.outbox.unsent")
                .with_unit("{effect}")
                .with_description("Side effects that were committed and not sent yet.")
                .build(),
            messages: meter
                .u64_gauge("coach.queue.messages")
                .with_unit("{message}")
                .with_description("Messages of a queue that wait, are worked on, or are dead.")
                .build(),
            age: seconds(
                "coach.queue.oldest.age",
                "Age of the oldest message that waits.",
            ),
            check_ins: meter
                .u64_gauge("coach.check_ins.due")
                .with_unit("{check_in}")
                .with_description("Check-ins that members can submit now, and have not.")
                .build(),
            subscriptions: meter
                .u64_gauge("coach.subscriptions")
                .with_unit("{subscription}")
                .with_description("Subscriptions, by the access that they grant now.")
                .build(),
        }
    }

    /// Runs until `stop` is cancelled.
    pub(crate) async fn run(
        self,
        pool: Pool,
        queue: Arc<dyn Queue>,
        clock: Arc<dyn Clock>,
        stop: CancellationToken,
    ) {
        tokio::join!(
            every(QUEUES_INTERVAL, &stop, || {
                self.record_queues(&pool, &*queue)
            }),
            every(MEMBERS_INTERVAL, &stop, || self
                .record_members(&pool, &*clock)),
        );
    }

    /// A metric that cannot be read keeps its last value. The failure is not logged here: the relay and the consumers,
    /// which use the same database and queue, log it.
    async fn record_queues(&self, pool: &Pool, queue: &dyn Queue) {
        if let Ok(status) = outbox::status(pool).await {
            self.unsent.record(status.unsent.unsigned_abs(), &[]);
        }
        for name in QueueName::CONSUMED {
            let Ok(depth) = queue.depth(name).await else {
                continue;
            };
            let destination = KeyValue::new("messaging.destination.name", name.as_str());
            for (state, count) in [
                ("waiting", depth.waiting),
                ("in_flight", depth.in_flight),
                ("dead", depth.dead),
            ] {
                let state = KeyValue::new("coach.message.state", state);
                self.messages.record(count, &[destination.clone(), state]);
            }
            // SQS does not tell it; CloudWatch has `ApproximateAgeOfOldestMessage`.
            if queue.system() != "aws_sqs" {
                let age = depth.oldest.unwrap_or_default().as_secs_f64();
                self.age.record(age, &[destination]);
            }
        }
    }

    async fn record_members(&self, pool: &Pool, clock: &dyn Clock) {
        let now = clock.now();
        if let Ok(due) = check_in::count_due(pool, now).await {
            self.check_ins.record(due.unsigned_abs(), &[]);
        }
        let Ok(counts) = subscription::count(pool, now).await else {
            return;
        };
        for (access, name) in [
            (Access::Trial, "trial"),
            (Access::Active, "active"),
            (Access::Grace, "grace"),
            (Access::Lapsed, "lapsed"),
        ] {
            let count = counts.iter().find(|(counted, _)| *counted == access);
            let count = count.map_or(0, |(_, count)| count.unsigned_abs());
            let state = KeyValue::new("coach.subscription.state", name);
            self.subscriptions.record(count, &[state]);
        }
    }
}
