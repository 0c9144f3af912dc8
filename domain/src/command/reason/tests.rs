use chrono::{NaiveDate, TimeZone as _};
use chrono_tz::Europe::Berlin;

use super::{UserErrorReason, field};
use crate::locale::Language;

/// Reasons whose messages have parameters, and one whose message is constant.
fn samples() -> Vec<UserErrorReason> {
    let (name, again) = (
        "displayName".to_owned(),
        Berlin
            .with_ymd_and_hms(2026, 3, 18, 13, 5, 9)
            .single()
            .expect("a moment"),
    );
    vec![
        UserErrorReason::TooShort {
            field: name.clone(),
            min: 1,
        },
        UserErrorReason::TooLong {
            field: name,
            max: 80,
        },
        UserErrorReason::TooFew {
            field: "consents".to_owned(),
            min: 1,
        },
        UserErrorReason::AboveMaximum {
            field: "energy".to_owned(),
            max: 5,
        },
        UserErrorReason::Implausible {
            field: "weightGrams".to_owned(),
            min: 20_000,
            max: 400_000,
        },
        UserErrorReason::CheckInOpensOn(NaiveDate::from_ymd_opt(2026, 4, 2).expect("a date")),
        UserErrorReason::ExportTooSoon(again),
        UserErrorReason::NotRegistered,
    ]
}

#[test]
fn messages_are_complete_sentences_in_each_language() {
    let messages = |language| {
        let messages = samples().into_iter().map(|it| it.sentence(language));
        messages.collect::<Vec<_>>()
    };
    assert_eq!(
        messages(Language::English),
        [
            "The name must have at least one character.",
            "The name must have at most 80 characters.",
            "The list of answers must have at least one entry.",
            "The rating of your energy must be at most 5.",
            "The weight must be between 20 kg and 400 kg.",
            "The check-in opens on 2 April 2026.",
            "You have asked for your data within the last 24 hours. You can ask again from 18 March 2026, 13:05.",
            "Please register first.",
        ]
    );
    assert_eq!(
        messages(Language::German),
        [
            "Der Name muss mindestens ein Zeichen haben.",
            "Der Name darf höchstens 80 Zeichen haben.",
            "Die Liste der Antworten muss mindestens einen Eintrag haben.",
            "Die Angabe zu deiner Energie darf höchstens 5 sein.",
            "Das Gewicht muss zwischen 20 kg und 400 kg liegen.",
            "Der Check-in öffnet am 02.04.2026.",
            "Du hast deine Daten in den letzten 24 Stunden schon angefordert. Das geht wieder ab 18.03.2026, 13:05 Uhr.",
            "Bitte registriere dich zuerst.",
        ]
    );
}

#[test]
fn a_field_without_a_phrase_still_has_a_complete_sentence() {
    let long = UserErrorReason::TooLong {
        field: "colour".to_owned(),
        max: 1,
    };
    assert_eq!(
        long.sentence(Language::English),
        "This must have at most one character."
    );
    assert_eq!(field::german("colour"), field::UNNAMED[1]);
}
