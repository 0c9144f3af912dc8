//! Injection attacks in every text that is not our own.

use std::sync::Arc;

use coach_domain::shopping::ShoppingItem;
use coach_workers::mail::{Attachment, Error, attachment::PlanAttachment};
use serde_json::Value;

use crate::{
    outline::Outline,
    sample::{ID, Sample, samples},
};

fn attacks() -> Vec<String> {
    let boundary = ID.simple();
    let mut attacks: Vec<String> = [
        "x\r\nBcc: victim@example.net",
        "x\nBcc: victim@example.net",
        "x\rBcc: victim@example.net",
        "x\r\n\r\n<script>alert(1)</script>",
        "x\u{2028}Bcc: victim@example.net",
        "x\0y",
        "=?utf-8?q?x=0D=0ABcc:_victim=40example.net?=",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></style><svg onload=alert(1)>",
        "{{ 123457 * 2 }} {% include \"x\" %}",
        "a\u{202e}gnp.exe",
        "Crème brûlée 名前 😀",
        "\u{301}\u{301}",
        "ends in a backslash\\",
        ";,:\"",
        "",
    ]
    .map(str::to_owned)
    .into();
    for begun in ["--=_text-", "--=_part-"] {
        attacks.push(format!("x\r\n{begun}{boundary}--\r\n\r\nand out"));
        attacks.push(format!("{begun}{boundary}"));
    }
    attacks.push("long ".repeat(2_000));
    attacks.push("l".repeat(10_000));
    attacks
}

/// Copies of a letter, each with another text of its payload, its recipient or its attachment replaced.
fn attacked(sample: &Sample, attack: &str) -> Vec<(String, Sample)> {
    let copy = || Sample {
        payload: sample.payload.clone(),
        attachment: sample.attachment.clone(),
        to: sample.to.clone(),
        ..*sample
    };
    let mut all = Vec::new();
    for place in texts(&sample.payload, "") {
        let mut changed = copy();
        *changed.payload.pointer_mut(&place).unwrap() = attack.into();
        all.push((place, changed));
    }
    let mut changed = copy();
    changed.to.name = Some(attack.to_owned());
    all.push(("the name".to_owned(), changed));
    let mut changed = copy();
    attack.clone_into(&mut changed.to.locale);
    all.push(("the locale".to_owned(), changed));
    if let Attachment::Plan(plan) = &sample.attachment {
        for (place, plan) in attacked_plans(plan, attack) {
            let attachment = Attachment::Plan(Box::new(plan));
            all.push((
                place.to_owned(),
                Sample {
                    attachment,
                    ..copy()
                },
            ));
        }
    }
    if let Attachment::Object(_) = &sample.attachment {
        let attachment = Attachment::Object(Arc::from(attack.as_bytes()));
        all.push((
            "the archive".to_owned(),
            Sample {
                attachment,
                ..copy()
            },
        ));
    }
    all
}

fn attacked_plans(plan: &PlanAttachment, attack: &str) -> Vec<(&'static str, PlanAttachment)> {
    let mut workout = plan.clone();
    attack.clone_into(&mut workout.days[0].workouts[0].title);
    let mut meal = plan.clone();
    attack.clone_into(&mut meal.days[0].meals[0].title);
    let mut item = plan.clone();
    item.shopping[0].items[0] = ShoppingItem {
        name: attack.to_owned(),
        grams: Some(i32::MAX),
        quantities: vec![attack.to_owned(); 2],
    };
    vec![
        ("a workout", workout),
        ("a meal", meal),
        ("something to buy", item),
    ]
}

