//! The processes of a run, each of which is replaced when it ends: they are killed repeatedly, and left alone at the
//! end.

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
    process::{Environment, Slot, Watchdog},
    progress::Progress,
};

/// How long a slot stays empty after a kill.
const RESTART_DELAY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

/// The longest shutdown that a process allows itself, with some margin for a busy machine.
const STOP_TIMEOUT: Duration = Duration::from_secs(25);

/// All processes of a run.
pub(crate) struct Fleet {
    tasks: JoinSet<anyhow::Result<()>>,
    no_more_kills: CancellationToken,
    stop: CancellationToken,
}

/// What the tasks of a fleet share.
struct Shared {
    environment: Environment,
    watchdog: Watchdog,
    progress: Arc<Progress>,
    plans: Mutex<Plans>,
    no_more_kills: CancellationToken,
    stop: CancellationToken,
}

/// How a process ended, or is to end.
enum ProcessEnd {
    Exited(ExitStatus),
    Killed,
    StopRequested,
}

impl Fleet {
    /// Starts a process in each slot. With `random` they are killed as planned by it; without, they are left alone.
    pub(crate) fn start(
        environment: &Environment,
        slots: &[Slot],
        progress: Arc<Progress>,
        random: Option<Random>,
    ) -> anyhow::Result<Self> {
        let (no_more_kills, stop) = (CancellationToken::new(), CancellationToken::new());
        if random.is_none() {
            no_more_kills.cancel();
        }
        let random = random.unwrap_or_else(|| Random::new(0, 0));
        let shared = Arc::new(Shared {
            environment: environment.clone(),
            watchdog: Watchdog::start()?,
            progress,
            plans: Mutex::new(Plans::new(random.clone())),
            no_more_kills: no_more_kills.clone(),
            stop: stop.clone(),
        });
        let mut tasks = JoinSet::new();
        for (slot, stream) in slots.iter().zip(100..) {
            let (shared, slot) = (shared.clone(), slot.clone());
            let random = Random::new(stream, random.clone().below(usize::MAX) as u64);
            tasks.spawn(async move { shared.run_slot(&slot, random).await });
        }
        Ok(Self {
            tasks,
            no_more_kills,
            stop,
        })
    }

    /// Returns the error when a process fails; pending until then.
    pub(crate) async fn failure(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error,
            Some(Err(error)) => error.into(),
            Some(Ok(Ok(()))) | None => anyhow::anyhow!("nothing runs any more"),
        }
    }

    /// Kills all processes at once; those that replace them are not killed.
    pub(crate) fn stop_killing(&self) {
        self.no_more_kills.cancel();
    }

    /// Stops all processes gracefully, and waits until they have exited.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}

impl Shared {
    async fn run_slot(&self, slot: &Slot, mut random: Random) -> anyhow::Result<()> {
        for number in 1.. {
            let name = format!("{}.{number}", slot.name);
            let plan = (!self.no_more_kills.is_cancelled()).then(|| self.plans().next(slot.kind));
            let end_at = plan.and_then(|plan| plan.point);
            let mut child = self.environment.start(slot, &name, end_at)?;
            let pid = child.id().context("a process without an id")?;
            self.watchdog.process_started(pid).await?;
            let end = self.wait_for_end(&mut child, plan).await?;
            if matches!(end, ProcessEnd::Killed) {
                child.start_kill()?;
            }
            let point = match end {
                ProcessEnd::StopRequested => {
                    let stopped = terminate(&mut child, pid).await;
                    self.watchdog.process_ended(pid).await?;
                    return stopped.with_context(|| self.description(slot, &name));
                }
                ProcessEnd::Killed => {
                    child.wait().await?;
                    if let Some((point, _)) = end_at {
                        self.plans().missed(slot.kind, point);
                    }
                    None
                }
                ProcessEnd::Exited(status) => {
                    let description = self.description(slot, &name);
                    ensure!(status.signal() == Some(9), "{description} ended: {status}");
                    let Some((point, _)) = end_at else {
                        bail!("{description} was killed by somebody else");
                    };
                    Some(point)
                }
            };
            self.watchdog.process_ended(pid).await?;
            let at = SystemClock.now();
            self.progress.kills().push(Kill {
                process: name,
                point,
                at,
                until: at,
            });
            sleep(random.between(RESTART_DELAY.0, RESTART_DELAY.1)).await;
        }
        Ok(())
    }

    async fn wait_for_end(
        &self,
        child: &mut Child,
        plan: Option<Plan>,
    ) -> anyhow::Result<ProcessEnd> {
        let after = plan.map_or(Duration::MAX, |plan| plan.after);
        tokio::select! {
            status = child.wait() => Ok(ProcessEnd::Exited(status?)),
            () = sleep(after), if plan.is_some() => Ok(ProcessEnd::Killed),
            () = self.no_more_kills.cancelled(), if plan.is_some() => Ok(ProcessEnd::Killed),
            () = self.stop.cancelled() => Ok(ProcessEnd::StopRequested),
        }
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, Plans> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn description(&self, slot: &Slot, name: &str) -> String {
        format!(
            "{name}, whose log is {},",
            self.environment.log(slot).display()
        )
    }
}

async fn terminate(child: &mut Child, pid: u32) -> anyhow::Result<()> {
    // The id stays valid until the child was waited for.
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        kill_process(pid, Signal::TERM)?;
    }
    let status = timeout(STOP_TIMEOUT, child.wait()).await;
    let status = status.context("does not stop")??;
    ensure!(status.success(), "stopped with {status}");
    Ok(())
}
