//! The stream of mutations, from many phones at once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

use coach_tests::Random;

use crate::{
    client::Phones,
    evidence::Acknowledged,
    operation::Operations,
    progress::{Progress, Turn},
};

/// Phones that send at the same time.
const PHONES: u64 = 16;

/// How often is looked whether it goes on. While it does not, one of the phones does all the same.
const LOOKS: Duration = Duration::from_millis(200);

/// Sends mutations until all is done that was wanted, and returns those that were acknowledged.
///
/// # Errors
///
/// When one is refused or never answered, or the kills do not come to their end.
pub(crate) async fn send(
    phones: &Phones,
    operations: Operations,
    progress: &Arc<Progress>,
    seed: u64,
) -> anyhow::Result<Vec<Acknowledged>> {
    let operations = Arc::new(Mutex::new(operations));
    let mut tasks = JoinSet::new();
    for phone in 0..PHONES {
        let phone = Phone {
            insists: phone == 0,
            random: Random::new(seed, 1_000 + phone),
            phones: phones.clone(),
            operations: operations.clone(),
            progress: progress.clone(),
        };
        tasks.spawn(phone.go_on());
    }
    let mut acknowledged = Vec::new();
    while let Some(done) = tasks.join_next().await {
        acknowledged.extend(done??);
    }
    Ok(acknowledged)
}

struct Phone {
    /// Whether it sends while others wait.
    insists: bool,
    random: Random,
    phones: Phones,
    operations: Arc<Mutex<Operations>>,
    progress: Arc<Progress>,
}

impl Phone {
    async fn go_on(mut self) -> anyhow::Result<Vec<Acknowledged>> {
        let mut acknowledged = Vec::new();
        loop {
            match self.progress.turn() {
                Turn::Over => return Ok(acknowledged),
                Turn::Wait => {
                    sleep(LOOKS).await;
                    if !self.insists {
                        continue;
                    }
                }
                Turn::Go => {}
            }
            let operation = {
                let operations = self.operations.lock();
                self.progress.issue()?;
                operations.unwrap_or_else(PoisonError::into_inner).next()?
            };
            let (random, progress) = (&mut self.random, &self.progress);
            self.phones.perform(&operation, random, progress).await?;
            acknowledged.push(Acknowledged {
                name: operation.name,
                marks: operation.marks,
            });
        }
    }
}
