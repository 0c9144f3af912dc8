//! The filter of the log, which can be replaced while the process runs.

use std::io::{self, IsTerminal as _};

use tokio::signal::unix::{SignalKind, signal};
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, layer::Filter, reload};

use crate::settings::{self, Settings};

/// Replaces the filter of the log.
pub struct LogFilter {
    /// The filter at the moment.
    text: String,
    replace: Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync>,
}

impl LogFilter {
    /// A filter of a layer, and the handle that replaces it.
    pub(super) fn new<S: Subscriber>(text: &str) -> (impl Filter<S> + use<S>, Self) {
        let (filter, handle) = reload::Layer::new(EnvFilter::new(text));
        let log_filter = Self {
            text: text.to_owned(),
            replace: Box::new(move |filter| handle.reload(filter)),
        };
        (filter, log_filter)
    }

    /// Takes the filter from the settings whenever the process receives SIGHUP. On a terminal SIGHUP goes on to end the
    /// process, because closing the terminal sends it.
    ///
    /// # Errors
    ///
    /// When the signal handler cannot be installed.
    pub fn reload_on_hangup(
        mut self,
        load: impl Fn() -> Result<Settings, settings::Errors> + Send + 'static,
    ) -> io::Result<()> {
        if io::stderr().is_terminal() {
            return Ok(());
        }
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                match load() {
                    Ok(settings) => self.set(settings.log),
                    Err(error) => tracing::error!(
                        %error,
                        "the settings cannot be read again; the filter of the log stays as it is"
                    ),
                }
            }
        });
        Ok(())
    }

    fn set(&mut self, text: String) {
        // The settings have checked that the filter is valid. The subscriber lives as long as the process.
        if (self.replace)(EnvFilter::new(&text)).is_ok() {
            let was = std::mem::replace(&mut self.text, text);
            tracing::info!(
                filter = self.text,
                was,
                "the filter of the log is read again"
            );
        }
    }
}
