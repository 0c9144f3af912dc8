//! The metric of suppressed mails.

use std::sync::LazyLock;

use coach_domain::mail::delivery::Suppression;
use opentelemetry::{KeyValue, global, metrics::Counter};

static SUPPRESSED: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_counter("coach.mail.suppressed")
        .with_unit("{mail}")
        .with_description("Mails that were not sent: over a budget, to an address that is not confirmed, unwanted.")
        .build()
});

/// Counts a suppressed mail.
pub(super) fn count(template: &str, reason: Suppression) {
    let reason = match reason {
        Suppression::Budget => "budget",
        Suppression::Unconfirmed => "unconfirmed",
        Suppression::Consent => "consent",
        Suppression::NoRecipient => "no_recipient",
    };
    let attributes = [
        KeyValue::new("coach.mail.template", template.to_owned()),
        KeyValue::new("coach.mail.reason", reason),
    ];
    SUPPRESSED.add(1, &attributes);
}
