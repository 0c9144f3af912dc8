//! Metrics of mail.

use std::sync::LazyLock;

use coach_domain::mail::{self, delivery::Suppression};
use opentelemetry::{KeyValue, global, metrics::Counter};

struct Counters {
    sent: Counter<u64>,
    suppressed: Counter<u64>,
}

static COUNTERS: LazyLock<Counters> = LazyLock::new(|| {
    let meter = global::meter("coach");
    Counters {
        sent: meter
            .u64_counter("coach.mail.sent")
            .with_unit("{mail}")
            .with_description("Mails that were passed to the mail server or provider, by what became of them.")
            .build(),
        suppressed: meter
            .u64_counter("coach.mail.suppressed")
            .with_unit("{mail}")
            .with_description("Mails that were not sent: over a budget, to an address that is not confirmed, unwanted.")
            .build(),
    }
});

/// What became of a mail that was passed to the mail server or provider, as it is named in telemetry.
pub(super) fn outcome<T>(sent: &Result<T, mail::Error>) -> &'static str {
    match sent {
        Ok(_) => "sent",
        Err(mail::Error::Refused(_)) => "refused",
        Err(mail::Error::Unavailable { .. }) => "unavailable",
        Err(_) => "unknown",
    }
}

/// Counts a mail that was passed to the mail server or provider.
pub(super) fn count_sent(template: &'static str, outcome: &'static str) {
    let attributes = [
        KeyValue::new("coach.mail.template", template),
        KeyValue::new("coach.outcome", outcome),
    ];
    COUNTERS.sent.add(1, &attributes);
}

/// Counts a suppressed mail.
pub(super) fn count_suppressed(template: &'static str, reason: Suppression) {
    let reason = match reason {
        Suppression::Budget => "budget",
        Suppression::Unconfirmed => "unconfirmed",
        Suppression::Consent => "consent",
        Suppression::NoRecipient => "no_recipient",
    };
    let attributes = [
        KeyValue::new("coach.mail.template", template),
        KeyValue::new("coach.mail.reason", reason),
    ];
    COUNTERS.suppressed.add(1, &attributes);
}
