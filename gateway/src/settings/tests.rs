use std::{net::SocketAddr, path::PathBuf};

use super::*;

fn sources(variables: &[(&str, &str)]) -> Sources {
    let owned = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sources {
        environment: owned.collect(),
        ..Sources::default()
    }
}

fn error(variables: &[(&str, &str)]) -> String {
    Settings::load(&sources(variables)).unwrap_err().to_string()
}

/// A file that is removed when dropped.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("coach-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn without_settings_the_defaults_apply() {
    let settings = Settings::load(&Sources::default()).unwrap();
    assert_eq!(settings.listen, SocketAddr::from(([127, 0, 0, 1], 8080)));
    assert_eq!(settings.limits.body_bytes, 1024 * 1024);
    assert_eq!(settings.limits.cost, 5000);
    assert_eq!(settings.limits.query_bytes, 64 * 1024);
    assert_eq!(settings.timeouts.execution, Duration::from_secs(8));
    assert_eq!(
        settings.storage.objects,
        Objects::Folder(".coach/objects".into())
    );
    assert!(settings.database_url.is_none() && settings.auth.issuer.is_none());
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
    let file = File::new("order", "limit_cost = 7\nlimit_depth = \"8\"\n");
    let sources = Sources {
        file: file.0.clone(),
        ..sources(&[("COACH_LIMIT_COST", "9"), ("COACH_HOME", "")])
    };
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(settings.limits.cost, 9);
    assert_eq!(settings.limits.depth, 8);
    assert_eq!(settings.limits.aliases, 30);
    assert_eq!(settings.home, PathBuf::from(".coach"));
    let report = report(&sources, &[]).unwrap();
    let line = |name: &str| report.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("limit_cost").ends_with("# from the environment"));
    assert!(line("limit_depth").ends_with("# from coach.toml"));
    assert_eq!(line("limit_aliases"), "limit_aliases = \"30\"");
}

#[test]
fn a_value_may_be_in_a_file_that_the_environment_names() {
    let url = "postgres://coach:secret@db.example/coach";
    let file = File::new("secret", &format!("{url}\n"));
    let path = file.0.to_str().unwrap();
    let variables = [("COACH_DATABASE_URL_FILE", path)];
    let settings = Settings::load(&sources(&variables)).unwrap();
    assert_eq!(settings.database_url.as_deref(), Some(url));
    let report = report(&sources(&variables), &[]).unwrap();
    assert!(
        report.contains("# from the file that a variable") && !report.contains("secret@"),
        "{report}"
    );

    let both = [
        ("COACH_DATABASE_URL_FILE", path),
        ("COACH_DATABASE_URL", url),
    ];
    let message = error(&both);
    assert!(
        message.contains("COACH_DATABASE_URL is set, too"),
        "{message}"
    );
    let message = error(&[("COACH_DATABASE_URL_FILE", "/nowhere/secret")]);
    assert!(
        message.starts_with("COACH_DATABASE_URL_FILE = `/nowhere/secret`")
            && message.contains("No such file"),
        "{message}"
    );
    let message = error(&[("COACH_DATABASE_URLS_FILE", path)]);
    assert!(message.contains("is not a setting"), "{message}");
    let file = File::new("invalid", "mysql://db.example");
    let message = error(&[("COACH_DATABASE_URL_FILE", file.0.to_str().unwrap())]);
    assert!(
        message.starts_with("COACH_DATABASE_URL_FILE = "),
        "{message}"
    );
}

#[test]
fn what_check_config_prints_can_be_read_again() {
    let printed = report(
        &sources(&[("COACH_LIMIT_COST", "9"), ("COACH_LOG", "info,a=debug")]),
        &[],
    );
    let file = File::new("again", &printed.unwrap());
    let again = Sources {
        file: file.0.clone(),
        ..Sources::default()
    };
    assert_eq!(Settings::load(&again).unwrap().limits.cost, 9);
}

