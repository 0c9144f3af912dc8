//! Snapshots of every letter. `cargo insta review` shows the effect of a change.

use crate::{
    outline::Outline,
    sample::{self, samples},
};
use coach_domain::{
    mail::DeliveryGuarantee::{AtLeastOnce, AtMostOnce},
    outbox::{Decode as _, DecodeError},
};
use coach_workers::mail::{ConsentBasis, EmailPayload};

#[test]
fn letters() {
    for sample in samples() {
        let message = sample.render().unwrap();
        assert_eq!(
            (message.id, message.from.as_str()),
            (sample::ID, "bounces@mail.coach.example")
        );
        let outline = Outline::of(&message.mime);
        let head = outline.head.join("\n");
        let attachments: String = outline
            .attachments
            .iter()
            .map(|(name, media_type, _)| format!("\n=== {name}, {media_type}"))
            .collect();
        let shown = format!(
            "To: {}\n===\n{head}\n\n{}{attachments}",
            message.to, outline.text
        );
        insta::assert_snapshot!(sample.name, shown);
        insta::assert_snapshot!(format!("{}-html", sample.name), outline.html);
    }
}

/// The table of `docs/EMAIL.md`.
#[test]
fn each_letter_is_sent_as_documented() {
    let table = [
        (
            "email.sign-in-code",
            ConsentBasis::Service,
            AtLeastOnce,
            true,
        ),
        ("email.welcome", ConsentBasis::Service, AtLeastOnce, false),
        ("email.your-plan", ConsentBasis::Service, AtLeastOnce, false),
        (
            "email.check-in-due",
            ConsentBasis::Service,
            AtMostOnce,
            false,
        ),
        (
            "email.check-in-received",
            ConsentBasis::Service,
            AtLeastOnce,
            false,
        ),
        (
            "email.subscription-expiring",
            ConsentBasis::Service,
            AtLeastOnce,
            true,
        ),
        (
            "email.subscription-lapsed",
            ConsentBasis::Marketing,
            AtLeastOnce,
            false,
        ),
        (
            "email.data-export",
            ConsentBasis::Service,
            AtLeastOnce,
            false,
        ),
    ];
    for (kind, consent_basis, guarantee, ends) in table {
        let samples = samples();
        let sample = samples.iter().find(|sample| sample.kind == kind).unwrap();
        let properties = EmailPayload::decode(kind, 1, &sample.payload)
            .unwrap()
            .properties();
        assert_eq!(
            (
                properties.template,
                properties.consent_basis,
                properties.delivery_guarantee
            ),
            (kind, consent_basis, guarantee)
        );
        assert_eq!(properties.useful_until.is_some(), ends, "{kind}");
        assert_eq!(
            consent_basis.allows(Some(false)),
            consent_basis == ConsentBasis::Service,
            "{kind}"
        );
        assert!(
            consent_basis.allows(None) && consent_basis.allows(Some(true)),
            "{kind}"
        );
    }
}

#[test]
fn lines_are_short() {
    for sample in samples() {
        let mime = String::from_utf8(sample.render().unwrap().mime).unwrap();
        for line in mime.lines() {
            let is_link = line.starts_with("List-Unsubscribe: ");
            assert!(line.len() <= 78 || is_link, "{}: {line}", sample.name);
        }
    }
}

#[test]
fn a_message_that_is_written_again_is_the_same() {
    for sample in samples() {
        assert!(
            sample.render().unwrap().mime == sample.render().unwrap().mime,
            "{}",
            sample.name
        );
    }
}

#[test]
fn only_what_needs_consent_offers_to_unsubscribe() {
    for sample in samples() {
        let payload = EmailPayload::decode(sample.kind, 1, &sample.payload).unwrap();
        let message = sample.render().unwrap();
        let outline = Outline::of(&message.mime);
        let offers = outline.names().contains(&"List-Unsubscribe");
        assert_eq!(
            offers,
            payload.properties().consent_basis == ConsentBasis::Marketing,
            "{}",
            sample.name
        );
        assert_eq!(
            offers,
            outline.names().contains(&"List-Unsubscribe-Post"),
            "{}",
            sample.name
        );
        assert_eq!(
            offers,
            outline.text.contains("Unsubscribe"),
            "{}",
            sample.name
        );
        assert_eq!(
            offers,
            outline.html.contains("Unsubscribe"),
            "{}",
            sample.name
        );
    }
}

#[test]
fn unknown_kinds_and_invalid_payloads_are_different_errors() {
    let payload = serde_json::json!({"cycleNumber": 2, "openedOn": "2026-11-23"});
    for (kind, version) in [("email.check-in-due", 2), ("email.birthday", 1)] {
        let decoded = EmailPayload::decode(kind, version, &payload);
        assert_eq!(decoded, Err(DecodeError::UnknownKind), "{kind} {version}");
    }
    assert_eq!(
        EmailPayload::decode("email.sign-in-code", 1, &payload),
        Err(DecodeError::Malformed("email.sign-in-code"))
    );
}

#[test]
fn missing_attachments_and_settings_are_errors() {
    use coach_workers::mail::{Attachment, Error, Sender, render};
    let samples = samples();
    let find = |name: &str| samples.iter().find(|sample| sample.name == name).unwrap();
    for name in ["your-plan", "data-export"] {
        let sample = find(name);
        let payload = EmailPayload::decode(sample.kind, 1, &sample.payload).unwrap();
        let rendered = render(
            sample::ID,
            &payload,
            &sample.to,
            &Attachment::Nothing,
            &sample::sender(),
            sample::now(),
        );
        assert!(matches!(rendered, Err(Error::Attachment(_))), "{name}");
    }
    let sample = find("subscription-lapsed");
    let payload = EmailPayload::decode(sample.kind, 1, &sample.payload).unwrap();
    let sender = Sender::new(&sample::sender_settings(), None).unwrap();
    let rendered = render(
        sample::ID,
        &payload,
        &sample.to,
        &Attachment::Nothing,
        &sender,
        sample::now(),
    );
    assert!(matches!(rendered, Err(Error::Setting(_))));
}

/// What `tests/mail-pictures` takes pictures of.
#[test]
#[ignore = "writes files to look at"]
fn pages() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("mail-pictures");
    std::fs::create_dir_all(&folder).unwrap();
    for sample in samples() {
        let outline = Outline::of(&sample.render().unwrap().mime);
        std::fs::write(folder.join(format!("{}.html", sample.name)), outline.html).unwrap();
        for (name, _, bytes) in outline.attachments {
            std::fs::write(folder.join(format!("{}-{name}", sample.name)), bytes).unwrap();
        }
    }
}
