//! Outgoing mail: the transport, and the links by which members unsubscribe.

use std::sync::Arc;

use coach_domain::{clock::SystemClock, mail::Error};
use coach_gateway::{settings::Mail, worker_process};
use coach_workers::mail::send::{IdentityError, MailIdentity, Ses};
use reqwest::Url;

use super::{
    check::{Check, Findings, Severity},
    context::Context,
};

const TRANSPORT: &str = "mail: transport";
const UNSUBSCRIBE: &str = "mail: unsubscribing";

const UNREACHABLE: &str = "check COACH_MAIL, for SES also AWS_REGION and the credentials, and that a packet filter lets mail out (AWS \
     blocks port 25: use 587)";

/// Whether mail can leave, and members can stop it.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let transport = if context.has_worker() {
        let look = transport(context);
        context.check(TRANSPORT, &["mail"], UNREACHABLE, look).await
    } else {
        Check::skipped(TRANSPORT, "--role gateway: workers send")
    };
    let unsubscribe = async { unsubscribe(context) };
    let names = &["mail_unsubscribe"];
    let unsubscribe = context.check(UNSUBSCRIBE, names, "", unsubscribe).await;
    vec![transport, unsubscribe]
}

async fn transport(context: &Context<'_>) -> Findings {
    match &context.settings.storage.mail {
        Mail::Folder(folder) => {
            let place = folder.display();
            if context.is_dev || context.settings.auth.issuer.is_none() {
                return Findings::skipped(format!("mail stays on this machine, in {place}"));
            }
            Findings::warning(
                format!("mail stays on this machine, in {place}: nobody gets any"),
                "set COACH_MAIL=ses or COACH_MAIL=smtp://user:password@host:587, and COACH_MAIL_FROM, COACH_MAIL_APP_URL and \
                 COACH_MAIL_IMPRINT (docs/EMAIL.md)",
            )
        }
        Mail::Ses => match worker_process::ses(Arc::new(SystemClock)).await {
            Ok(ses) => identity(context, &ses).await,
            Err(error) => Findings::problem(format!("{error:#}"), UNREACHABLE),
        },
        Mail::Smtp(url) => greeting(context, url).await,
        _ => Findings::skipped("this kind of transport is not known"),
    }
}

/// Whether SES sends mail of the sender's domain or address.
async fn identity(context: &Context<'_>, ses: &Ses) -> Findings {
    let sender = &context.settings.worker.mail.sender;
    let (domain, address) = (sender.domain(), sender.address());
    for name in [domain, &*address] {
        match ses.identity(name).await {
            Ok(Some(identity)) => return identified(name, &identity),
            Ok(None) => {}
            Err(IdentityError::Denied) => {
                return Findings::warning(
                    format!(
                        "the credentials may not look at {name} in SES; whether they may send is not tried"
                    ),
                    "allow the process's role ses:GetEmailIdentity, beside the ses:SendEmail and ses:SendRawEmail that it needs; \
                     with wrong credentials, correct these",
                );
            }
            Err(error) => return Findings::problem(error.to_string(), UNREACHABLE),
        }
    }
    Findings::problem(
        format!("SES knows neither {domain} nor {address}, and refuses their mail"),
        format!(
            "aws sesv2 create-email-identity --email-identity {domain}, then its three CNAME records (docs/DEPLOY.md, \"AWS\"), or \
             correct COACH_MAIL_FROM or AWS_REGION"
        ),
    )
}

fn identified(name: &str, identity: &MailIdentity) -> Findings {
    let mut findings = Findings::ok(format!("SES sends mail of {name}"));
    let dkim = &identity.dkim_attributes;
    let dkim_status = dkim.status.as_deref().unwrap_or("NOT_STARTED");
    let records = dkim
        .tokens
        .iter()
        .map(|token| format!("{token}._domainkey.{name} CNAME {token}.dkim.amazonses.com"));
    let records: Vec<_> = records.collect();
    let mend_dkim = if records.is_empty() {
        format!(
            "aws sesv2 get-email-identity --email-identity {name} --query DkimAttributes.Tokens has the records of DNS to make"
        )
    } else {
        format!("make these records of DNS: {}", records.join("; "))
    };
    if !identity.is_verified {
        findings.note = String::new();
        let what = format!("{name} is not verified in SES, which refuses its mail");
        findings.add(Severity::Problem, what, mend_dkim);
    } else if dkim_status != "SUCCESS" {
        findings.add(
            Severity::Warning,
            format!("mail of {name} is not signed (DKIM: {dkim_status}), and often taken for spam"),
            mend_dkim,
        );
    }
    let bounces = &identity.mail_from_attributes;
    if let Some(domain) = &bounces.mail_from_domain
        && bounces.mail_from_domain_status.as_deref() != Some("SUCCESS")
    {
        findings.add(
            Severity::Warning,
            format!("the domain {domain}, to which bounces of {name} go, is not set up"),
            format!("make the MX and TXT records of {domain} that the console of SES shows"),
        );
    }
    findings
}

/// Whether the SMTP server takes us.
async fn greeting(context: &Context<'_>, url: &Url) -> Findings {
    let smtp = match worker_process::smtp(context.settings, url) {
        Ok(smtp) => smtp,
        Err(error) => return Findings::problem(format!("{error:#}"), "correct COACH_MAIL"),
    };
    let host = url.host_str().unwrap_or_default();
    match smtp.greet().await {
        Ok(()) => Findings::ok(format!("{host} takes mail")),
        Err(Error::Unavailable { reason, .. }) => {
            let mend = if reason.contains("answered") {
                "correct user and password in COACH_MAIL"
            } else {
                UNREACHABLE
            };
            Findings::problem(format!("{host}: {reason}"), mend)
        }
        Err(error) => Findings::problem(format!("{host}: {error}"), UNREACHABLE),
    }
}

fn unsubscribe(context: &Context<'_>) -> Findings {
    let mail = &context.settings.worker.mail;
    if mail.sender.offers_to_unsubscribe() {
        return Findings::ok("letters have a link to unsubscribe");
    }
    if !context.has_worker() && mail.unsubscribe_tokens.is_some() {
        return Findings::ok("links to unsubscribe are verified");
    }
    if context.is_dev {
        return Findings::skipped("`coach dev` makes a key and an address of its own");
    }
    Findings::warning(
        "letters cannot offer to unsubscribe, and those after the end of a subscription, which have to, are not sent",
        "set COACH_MAIL_UNSUBSCRIBE_URL=https://API/unsubscribe, and the same COACH_MAIL_UNSUBSCRIBE_KEY, once made by `openssl \
         rand -hex 32`, on gateways and workers",
    )
}
