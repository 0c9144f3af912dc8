//! `coach check-config`.

use coach_gateway::settings::{self, Sources};

/// Prints the effective settings, or fails with all mistakes in them.
pub(crate) fn check(sources: &Sources) -> anyhow::Result<()> {
    super::print(&settings::report(sources)?)
}