/// JSON pointers to all texts in a value.
fn texts(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| texts(value, &format!("{at}/{name}")))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn texts_stay_texts() {
    let (mut written, mut refused) = (0, 0);
    for sample in samples() {
        let plain = Outline::of(&sample.render().unwrap().mime);
        let without_document = without_document(&sample);
        for attack in attacks() {
            for (place, changed) in attacked(&sample, &attack) {
                let what = format!("{} with {:.60} in {place}", sample.name, attack);
                let message = match changed.render() {
                    Ok(message) => message,
                    // Dates, enum values, ids and addresses cannot be any text.
                    Err(Error::Payload(_) | Error::Address) => {
                        refused += 1;
                        continue;
                    }
                    Err(error) => panic!("{what}: {error}"),
                };
                written += 1;
                assert_eq!(message.to, sample.render().unwrap().to, "{what}");
                let outline = Outline::of(&message.mime);
                let base = match &without_document {
                    Some(base) if outline.attachments.len() < plain.attachments.len() => base,
                    _ => &plain,
                };
                assert_eq!(outline.names(), base.names(), "{what}");
                assert_eq!(outline.parts, base.parts, "{what}");
                let names = |outline: &Outline| {
                    outline
                        .attachments
                        .iter()
                        .map(|(name, ..)| name.clone())
                        .collect::<Vec<_>>()
                };
                assert_eq!(names(&outline), names(base), "{what}");
                for name in ["From", "Reply-To", "Message-ID", "Date", "Auto-Submitted"] {
                    assert_eq!(outline.header(name), base.header(name), "{what}");
                }
                assert_eq!(elements(&outline.html), elements(&base.html), "{what}");
                assert!(
                    !outline.html.contains("246914"),
                    "the output is not rendered as a template again: {what}"
                );
            }
        }
    }
    // Fields that accept any text are codes, names, locales, titles and amounts.
    assert!(written > 700, "{written} written, {refused} refused");
    assert!(refused > 300, "{written} written, {refused} refused");
}

/// The letter of a plan without the document, because the document's fonts lack a title.
fn without_document(sample: &Sample) -> Option<Outline> {
    let Attachment::Plan(plan) = &sample.attachment else {
        return None;
    };
    let mut plan = plan.clone();
    "名前".clone_into(&mut plan.days[0].meals[0].title);
    let changed = Sample {
        payload: sample.payload.clone(),
        attachment: Attachment::Plan(plan),
        to: sample.to.clone(),
        ..*sample
    };
    Some(Outline::of(&changed.render().unwrap().mime))
}

/// The elements of a page with their attributes: texts must not add any.
fn elements(html: &str) -> Vec<String> {
    let names = html.match_indices('<').map(|(at, _)| {
        let rest = &html[at + 1..];
        let end = rest.find('>').expect("an element ends");
        let attributes = rest[..end].split('"').step_by(2).collect::<String>();
        attributes.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    names.collect()
}

#[test]
fn a_name_that_is_an_advertisement_is_left_out() {
    for name in [
        "Claim your prize at www.example.net",
        "http://example.net",
        "win@example.net",
        "www.exam\u{200d}.ple.net",
        "Заходи: пример\u{200d}.рф",
        "Account locked! Call 0800 123456",
        "evil。com",
        "evil．com",
        "evil․com",
        "Call 112",
        "Your account is locked now",
        &"Bob ".repeat(11),
    ] {
        let mut sample = samples().remove(1);
        sample.to.name = Some((*name).to_owned());
        let message = sample.render().unwrap();
        let outline = Outline::of(&message.mime);
        assert!(
            outline.text.starts_with("Hello,\n"),
            "{name}: {}",
            outline.text
        );
        assert!(
            !outline.html.contains(name.trim()) && !outline.header("To").contains("example.net"),
            "{name}"
        );
        assert_eq!(outline.header("To").trim(), "ada@example.com", "{name}");
    }
    for name in [
        "J. R. R.",
        "Anne-Marie O’Neill",
        "Łódzka",
        "名前",
        "Sammy Davis Jr.",
        "علی\u{200c}رضا",
    ] {
        let mut sample = samples().remove(1);
        sample.to.name = Some(name.to_owned());
        let outline = Outline::of(&sample.render().unwrap().mime);
        assert!(
            outline.text.starts_with(&format!("Hello {name},\n")),
            "{name}"
        );
    }
}

#[test]
fn addresses_that_servers_do_not_take_are_refused() {
    let mut sample = samples().remove(1);
    sample.to.address = coach_domain::email_address::EmailAddress::unvalidated("jörg@example.com");
    assert_eq!(sample.render(), Err(Error::Address));
    // An earlier release accepted these.
    for written in [
        "a..b@example.com",
        "a@[192.168.2.1]",
        "a@xn--a.com",
        "a@*.example.com",
    ] {
        sample.to.address = coach_domain::email_address::EmailAddress::unvalidated(written);
        assert_eq!(sample.render(), Err(Error::Address), "{written}");
    }
    sample.to.address =
        coach_domain::email_address::EmailAddress::parse("info@bücher.example").unwrap();
    assert_eq!(sample.render().unwrap().to, "info@xn--bcher-kva.example");
}
