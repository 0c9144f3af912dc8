//! The stream of mutations, from many clients at once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

use coach_tests::Random;

use crate::{
    client::GatewayClient,
    evidence::Acknowledged,
    operation::Operations,
    progress::{Pace, Progress},
};

/// The number of clients that send concurrently.
const CLIENTS: u64 = 16;

/// How often a client that has to wait checks whether it may go on. One of the clients sends after each check even
/// then.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Sends mutations until the run's targets are met, and returns those that were acknowledged.
///
/// # Errors
///
/// When a mutation is rejected or never acknowledged, or when the kills do not reach their targets.
pub(crate) async fn send(
    gateway_client: &GatewayClient,
    operations: Operations,
    progress: &Arc<Progress>,
    seed: u64,
) -> anyhow::Result<Vec<Acknowledged>> {
    let operations = Arc::new(Mutex::new(operations));
    let mut tasks = JoinSet::new();
    for client in 0..CLIENTS {
        let client = Client {
            always_sends: client == 0,
            random: Random::new(seed, 1_000 + client),
            gateway: gateway_client.clone(),
            operations: operations.clone(),
            progress: progress.clone(),
        };
        tasks.spawn(client.run());
    }
    let mut acknowledged = Vec::new();
    while let Some(done) = tasks.join_next().await {
        acknowledged.extend(done??);
    }
    Ok(acknowledged)
}

/// One of the concurrent clients.
struct Client {
    /// Whether it keeps sending while the other clients wait.
    always_sends: bool,
    random: Random,
    gateway: GatewayClient,
    operations: Arc<Mutex<Operations>>,
    progress: Arc<Progress>,
}

impl Client {
    async fn run(mut self) -> anyhow::Result<Vec<Acknowledged>> {
        let mut acknowledged = Vec::new();
        loop {
            match self.progress.pace() {
                Pace::Finished => return Ok(acknowledged),
                Pace::Wait => {
                    sleep(POLL_INTERVAL).await;
                    if !self.always_sends {
                        continue;
                    }
                }
                Pace::Send => {}
            }
            let operation = {
                let operations = self.operations.lock();
                self.progress.issue()?;
                operations.unwrap_or_else(PoisonError::into_inner).next()?
            };
            let (random, progress) = (&mut self.random, &self.progress);
            self.gateway.perform(&operation, random, progress).await?;
            acknowledged.push(Acknowledged {
                name: operation.name,
                marks: operation.marks,
            });
        }
    }
}
