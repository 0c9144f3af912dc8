//! What goes wrong besides the processes: Postgres dies, and the queue cannot be reached.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use coach_tests::Random;

use crate::{
    broker::Broker,
    kill::{DATABASE, Kill},
    progress::Progress,
    say,
    stage::Postgres,
};

/// How long Postgres stays away.
const AWAY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// One kill in so many is that of Postgres.
const DATABASE_IN: u32 = 25;

/// When the queue goes away, in thousandths of the mutations.
const OUTAGE_AT: u32 = 300;

/// How many faults a run with so many kills has.
pub(crate) fn count(kills: u32) -> u32 {
    databases(kills) + 1
}

fn databases(kills: u32) -> u32 {
    kills.div_ceil(DATABASE_IN)
}

/// Restarts Postgres again and again: it ends its connections and is back at once.
pub(crate) async fn restart_postgres(
    postgres: Arc<Postgres>,
    every: Duration,
) -> anyhow::Result<()> {
    loop {
        sleep(every).await;
        postgres.restart().await?;
        say("Postgres was restarted");
    }
}

/// Kills Postgres again and again, evenly spread over the run.
pub(crate) async fn kill_postgres(
    postgres: Arc<Postgres>,
    progress: Arc<Progress>,
    kills: u32,
    mut random: Random,
) -> anyhow::Result<()> {
    let times = databases(kills);
    for time in 0..times {
        until(&progress, (2 * time + 1) * 500 / times).await;
        let down = postgres.kill(random.between(AWAY.0, AWAY.1)).await?;
        let away = down.until - down.at;
        say(&format!(
            "Postgres was killed, and away for {} ms",
            away.num_milliseconds()
        ));
        progress.kills().push(Kill {
            process: DATABASE.to_owned(),
            point: None,
            at: down.at,
            until: down.until,
        });
        progress.had_fault();
    }
    Ok(())
}

/// Takes the queue away once, for so long.
pub(crate) async fn take_queue_away(
    broker: Arc<Broker>,
    progress: Arc<Progress>,
    outage: Duration,
) -> anyhow::Result<()> {
    until(&progress, OUTAGE_AT).await;
    say(&format!("the queue is away for {outage:?}"));
    broker.go_away(outage).await?;
    say("the queue is back");
    progress.had_fault();
    Ok(())
}

/// Waits until so many thousandths of the mutations are acknowledged.
async fn until(progress: &Progress, thousandths: u32) {
    while progress.thousandths() < thousandths {
        sleep(Duration::from_millis(50)).await;
    }
}
