//! SQS, as `ministack` speaks it.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use coach_domain::queue::{MAX_BATCH_SIZE, Outgoing, Queue as _, QueueName};
use coach_tests::{Ministack, Mode, Proxy, Target, aws::sqs as client};
use coach_workers::queue::{
    SqsQueue,
    sqs::{self, Addresses},
};
use tokio::{task::spawn_blocking, time::sleep};

use super::count;
use crate::{
    evidence::Remaining,
    process::target,
    stage::{Database, value},
};

/// Every third message that was enqueued so far and not sent a second time yet.
const UNSENT_DUPLICATES: &str = "
    SELECT number, queue, envelope
    FROM torture.owed
    WHERE number % 3 = 0 AND NOT sent_again AND queue <> 'events'
    ORDER BY number
    LIMIT 10";

/// A server, with queues that only this run uses.
#[derive(Debug)]
pub(crate) struct Sqs {
    database: Database,
    /// Without the proxy.
    queue: SqsQueue,
    names: Vec<(QueueName, String)>,
    proxy: Proxy,
    _server: Ministack,
}

impl Sqs {
    pub(super) async fn start(database: Database, seed: u64) -> anyhow::Result<Self> {
        let folder = target()?;
        let server = spawn_blocking(move || Ministack::start(&folder, "sqs")).await?;
        let server = server.context("there is no ministack; tests/run makes it")?;
        let address = server.endpoint().trim_start_matches("http://");
        let address: SocketAddr = address.parse()?;
        let client = client(server.endpoint());
        let names = QueueName::CONSUMED.map(|queue| (queue, format!("torture-{seed}-{queue}")));
        for (_, name) in &names {
            sqs::create(&client, name).await?;
        }
        let addresses: Addresses = names.iter().cloned().collect();
        Ok(Self {
            queue: SqsQueue::new(client, addresses, database.pool.clone()),
            database,
            names: names.into(),
            proxy: Proxy::start(Target::Tcp(address), Duration::ZERO).await,
            _server: server,
        })
    }

    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let names = self
            .names
            .iter()
            .map(|(queue, name)| format!("{queue}={name}"));
        vec![
            ("COACH_QUEUE", "sqs".to_owned()),
            ("COACH_QUEUE_ADDRESSES", names.collect::<Vec<_>>().join(",")),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.proxy.address)),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ]
    }

    /// Connections are refused during the first half of the time, and not answered during the second.
    pub(super) async fn make_unavailable(&self, outage: Duration) {
        for mode in [Mode::Closed, Mode::Silent] {
            self.proxy.set(mode);
            sleep(outage / 2).await;
        }
        self.proxy.set(Mode::Open);
    }

    pub(super) async fn deliver_twice(&self) -> anyhow::Result<()> {
        loop {
            let again = self.database.rows(UNSENT_DUPLICATES).await?;
            for row in &again {
                let (queue, envelope): (String, String) = (value(row, 1)?, value(row, 2)?);
                let messages = [Outgoing::new(envelope)];
                for result in self.queue.send(queue.parse()?, &messages).await? {
                    result?;
                }
                let number: i64 = value(row, 0)?;
                let mark =
                    format!("UPDATE torture.owed SET sent_again = true WHERE number = {number}");
                self.database.execute(&mark).await?;
            }
            if again.len() < MAX_BATCH_SIZE {
                sleep(Duration::from_millis(100)).await;
            }
        }
    }

    pub(super) async fn delivered_twice(&self) -> anyhow::Result<u64> {
        let sql = "SELECT count(*) FROM torture.owed WHERE sent_again";
        count(&self.database, sql).await
    }

    pub(super) async fn remaining(&self) -> anyhow::Result<Remaining> {
        let mut remaining = Remaining::default();
        for (queue, _) in &self.names {
            let depth = self.queue.depth(*queue).await?;
            remaining.undelivered += depth.waiting + depth.in_flight;
            remaining.dead += depth.dead;
        }
        Ok(remaining)
    }
}
