//! The processes of a run, each of which is followed by another one when it ends: killed on and on, then left in peace.

use std::{
    os::unix::process::ExitStatusExt as _,
    process::ExitStatus,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use coach_domain::clock::{Clock as _, SystemClock};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::Child,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use coach_tests::Random;

use crate::{
    kill::Kill,
    plan::{Plan, Plans},
    process::{Slot, Surroundings, Watchdog},
    progress::Progress,
};

/// How long a place stays empty after a kill.
const EMPTY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

/// What a process promises to take at most to stop, and some more for a busy machine.
const STOPPED_WITHIN: Duration = Duration::from_secs(25);

/// All of them.
pub(crate) struct Fleet {
    tasks: JoinSet<anyhow::Result<()>>,
    /// No more kills.
    peace: CancellationToken,
    stop: CancellationToken,
}

/// What the places of a fleet share.
struct Shared {
    surroundings: Surroundings,
    watchdog: Watchdog,
    progress: Arc<Progress>,
    plans: Mutex<Plans>,
    peace: CancellationToken,
    stop: CancellationToken,
}

/// How a process came to its end.
enum End {
    Itself(ExitStatus),
    Killed,
    Asked,
}

impl Fleet {
    /// Starts a process in each place; with plans they are killed.
    pub(crate) fn start(
        surroundings: &Surroundings,
        slots: &[Slot],
        progress: Arc<Progress>,
        random: Option<Random>,
    ) -> anyhow::Result<Self> {
        let (peace, stop) = (CancellationToken::new(), CancellationToken::new());
        if random.is_none() {
            peace.cancel();
        }
        let random = random.unwrap_or_else(|| Random::new(0, 0));
        let shared = Arc::new(Shared {
            surroundings: surroundings.clone(),
            watchdog: Watchdog::start()?,
            progress,
            plans: Mutex::new(Plans::new(random.clone())),
            peace: peace.clone(),
            stop: stop.clone(),
        });
        let mut tasks = JoinSet::new();
        for (slot, stream) in slots.iter().zip(100..) {
            let (shared, slot) = (shared.clone(), slot.clone());
            let random = Random::new(stream, random.clone().below(usize::MAX) as u64);
            tasks.spawn(async move { shared.occupy(&slot, random).await });
        }
        Ok(Self { tasks, peace, stop })
    }

    /// Ends when something is wrong with a process.
    pub(crate) async fn failure(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error,
            Some(Err(error)) => error.into(),
            Some(Ok(Ok(()))) | None => anyhow::anyhow!("nothing runs any more"),
        }
    }

    /// Kills all of them at once, and lets those that follow live.
    pub(crate) fn leave_in_peace(&self) {
        self.peace.cancel();
    }

    /// Asks all to stop, and waits until they have, in good order.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}

impl Shared {
    async fn occupy(&self, slot: &Slot, mut random: Random) -> anyhow::Result<()> {
        for number in 1.. {
            let name = format!("{}.{number}", slot.name);
            let plan = (!self.peace.is_cancelled()).then(|| self.plans().next(slot.kind));
            let end_at = plan.and_then(|plan| plan.point);
            let mut child = self.surroundings.start(slot, &name, end_at)?;
            let pid = child.id().context("a process without an id")?;
            self.watchdog.begun(pid).await?;
            let end = self.end(&mut child, plan).await?;
            if matches!(end, End::Killed) {
                child.start_kill()?;
            }
            let point = match end {
                End::Asked => {
                    let stopped = ask_to_stop(&mut child, pid).await;
                    self.watchdog.ended(pid).await?;
                    return stopped.with_context(|| self.told(slot, &name));
                }
                End::Killed => {
                    child.wait().await?;
                    if let Some((point, _)) = end_at {
                        self.plans().missed(slot.kind, point);
                    }
                    None
                }
                End::Itself(status) => {
                    let told = self.told(slot, &name);
                    ensure!(status.signal() == Some(9), "{told} ended: {status}");
                    let Some((point, _)) = end_at else {
                        bail!("{told} was killed by somebody else");
                    };
                    Some(point)
                }
            };
            self.watchdog.ended(pid).await?;
            let at = SystemClock.now();
            self.progress.kills().push(Kill {
                process: name,
                point,
                at,
                until: at,
            });
            sleep(random.between(EMPTY.0, EMPTY.1)).await;
        }
        Ok(())
    }

    async fn end(&self, child: &mut Child, plan: Option<Plan>) -> anyhow::Result<End> {
        let after = plan.map_or(Duration::MAX, |plan| plan.after);
        tokio::select! {
            status = child.wait() => Ok(End::Itself(status?)),
            () = sleep(after), if plan.is_some() => Ok(End::Killed),
            () = self.peace.cancelled(), if plan.is_some() => Ok(End::Killed),
            () = self.stop.cancelled() => Ok(End::Asked),
        }
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, Plans> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, slot: &Slot, name: &str) -> String {
        format!(
            "{name}, whose log is {},",
            self.surroundings.log(slot).display()
        )
    }
}

async fn ask_to_stop(child: &mut Child, pid: u32) -> anyhow::Result<()> {
    // It keeps its id until we have waited for it.
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        kill_process(pid, Signal::TERM)?;
    }
    let status = timeout(STOPPED_WITHIN, child.wait()).await;
    let status = status.context("does not stop")??;
    ensure!(status.success(), "stopped with {status}");
    Ok(())
}
