//! Being asked to stop: Ctrl-C and SIGTERM.

use std::{io, process, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Whoever asked will not wait longer than 15 seconds.
const AT_THE_LATEST: Duration = Duration::from_millis(14_500);

/// Tells when to stop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// From now on signals ask us to stop instead of ending us. The second one ends us at once.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn on_signals() -> io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            let code = tokio::select! {
                _ = interrupt.recv() => 130,
                _ = terminate.recv() => 143,
            };
            tracing::info!("stopping");
            // Nobody may be there to hear it any more.
            let _ = sender.send(true);
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = tokio::time::sleep(AT_THE_LATEST) => {
                    tracing::error!("stopping took too long");
                }
            }
            // What we started notices that we are gone.
            process::exit(code);
        });
        Ok(Self(receiver))
    }

    /// Waits until it is time to stop.
    pub async fn asked(&self) {
        // The sender lives as long as the process.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}
