//! Finds everything that is wrong with the settings, not only the first mistake.

use coach_domain::process_start::ProcessRole;

use super::{Error, Settings, Sources, key, reader::Reader};

/// The settings, and all that is wrong with them.
#[derive(Debug)]
pub struct Examination {
    /// The settings, in which other values stand in for wrong and missing ones; `None` if they cannot be read that far.
    pub settings: Option<Settings>,
    /// The mistakes, in the order in which they were found.
    pub errors: Vec<Error>,
}

impl Examination {
    /// Reads all settings for a process of these roles.
    pub fn new(sources: &Sources, roles: &[ProcessRole]) -> Self {
        let mut sources = sources.clone();
        let mut errors = Vec::new();
        let figment = loop {
            match sources.figment() {
                Ok(figment) => break figment,
                Err(error) => {
                    let is_removed = match &error {
                        Error::SecretFile { variable, .. } => sources.remove(variable),
                        _ => false,
                    };
                    errors.push(error);
                    if !is_removed {
                        return Self::unreadable(errors);
                    }
                }
            }
        };
        let mut reader = Reader::new(figment);
        for error in &errors {
            let setting = error.setting();
            if let Some(key) = setting.and_then(|name| key::find(&name)) {
                reader.replace(key.name);
            }
        }
        match reader.unknown() {
            Ok(unknown) => errors.extend(unknown),
            Err(error) => {
                errors.push(error);
                return Self::unreadable(errors);
            }
        }
        // Each round finds one mistake, and puts another value in its place.
        loop {
            let error = match Settings::read(&reader, &sources) {
                Ok(settings) => {
                    let missing = settings.find_missing(roles).into_iter();
                    let missing: Vec<_> = missing
                        .filter(|error| !errors.iter().any(|it| it.setting() == error.setting()))
                        .collect();
                    errors.extend(missing);
                    return Self {
                        settings: Some(settings),
                        errors,
                    };
                }
                Err(error) => error,
            };
            let is_replaced = match &error {
                Error::Invalid { name, .. } | Error::Missing { name, .. } => reader.replace(name),
                Error::Telemetry { name, .. } => sources.remove(name),
                _ => false,
            };
            let name = error.setting();
            // An error about a value that was put in follows from another mistake.
            if !errors
                .iter()
                .any(|it| name.is_some() && it.setting() == name)
            {
                errors.push(error);
            }
            if !is_replaced {
                return Self::unreadable(errors);
            }
        }
    }

    fn unreadable(errors: Vec<Error>) -> Self {
        Self {
            settings: None,
            errors,
        }
    }
}

impl Settings {
    /// What must be set for a process of one of these roles, and is not.
    fn find_missing(&self, roles: &[ProcessRole]) -> Vec<Error> {
        let mut missing = Vec::new();
        if !roles.is_empty() {
            missing.extend(self.required_database_url().err());
        }
        if roles.contains(&ProcessRole::Gateway) {
            missing.extend(self.require_issuer().err());
            missing.extend(self.status_url(self.listen).err());
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(variables: &[(&str, &str)], roles: &[ProcessRole]) -> Vec<String> {
        let variables = variables.iter();
        let sources = Sources {
            environment: variables
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Sources::default()
        };
        let examined = Examination::new(&sources, roles);
        let errors = examined.errors.iter();
        errors.map(ToString::to_string).collect()
    }

    /// Each error is about the setting at its position.
    fn assert_settings(errors: &[String], names: &[&str]) {
        assert_eq!(errors.len(), names.len(), "{errors:#?}");
        for (error, name) in errors.iter().zip(names) {
            assert!(error.starts_with(name), "{name}: {error}");
        }
    }

    #[test]
    fn all_mistakes_are_found() {
        let found = errors(
            &[
                ("COACH_LIMIT_DEPHT", "7"),
                ("COACH_TIMEOUT_STATEMENT", "5"),
                ("COACH_LIMIT_COST", "many"),
                ("COACH_MAIL", "ses"),
                ("COACH_AUTH_AUDIENCE", "coach"),
                ("COACH_APPLE_BUNDLE_ID", "com.example.coach"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
                ("COACH_WEBHOOK_STANDARD_SECRETS", "hunter2"),
            ],
            &[],
        );
        assert_settings(
            &found,
            &[
                "COACH_LIMIT_DEPHT",
                "COACH_APPLE_PRODUCTS",
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                "COACH_TIMEOUT_STATEMENT",
                "COACH_LIMIT_COST",
                "COACH_AUTH_ISSUER",
                "COACH_MAIL_FROM",
                "COACH_MAIL_APP_URL",
                "COACH_MAIL_IMPRINT",
                "COACH_WEBHOOK_STANDARD_SECRETS",
            ],
        );
    }

    #[test]
    fn what_a_role_needs_is_found_in_the_same_run() {
        let gateway = [ProcessRole::Gateway];
        let found = errors(&[("COACH_LIMIT_COST", "many")], &gateway);
        assert_settings(
            &found,
            &[
                "COACH_LIMIT_COST",
                "COACH_DATABASE_URL",
                "COACH_AUTH_ISSUER",
            ],
        );
        // One that is set wrong is not missing too.
        let found = errors(&[("COACH_DATABASE_URL", "mysql://host/db")], &gateway);
        assert_settings(&found, &["COACH_DATABASE_URL", "COACH_AUTH_ISSUER"]);
        let found = errors(&[], &[ProcessRole::Worker]);
        assert_settings(&found, &["COACH_DATABASE_URL"]);
        assert_settings(&errors(&[], &[]), &[]);
    }

    #[test]
    fn a_replaced_value_causes_no_errors_of_its_own() {
        // The default of the statement's time is not shorter.
        let short = ("COACH_TIMEOUT_EXECUTION", "3s");
        assert_settings(&errors(&[short], &[]), &["COACH_TIMEOUT_STATEMENT"]);
        // A file that cannot be read does not hide the others, and what is in it is not missing.
        let absent = [
            ("COACH_MAIL_UNSUBSCRIBE_KEY_FILE", "/nowhere/key"),
            ("COACH_DATABASE_URL_FILE", "/nowhere/url"),
            ("COACH_LIMIT_COST", "many"),
        ];
        assert_settings(
            &errors(&absent, &[ProcessRole::Worker]),
            &[
                "COACH_MAIL_UNSUBSCRIBE_KEY_FILE",
                "COACH_DATABASE_URL_FILE",
                "COACH_LIMIT_COST",
            ],
        );
        let unreadable = [("COACH_PARTNERS", "hunter2")];
        assert_settings(&errors(&unreadable, &[]), &["COACH_PARTNERS"]);
    }
}
