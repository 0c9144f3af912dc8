//! Every letter as it reads. `cargo insta review` shows what a change does.

use crate::{
    outline::Outline,
    sample::{self, samples},
};
use coach_domain::mail::Repeat::{AtLeastOnce, AtMostOnce};
use coach_workers::mail::{Footing, read};

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

/// What `docs/EMAIL.md` says in its table.
#[test]
fn each_letter_is_sent_as_documented() {
    let table = [
        ("email.sign-in-code", Footing::Service, AtLeastOnce, true),
        ("email.welcome", Footing::Service, AtLeastOnce, false),
        ("email.your-plan", Footing::Service, AtLeastOnce, false),
        ("email.check-in-due", Footing::Service, AtMostOnce, false),
        (
            "email.check-in-received",
            Footing::Service,
            AtLeastOnce,
            false,
        ),
        (
            "email.subscription-expiring",
            Footing::Service,
            AtLeastOnce,
            true,
        ),
        (
            "email.subscription-lapsed",
            Footing::Marketing,
            AtLeastOnce,
            false,
        ),
        ("email.data-export", Footing::Service, AtLeastOnce, false),
    ];
    for (kind, footing, repeat, ends) in table {
        let samples = samples();
        let sample = samples.iter().find(|sample| sample.kind == kind).unwrap();
        let about = read(kind, 1, &sample.payload).unwrap().about();
        assert_eq!(
            (about.template, about.footing, about.repeat),
            (kind, footing, repeat)
        );
        assert_eq!(about.useful_until.is_some(), ends, "{kind}");
        assert_eq!(
            footing.allows(Some(false)),
            footing == Footing::Service,
            "{kind}"
        );
        assert!(footing.allows(None) && footing.allows(Some(true)), "{kind}");
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
        let post = read(sample.kind, 1, &sample.payload).unwrap();
        let message = sample.render().unwrap();
        let outline = Outline::of(&message.mime);
        let offers = outline.names().contains(&"List-Unsubscribe");
        assert_eq!(
            offers,
            post.about().footing == Footing::Marketing,
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
fn what_is_not_known_is_told_apart_from_what_is_wrong() {
    use coach_workers::mail::Error;
    let payload = serde_json::json!({"cycleNumber": 2, "openedOn": "2026-11-23"});
    assert!(matches!(
        read("email.check-in-due", 2, &payload),
        Err(Error::UnknownKind { version: 2, .. })
    ));
    assert!(matches!(
        read("email.birthday", 1, &payload),
        Err(Error::UnknownKind { .. })
    ));
    assert_eq!(
        read("email.sign-in-code", 1, &payload),
        Err(Error::Payload("email.sign-in-code"))
    );
}

#[test]
fn what_is_missing_is_said() {
    use coach_workers::mail::{Enclosure, Error, House, render};
    let samples = samples();
    let find = |name: &str| samples.iter().find(|sample| sample.name == name).unwrap();
    for name in ["your-plan", "data-export"] {
        let sample = find(name);
        let post = read(sample.kind, 1, &sample.payload).unwrap();
        let written = render(
            sample::ID,
            &post,
            &sample.to,
            &Enclosure::Nothing,
            &sample::house(),
            sample::now(),
        );
        assert!(matches!(written, Err(Error::Enclosure(_))), "{name}");
    }
    let sample = find("subscription-lapsed");
    let post = read(sample.kind, 1, &sample.payload).unwrap();
    let house = House::new(&sample::house_settings(), None).unwrap();
    let written = render(
        sample::ID,
        &post,
        &sample.to,
        &Enclosure::Nothing,
        &house,
        sample::now(),
    );
    assert!(matches!(written, Err(Error::Setting(_))));
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
