//! Faults besides kills of processes: Postgres is killed or restarted, and the queue becomes unavailable.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use coach_tests::Random;

use crate::{
    broker::Broker,
    kill::{DATABASE, Kill},
    log,
    progress::Progress,
    stage::Postgres,
};

/// How long Postgres stays down.
const DOWNTIME: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// There is one kill of Postgres for this many kills of processes.
const POSTGRES_ONE_IN: u32 = 25;

/// When the queue becomes unavailable, in thousandths of the mutations.
const OUTAGE_AT: u32 = 300;

/// The number of faults in a run with this many kills.
pub(crate) fn count(kills: u32) -> u32 {
    postgres_kills(kills) + 1
}

fn postgres_kills(kills: u32) -> u32 {
    kills.div_ceil(POSTGRES_ONE_IN)
}

/// Restarts Postgres at an interval: it closes its connections and is back at once.
pub(crate) async fn restart_postgres(
    postgres: Arc<Postgres>,
    every: Duration,
) -> anyhow::Result<()> {
    loop {
        sleep(every).await;
        postgres.restart().await?;
        log("Postgres was restarted");
    }
}

/// Kills Postgres repeatedly, evenly spread over the run.
pub(crate) async fn kill_postgres(
    postgres: Arc<Postgres>,
    progress: Arc<Progress>,
    kills: u32,
    mut random: Random,
) -> anyhow::Result<()> {
    let times = postgres_kills(kills);
    for time in 0..times {
        until(&progress, (2 * time + 1) * 500 / times).await;
        let down = postgres
            .kill(random.between(DOWNTIME.0, DOWNTIME.1))
            .await?;
        let downtime = down.until - down.at;
        log(&format!(
            "Postgres was killed, and away for {} ms",
            downtime.num_milliseconds()
        ));
        progress.kills().push(Kill {
            process: DATABASE.to_owned(),
            point: None,
            at: down.at,
            until: down.until,
        });
        progress.finish_fault();
    }
    Ok(())
}

/// Makes the queue unavailable once.
pub(crate) async fn make_queue_unavailable(
    broker: Arc<Broker>,
    progress: Arc<Progress>,
    outage: Duration,
) -> anyhow::Result<()> {
    until(&progress, OUTAGE_AT).await;
    log(&format!("the queue is away for {outage:?}"));
    broker.make_unavailable(outage).await?;
    log("the queue is back");
    progress.finish_fault();
    Ok(())
}

/// Waits until this many thousandths of the mutations are acknowledged.
async fn until(progress: &Progress, thousandths: u32) {
    while progress.thousandths() < thousandths {
        sleep(Duration::from_millis(50)).await;
    }
}
