//! The names of all settings, with their defaults and allowed values.

use super::mask;

/// One setting: `name` in `coach.toml`, `COACH_NAME` in the environment.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) default: Option<&'static str>,
    /// Completes the sentence "it must be …".
    pub(super) allowed: &'static str,
    /// Masks the secret parts of the value.
    pub(super) mask: fn(&str) -> String,
}

impl Key {
    /// The same setting, of whose value `mask` hides the secret parts.
    const fn masked(self, mask: fn(&str) -> String) -> Self {
        Self { mask, ..self }
    }
}

/// A setting without a default.
const fn optional(name: &'static str, allowed: &'static str) -> Key {
    Key {
        name,
        default: None,
        allowed,
        mask: mask::nothing,
    }
}

/// A setting with a default.
const fn key(name: &'static str, default: &'static str, allowed: &'static str) -> Key {
    Key {
        default: Some(default),
        ..optional(name, allowed)
    }
}

// What is allowed, where several settings share it.
const COUNT: &str = "a whole number from 1 to 1000000000";
const UP_TO_10000: &str = "a whole number from 1 to 10000";
const MAILS: &str = "a whole number of mails from 1 to 10000";
const TIME: &str = "a time such as `500ms`, `8s` or `2min`";
const YES_OR_NO: &str = "`yes` or `no`";
const HTTP_ADDRESS: &str = "an http or https address";
const HTTPS_ADDRESS: &str = "an https address";
const MAIL_ADDRESS: &str = "an address, alone or as `Name <address>`";

