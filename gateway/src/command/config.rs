//! `coach check-config`.

use coach_domain::process_start::ProcessRole;
use coach_gateway::settings::{self, Sources};

/// Prints the effective settings, or fails with all mistakes in them.
pub(crate) fn check(sources: &Sources, roles: &[ProcessRole]) -> anyhow::Result<()> {
    super::print(&settings::report(sources, roles)?)
}
