//! What stands in for a setting that is wrong or missing while the others are checked. No process ever runs with it.

use super::key;

/// A value that is valid, and that other settings get along with; `None` leaves the setting out.
pub(super) fn of(name: &str) -> Option<String> {
    let value = match name {
        "auth_issuer" => "https://placeholder.invalid",
        "auth_audience"
        | "apple_products"
        | "google_package"
        | "google_products"
        | "google_push_audience"
        | "mail_imprint"
        | "stripe_products" => "placeholder",
        "database_url" => "postgres://placeholder.invalid/placeholder",
        "google_push_account" | "mail_from" => "placeholder@coach.example",
        // Any file that exists.
        "google_service_account" => "/proc/self/exe",
        "mail_unsubscribe_key" => {
            "0000000000000000000000000000000000000000000000000000000000000000"
        }
        // It has to be shorter than `timeout_execution`, which may be shorter than the default.
        "timeout_statement" => "1s",
        "mail_app_url" => "https://placeholder.invalid/",
        _ => key::find(name)?.default?,
    };
    Some(value.to_owned())
}