#[test]
fn unknown_settings_stop_the_start_and_name_their_source() {
    let message = error(&[("COACH_LIMIT_COSTS", "9")]);
    assert!(
        message.starts_with("COACH_LIMIT_COSTS (from the environment) is not a setting"),
        "{message}"
    );
    assert!(
        message.contains("perhaps COACH_LIMIT_COST was meant"),
        "{message}"
    );
    let file = File::new("unknown", "[limit]\ncost = 7\n");
    let message = Settings::load(&Sources {
        file: file.0.clone(),
        ..Sources::default()
    });
    let message = message.unwrap_err().to_string();
    assert!(
        message.starts_with("limit (from coach.toml) is not a setting"),
        "{message}"
    );
}

#[test]
fn variables_for_the_tests_are_ignored() {
    let variables = [
        ("COACH_TEST_ALL", "1"),
        ("COACH_CATALOGUE_DIR", "/catalogue"),
    ];
    assert!(Settings::load(&sources(&variables)).is_ok());
}

#[test]
fn invalid_values_are_named_with_what_is_allowed() {
    assert_eq!(
        error(&[("COACH_LISTEN", "8080")]),
        "COACH_LISTEN = `8080` (from the environment) will not do; it must be an address and a port, such as \
         `127.0.0.1:8080` or `[::]:8080`"
    );
    for (name, value) in [
        ("COACH_LIMIT_NESTING", "101"),
        ("COACH_TIMEOUT_EXECUTION", "8"),
        ("COACH_TIMEOUT_STATEMENT", "8s"),
        ("COACH_TIMEOUT_EXECUTION", "10s"),
        ("COACH_QUEUE", "rabbit"),
        ("COACH_OBJECTS", "gs://bucket"),
        ("COACH_OBJECTS", "s3:///prefix"),
        ("COACH_MAIL", "imap://host"),
        ("COACH_MAIL", "smtp://host?tls=require"),
        ("COACH_MAIL", "smtps://host?tls=required"),
        ("COACH_DATABASE_URL", "mysql://localhost/coach"),
        ("COACH_POSTGRES_BIN", "/no/such/folder"),
        ("COACH_AUTH_ISSUER", "id.example.com"),
        ("COACH_AUTH_API_KEYS", "partner=abc"),
        ("COACH_LOG", "info,coach=loud"),
    ] {
        let message = error(&[(name, value)]);
        assert!(
            message.contains(name) && message.contains("must be"),
            "{message}"
        );
    }
}

#[test]
fn a_file_that_is_not_toml_is_named() {
    let file = File::new("broken", "listen = \n");
    let message = Settings::load(&Sources {
        file: file.0.clone(),
        ..Sources::default()
    });
    let message = message.unwrap_err().to_string();
    assert!(
        message.starts_with("coach.toml cannot be used: "),
        "{message}"
    );
}

#[test]
fn secrets_are_masked() {
    let secret = [
        ("COACH_DATABASE_URL", "postgres://coach:s3cret@db/coach"),
        ("COACH_MAIL", "smtp://coach:s3cret@mail"),
        ("COACH_MAIL_FROM", "hello@example.com"),
        ("COACH_MAIL_APP_URL", "https://example.com"),
        ("COACH_MAIL_IMPRINT", "Example Ltd, 1 Street"),
        (
            "COACH_AUTH_API_KEYS",
            &format!("partner={}", "5e".repeat(32)),
        ),
    ];
    let report = report(&sources(&secret), &[]).unwrap();
    assert!(
        !report.contains("s3cret") && !report.contains("5e5e"),
        "{report}"
    );
    assert!(report.contains("postgres://coach:***@db/coach"), "{report}");
    let message = error(&[("COACH_DATABASE_URL", "mysql://coach:s3cret@db/coach")]);
    assert!(!message.contains("s3cret"), "{message}");
    let message = error(&[("COACH_AUTH_API_KEYS", "5e5e5e5e")]);
    assert!(!message.contains("5e5e"), "{message}");
}

