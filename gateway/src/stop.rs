//! Graceful shutdown on Ctrl-C (SIGINT) and SIGTERM.

use std::{io, process, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// When the process exits even if work is left: a shutdown must end within 15 seconds.
const MAX_SHUTDOWN_TIME: Duration = Duration::from_millis(14_500);

/// A handle that tells when shutdown was requested. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Installs the signal handlers: from now on, the first SIGINT or SIGTERM requests shutdown. The second one exits
    /// at once, with code 130 or 143 according to the first.
    ///
    /// # Errors
    ///
    /// When a signal handler cannot be installed.
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
            // Fails only when every receiver is dropped already.
            let _ = sender.send(true);
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = tokio::time::sleep(MAX_SHUTDOWN_TIME) => {
                    tracing::error!("stopping took too long");
                }
            }
            // Child processes notice that this process is gone.
            process::exit(code);
        });
        Ok(Self(receiver))
    }

    /// Waits until shutdown is requested.
    pub async fn requested(&self) {
        // The sender lives as long as the process.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}
