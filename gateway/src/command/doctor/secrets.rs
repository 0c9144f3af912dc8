//! Secrets of webhooks and shops: those that are set can be used, and none is missing beside others.

use super::{
    check::{Check, Findings, Severity},
    context::{Context, cause},
};

const WEBHOOKS: &str = "secrets: webhooks";
const SHOPS: &str = "secrets: shops";

/// The names of settings of webhooks and shops begin so.
const SETTINGS: &[&str] = &["webhook_", "apple_", "google_", "stripe_"];

/// Whether what others send can be verified, and what shops sold can be looked up.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let webhooks = if context.has_gateway() {
        let look = async { webhooks(context) };
        context.check(WEBHOOKS, SETTINGS, "", look).await
    } else {
        Check::skipped(WEBHOOKS, "--role worker: gateways take them")
    };
    let look = async { shops(context) };
    let shops = context.check(SHOPS, SETTINGS, "", look).await;
    vec![webhooks, shops]
}

fn webhooks(context: &Context<'_>) -> Findings {
    let (webhooks, shops) = (&context.settings.webhooks, &context.settings.shops);
    let sources = [
        ("brightcove", webhooks.brightcove.is_some()),
        ("standard", !webhooks.standard.is_empty()),
        ("stripe", !webhooks.stripe.is_empty()),
        ("apple", webhooks.apple.is_some()),
        ("google", webhooks.google.is_some()),
    ];
    let accepted = sources.into_iter().filter(|(_, is_set)| *is_set);
    let accepted: Vec<_> = accepted.map(|(name, _)| name).collect();
    let mut findings = if accepted.is_empty() {
        Findings::ok("none are accepted: no source has a secret")
    } else {
        Findings::ok(format!("from {}", accepted.join(", ")))
    };
    if shops.stripe.is_some() && webhooks.stripe.is_empty() {
        findings.add(
            Severity::Warning,
            "Stripe is configured without its webhooks: renewals and cancellations are not seen",
            "add an endpoint https://API/webhooks/stripe at Stripe, and set COACH_WEBHOOK_STRIPE_SECRETS=whsec_…",
        );
    }
    if shops.google.is_some() && webhooks.google.is_none() {
        findings.add(
            Severity::Warning,
            "Google Play is configured without its notifications: renewals and cancellations are not seen",
            "have Pub/Sub push to https://API/webhooks/google, and set COACH_GOOGLE_PUSH_AUDIENCE and COACH_GOOGLE_PUSH_ACCOUNT \
             (docs/WEBHOOKS.md)",
        );
    }
    let has_provider = matches!(context.settings.video_provider(), Ok(Some(_)));
    if has_provider && webhooks.brightcove.is_none() {
        findings.add(
            Severity::Warning,
            "Brightcove is configured without its webhooks: the start of a session is seen up to a minute late",
            "set COACH_WEBHOOK_BRIGHTCOVE_PATH to 24 random letters or more, and have Brightcove post to \
             https://API/webhooks/brightcove/THAT",
        );
    }
    findings
}

fn shops(context: &Context<'_>) -> Findings {
    let shops = &context.settings.shops;
    if let Err(error) = shops.open() {
        return Findings::problem(
            format!("the shops cannot be opened: {error}: {}", cause(&error)),
            "COACH_GOOGLE_SERVICE_ACCOUNT has to name the JSON file with the key of a service account, as Google Cloud gives it \
             out (gcloud iam service-accounts keys create FILE --iam-account=…)",
        );
    }
    let sold = [
        ("App Store", shops.apple_bundle_id.is_some()),
        ("Google Play", shops.google.is_some()),
        ("Stripe", shops.stripe.is_some()),
    ];
    let sold = sold.into_iter().filter(|(_, is_set)| *is_set);
    let sold: Vec<_> = sold.map(|(name, _)| name).collect();
    if sold.is_empty() {
        Findings::skipped("no shop is configured: no subscription can be bought")
    } else {
        Findings::ok(sold.join(", "))
    }
}