#[test]
fn a_read_url_is_a_secret_and_belongs_to_a_database_url() {
    let primary = ("COACH_DATABASE_URL", "postgres://coach@one:5432/coach");
    let replica = (
        "COACH_DATABASE_READ_URL",
        "postgres://coach:s3cret@two:5432/coach",
    );
    let settings = Settings::load(&sources(&[primary, replica])).unwrap();
    assert!(settings.database_read_url.is_some());
    assert_eq!(settings.database_read_lag, Duration::from_secs(1));
    let report = report(&sources(&[primary, replica]), &[]).unwrap();
    assert!(
        report.contains("coach:***@two") && !report.contains("s3cret"),
        "{report}"
    );
    let message = error(&[replica]);
    assert!(
        message.contains("COACH_DATABASE_URL, which is not set") && !message.contains("s3cret"),
        "{message}"
    );
    for lag in ["99ms", "1001ms", "2s"] {
        let message = error(&[("COACH_DATABASE_READ_LAG", lag)]);
        assert!(message.contains("from `100ms` to `1s`"), "{message}");
    }
}

#[test]
fn database_url_is_read_only_on_request_and_with_the_lowest_priority() {
    let mut sources = sources(&[("DATABASE_URL", "postgres://shell/db")]);
    assert_eq!(Settings::load(&sources).unwrap().database_url, None);
    sources.takes_database_url = true;
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(
        settings.required_database_url().unwrap(),
        "postgres://shell/db"
    );
    let ours = (
        "COACH_DATABASE_URL".to_owned(),
        "postgres://ours/db".to_owned(),
    );
    sources.environment.push(ours);
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(
        settings.required_database_url().unwrap(),
        "postgres://ours/db"
    );
}

#[test]
fn an_issuer_needs_an_audience_and_an_audience_needs_an_issuer() {
    let issuer = ("COACH_AUTH_ISSUER", "https://id.example.com/");
    assert!(error(&[issuer]).starts_with("COACH_AUTH_AUDIENCE must be set"));
    assert!(
        error(&[("COACH_AUTH_AUDIENCE", "coach")]).starts_with("COACH_AUTH_ISSUER must be set")
    );
    let settings = Settings::load(&sources(&[issuer, ("COACH_AUTH_AUDIENCE", "coach")])).unwrap();
    let issuer = settings.auth.issuer.unwrap();
    assert_eq!(issuer.issuer, "https://id.example.com/");
    assert_eq!(
        issuer.jwks_url.as_str(),
        "https://id.example.com/.well-known/jwks.json"
    );
}

#[test]
fn each_shop_requires_a_list_of_its_products() {
    let bundle = ("COACH_APPLE_BUNDLE_ID", "com.example.coach");
    assert!(error(&[bundle]).starts_with("COACH_APPLE_PRODUCTS must be set"));
    for stripe in [
        ("COACH_STRIPE_API_KEY", "rk_live_1"),
        ("COACH_WEBHOOK_STRIPE_SECRETS", "whsec_of_the_endpoint_1234"),
    ] {
        assert!(error(&[stripe]).starts_with("COACH_STRIPE_PRODUCTS must be set"));
        let empty = ("COACH_STRIPE_PRODUCTS", "prod_1,,prod_2");
        assert!(error(&[stripe, empty]).contains("it is empty"));
    }
    let products = ("COACH_APPLE_PRODUCTS", "coach.monthly, coach.yearly");
    let settings = Settings::load(&sources(&[bundle, products])).unwrap();
    let shops = settings.shops;
    assert!(shops.apple_products.contains("coach.yearly"));
    assert!(
        !shops
            .apple_products
            .contains("com.example.newsletter.monthly")
    );
}

