//! `coach token`.

use anyhow::bail;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{app, auth::LocalIssuer, settings::Settings};

/// Prints a token, alone on a line.
pub(crate) fn print(
    settings: &Settings,
    email: Option<&str>,
    groups: &[String],
) -> anyhow::Result<()> {
    if let Some(issuer) = &settings.auth.issuer {
        bail!(
            "tokens are those of {}; only the local issuer (without COACH_AUTH_ISSUER) prints its own",
            issuer.issuer
        );
    }
    let issuer = LocalIssuer::open(&settings.home)?;
    let groups: Vec<_> = groups.iter().map(String::as_str).collect();
    let subject = app::demo_subject(email);
    let token = issuer.token(&subject, &groups, SystemClock.now())?;
    super::print(&format!("{token}\n"))
}
