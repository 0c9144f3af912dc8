//! `coach token`.

use anyhow::bail;
use coach_content::seed::DEMO;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{auth::LocalIssuer, settings::Settings};

/// Prints a token of the local issuer on a line of its own.
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
    let had_key = LocalIssuer::exists(&settings.home);
    let issuer = LocalIssuer::open(&settings.home)?;
    if !had_key {
        let home = settings.home.display();
        eprintln!(
            "coach: {home} had no key, and has a new one; only a gateway with COACH_HOME={home} takes this token"
        );
    }
    let subject = email.unwrap_or(DEMO.mid_cycle);
    let mut groups: Vec<_> = groups.iter().map(String::as_str).collect();
    if subject == DEMO.staff && groups.is_empty() {
        groups.push("staff");
    }
    let token = issuer.token(subject, &groups, SystemClock.now())?;
    super::print(&format!("{token}\n"))
}