#[test]
fn variables_of_kubernetes_services_are_ignored_and_listed() {
    let injected = [
        ("COACH_SERVICE_HOST", "10.0.0.11"),
        ("COACH_SERVICE_PORT", "8080"),
        ("COACH_PORT", "tcp://10.0.0.11:8080"),
        ("COACH_PORT_8080_TCP", "tcp://10.0.0.11:8080"),
        ("COACH_PORT_8080_TCP_ADDR", "10.0.0.11"),
    ];
    let settings = Settings::load(&sources(&injected)).unwrap();
    let names: Vec<_> = injected.iter().map(|(name, _)| *name).collect();
    assert_eq!(settings.ignored_variables, names);
    assert!(error(&[("COACH_PORT", "8080")]).starts_with("COACH_PORT (from the environment)"));
}

#[test]
fn errors_about_mail_name_the_setting_that_is_wrong() {
    for (name, value) in [
        ("COACH_MAIL_NAME", "Coach\nBcc: all@example.com"),
        ("COACH_MAIL_IMPRINT", "Coach\n1 Street"),
        ("COACH_MAIL_FROM", "nobody"),
        ("COACH_MAIL_REPLY_TO", "nobody"),
        ("COACH_MAIL_BOUNCES", "nobody"),
        ("COACH_MAIL_APP_URL", "ftp://app.example"),
        ("COACH_MAIL_LOGO_URL", "http://logo.example"),
    ] {
        let message = error(&[(name, value)]);
        assert!(message.starts_with(&format!("{name} = ")), "{message}");
    }
    let message = error(&[
        ("COACH_MAIL_UNSUBSCRIBE_URL", "http://api.example"),
        ("COACH_MAIL_UNSUBSCRIBE_KEY", &"5e6f".repeat(16)),
    ]);
    assert!(
        message.starts_with("COACH_MAIL_UNSUBSCRIBE_URL = "),
        "{message}"
    );
}

#[test]
fn the_status_url_is_reachable() {
    let url = |variables: &[(&str, &str)], bound: &str| {
        let settings = Settings::load(&sources(variables)).unwrap();
        let url = settings.status_url(bound.parse().unwrap());
        url.map(|url| url.as_str().to_owned())
            .map_err(|error| error.to_string())
    };
    for (bound, expected) in [
        ("0.0.0.0:8080", "http://127.0.0.1:8080/live/status.json"),
        ("[::]:8080", "http://[::1]:8080/live/status.json"),
        (
            "192.168.7.2:41234",
            "http://192.168.7.2:41234/live/status.json",
        ),
    ] {
        assert_eq!(url(&[], bound).unwrap(), expected);
    }
    let issuer = [
        ("COACH_AUTH_ISSUER", "https://id.example.com"),
        ("COACH_AUTH_AUDIENCE", "coach"),
    ];
    let message = url(&issuer, "0.0.0.0:8080").unwrap_err();
    assert!(
        message.starts_with("COACH_LIVE_STATUS_URL must be set"),
        "{message}"
    );
    let set = ("COACH_LIVE_STATUS_URL", "https://cdn.example/status.json");
    let settings = [issuer[0], issuer[1], set];
    assert_eq!(url(&settings, "[::]:8080").unwrap(), set.1);
}

#[test]
fn the_local_issuer_must_be_enabled() {
    let settings = |variables: &[_]| Settings::load(&sources(variables)).unwrap();
    let message = settings(&[]).require_issuer().unwrap_err().to_string();
    assert!(
        message.starts_with("COACH_AUTH_ISSUER must be set")
            && message.contains("COACH_AUTH_LOCAL=yes"),
        "{message}"
    );
    let local = ("COACH_AUTH_LOCAL", "yes");
    assert!(settings(&[local]).require_issuer().is_ok());
    let issuer = [
        ("COACH_AUTH_ISSUER", "https://id.example.com"),
        ("COACH_AUTH_AUDIENCE", "coach"),
    ];
    assert!(settings(&issuer).require_issuer().is_ok());
    let message = error(&[issuer[0], issuer[1], local]);
    assert!(message.starts_with("COACH_AUTH_LOCAL = `yes`"), "{message}");
}