/// All settings, in the order in which `coach check-config` prints them.
pub(super) const KEYS: &[Key] = &[
    key(
        "listen",
        "127.0.0.1:8080",
        "an address and a port, such as `127.0.0.1:8080` or `[::]:8080`",
    ),
    optional(
        "allowed_hosts",
        "host names such as `coach.test`, with commas between them",
    ),
    key("home", ".coach", "a folder"),
    key(
        "log",
        "info,sqlx=warn,sea_orm_migration=warn",
        "a filter such as `info` or `info,coach_gateway=debug`",
    ),
    optional("deployment", "`blue` or `green`"),
    optional("postgres_bin", "a folder that exists"),
    optional(
        "database_url",
        "a URL such as `postgres://user:password@host:5432/database`",
    )
    .masked(mask::url),
    optional(
        "database_read_url",
        "a URL such as `postgres://user:password@host:5432/database`",
    )
    .masked(mask::url),
    key("database_auth", "password", "`password` or `iam`"),
    key("database_read_lag", "1s", "a time from `100ms` to `1s`"),
    key(
        "database_pool_mode",
        "session",
        "`session` (Postgres itself, or a pooler that gives each client a connection of its own) \
         or `transaction`",
    ),
    key("database_connections", "20", UP_TO_10000),
    key("timeout_acquire", "1s", TIME),
    key("timeout_statement", "5s", TIME),
    key("timeout_execution", "8s", TIME),
    key("timeout_drain", "3s", "a time of at most `5s`"),
    key("timeout_headers", "10s", TIME),
    key("timeout_idle", "75s", TIME),
    optional("limit_connections", "a whole number from 1 to 1000000"),
    key("limit_body_bytes", "1048576", COUNT),
    key("limit_batch", "10", COUNT),
    key("limit_cost", "5000", COUNT),
    key("limit_depth", "12", COUNT),
    key("limit_introspection_depth", "15", COUNT),
    key("limit_aliases", "30", COUNT),
    key("limit_directives", "50", COUNT),
    key("limit_tokens", "2000", COUNT),
    key("limit_nesting", "50", "a whole number from 1 to 100"),
    key("limit_query_bytes", "65536", COUNT),
    key("limit_commands", "120", COUNT),
    key("slow_request", "500ms", TIME),
    key("trace_requests", "500", "a whole number from 1 to 100000"),
    key("trace_bytes", "4194304", COUNT),
    optional(
        "auth_issuer",
        "the issuer's address exactly as it stands in `iss`, such as `https://id.example.com`",
    ),
    optional("auth_audience", "the name of this service in `aud`"),
    optional("auth_jwks_url", HTTP_ADDRESS).masked(mask::url),
    key("auth_local", "no", YES_OR_NO),
    key(
        "auth_roles_claim",
        "cognito:groups",
        "the name of a claim, or of one within others, such as `realm_access.roles`",
    ),
    optional(
        "auth_api_keys",
        "pairs `name=SHA-256 of the key in 64 hexadecimal digits`, with commas between them",
    )
    .masked(mask::pairs),
    key("queue", "postgres", "`postgres` or `sqs`"),
    optional("objects", "a folder, or `s3://bucket/prefix`"),
    optional(
        "mail",
        "a folder, `ses`, or `smtp://user:password@host:port`",
    )
    .masked(mask::url),
    optional("live_status_url", HTTP_ADDRESS).masked(mask::url),
    optional(
        "queue_addresses",
        "pairs `queue=name or URL on SQS`, with commas between them",
    ),
    optional("queue_ordered", "names of queues, with commas between them"),
    optional(
        "events_topic",
        "the ARN of a topic, such as `arn:aws:sns:eu-west-1:123456789012:coach-events`",
    ),
    key("worker_connections", "10", UP_TO_10000),
    key("worker_concurrency", "16", "a whole number from 1 to 1000"),
    key("worker_deadline", "60s", TIME),
    key("worker_visibility", "30s", "a time of at least `1s`"),
    optional("relay_rate", "a whole number of messages a second"),
    key(
        "mail_rate",
        "10",
        "messages a second, such as `14` or `0.5`",
    ),
    key("mail_member_budget", "20", MAILS),
    key("mail_address_budget", "40", MAILS),
    key("mail_code_budget", "10", MAILS),
    key("mail_name", "Coach", "one line"),
    key("mail_from", "Coach <hello@coach.example>", MAIL_ADDRESS),
    optional("mail_reply_to", MAIL_ADDRESS),
    optional("mail_bounces", "an address"),
    key("mail_app_url", "https://app.coach.example/", HTTPS_ADDRESS),
    optional("mail_logo_url", HTTPS_ADDRESS),
    key(
        "mail_imprint",
        "Coach, 1 Example Street, 12345 Example",
        "one line: who is behind it, with a postal address",
    ),
    optional("mail_unsubscribe_url", HTTPS_ADDRESS),
    optional(
        "mail_unsubscribe_key",
        "at least 32 random bytes in hexadecimal digits",
    )
    .masked(mask::all),
    optional(
        "partners",
        "a list of tables with `name`, `url`, `secret` and perhaps `allow_private`, in the \
         environment as JSON",
    )
    .masked(mask::all),
    optional(
        "apple_bundle_id",
        "the app's bundle id in the App Store, such as `com.example.coach`",
    ),
    optional(
        "apple_products",
        "product ids of the App Store, such as `coach.monthly,coach.yearly`",
    ),
    key("apple_sandbox", "no", YES_OR_NO),
    optional(
        "apple_root",
        "SHA-256 of a root certificate, in 64 hexadecimal digits",
    ),
    optional(
        "google_package",
        "the app's package name in Google Play, such as `com.example.coach`",
    ),
    optional(
        "google_products",
        "product ids of Google Play, such as `coach.monthly,coach.yearly`",
    ),
    optional(
        "google_service_account",
        "a JSON file with the key of a service account that may see the app's orders",
    ),
    key(
        "google_api_url",
        "https://androidpublisher.googleapis.com",
        HTTP_ADDRESS,
    ),
    optional(
        "google_push_audience",
        "what stands in `aud` of the tokens of Pub/Sub's pushes",
    ),
    optional(
        "google_push_account",
        "the email address of the service account that pushes",
    ),
    key(
        "google_push_keys_url",
        "https://www.googleapis.com/oauth2/v3/certs",
        HTTP_ADDRESS,
    ),
    optional(
        "stripe_api_key",
        "a key of Stripe's that may read checkout sessions and subscriptions",
    )
    .masked(mask::all),
    optional(
        "stripe_products",
        "ids of products or prices at Stripe, such as `prod_NWjs8kKbJWmuuc,price_1MoBy5LkdIwHu7ix`",
    ),
    key("stripe_api_url", "https://api.stripe.com", HTTP_ADDRESS),
    optional(
        "webhook_brightcove_path",
        "24 to 200 random letters, digits, `-` and `_`",
    )
    .masked(mask::all),
    optional(
        "webhook_standard_secrets",
        "secrets such as `whsec_…`, with commas between them",
    )
    .masked(mask::all),
    optional(
        "webhook_stripe_secrets",
        "secrets of endpoints of Stripe's, such as `whsec_…`, with commas between them",
    )
    .masked(mask::all),
    key("brightcove_url", "https://api.bcovlive.io", HTTP_ADDRESS),
    optional("brightcove_api_key", "the key of Brightcove's Live API").masked(mask::all),
    optional("probe_token", "a bearer token of the test member").masked(mask::all),
];

pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// What completes the sentence "it must be …" about a setting.
pub(super) fn allowed(name: &str) -> &'static str {
    find(name).map_or("", |key| key.allowed)
}

/// Whether a variable `COACH_…` is used outside of the settings: by the Makefile, CI and the tests of the import.
/// Builds with kill points read `COACH_KILL_AT` too, and would not start if it were rejected as an unknown setting.
pub(super) fn is_foreign(name: &str) -> bool {
    let is_kill_point = cfg!(feature = "kill-points") && name == "kill_at";
    name.starts_with("test_") || name == "catalogue_dir" || is_kill_point
}
