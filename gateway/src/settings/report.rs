//! The effective settings, as `coach check-config` prints them.

use std::fmt::Write as _;

use coach_domain::process_start::ProcessRole;

use super::{Errors, Settings, Source, Sources, key::KEYS, reader::Reader};

/// A line for each setting: name, value with secrets masked, source. The output is a valid `coach.toml`.
///
/// # Errors
///
/// As [`Settings::load_for`].
pub fn report(sources: &Sources, roles: &[ProcessRole]) -> Result<String, Errors> {
    let settings = Settings::load_for(sources, roles)?;
    let reader = Reader::new(sources.figment()?);
    let mut text = String::new();
    for key in KEYS {
        let line = match reader.masked(key.name) {
            Some(value) => format!("{} = {value:?}", key.name),
            None => format!("# {} is not set{}", key.name, fallback(key.name, &settings)),
        };
        let source = match reader.source(key.name) {
            Source::Default => String::new(),
            source => format!("# {source}"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", format!("{line:<60} {source}").trim_end());
    }
    Ok(text)
}

/// What applies when a setting without a default is not set.
fn fallback(name: &str, settings: &Settings) -> String {
    let home = settings.home.display();
    match name {
        "database_url" => ": `coach dev` runs its own Postgres".to_owned(),
        "postgres_bin" => ": Postgres is looked for".to_owned(),
        "auth_issuer" => format!(": the local issuer, whose key is in {home}, for `coach dev`"),
        "live_status_url" => match settings.status_url(settings.listen) {
            Ok(url) if settings.listen.port() > 0 => format!(": {}", url.as_str()),
            _ => String::new(),
        },
        "limit_connections" => ": as many as there are file descriptors for".to_owned(),
        "auth_jwks_url" => match &settings.auth.issuer {
            Some(issuer) => format!(": {}", issuer.jwks_url),
            None => String::new(),
        },
        "objects" | "mail" => format!(": {home}/{name}"),
        _ => String::new(),
    }
}
