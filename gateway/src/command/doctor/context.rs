//! What all checks use.

use std::{collections::BTreeSet, time::Duration};

use coach_gateway::settings::{Settings, Sources};
use futures_util::future::LocalBoxFuture;
use reqwest::{Client, redirect};

use super::check::{Check, Findings};
use crate::cli::{self, DoctorRole};

/// The settings of the deployment, and what is known about them.
pub(super) struct Context<'a> {
    pub(super) options: &'a cli::Doctor,
    pub(super) settings: &'a Settings,
    pub(super) sources: &'a Sources,
    /// The database of the deployment, or of a running `coach dev`.
    pub(super) database_url: Option<String>,
    /// Whether it is the database of a running `coach dev`.
    pub(super) is_dev: bool,
    /// The names of settings that are wrong or missing; other values stand in for them.
    pub(super) mistaken: BTreeSet<String>,
}

impl Context<'_> {
    /// Whether a gateway is checked.
    pub(super) fn has_gateway(&self) -> bool {
        self.options.role != DoctorRole::Worker
    }

    /// Whether a worker is checked.
    pub(super) fn has_worker(&self) -> bool {
        self.options.role != DoctorRole::Gateway
    }

    /// How long a check may take.
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.options.timeout)
    }

    /// Runs a check, unless settings whose names begin with one of `settings` are wrong. `mend` is what to do when there
    /// is no answer in time.
    pub(super) fn check<'f>(
        &'f self,
        name: impl Into<String>,
        settings: &'f [&'f str],
        mend: &'f str,
        check: impl Future<Output = Findings> + 'f,
    ) -> LocalBoxFuture<'f, Check> {
        let name = name.into();
        let mut mistaken = self.mistaken.iter();
        let mistaken = mistaken.find(|name| settings.iter().any(|it| name.starts_with(it)));
        // Futures of calls of AWS are large.
        match mistaken {
            Some(setting) => {
                let reason = format!("COACH_{} has to be mended first", setting.to_uppercase());
                Box::pin(async move { Check::skipped(name, &reason) })
            }
            None => Box::pin(Check::run(name, self.timeout(), mend, check)),
        }
    }

    /// A client that follows no redirects. Its own timeout is longer than that of a check, which says what to do.
    pub(super) fn http(&self) -> reqwest::Result<Client> {
        Client::builder()
            .timeout(2 * self.timeout())
            .redirect(redirect::Policy::none())
            .user_agent(concat!("coach-doctor/", env!("CARGO_PKG_VERSION")))
            .build()
    }
}

/// The innermost cause of an error, which says what happened.
pub(super) fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
