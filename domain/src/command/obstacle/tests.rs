use chrono::{NaiveDate, TimeZone as _};
use chrono_tz::Europe::Berlin;

use super::{Obstacle, field};
use crate::locale::Language;

/// One of each that says more than a constant text, and some that do not.
fn some() -> Vec<Obstacle> {
    let (name, again) = (
        "displayName".to_owned(),
        Berlin
            .with_ymd_and_hms(2026, 3, 18, 13, 5, 9)
            .single()
            .expect("a moment"),
    );
    vec![
        Obstacle::Short {
            field: name.clone(),
            min: 1,
        },
        Obstacle::Long {
            field: name,
            max: 80,
        },
        Obstacle::Few {
            field: "consents".to_owned(),
            min: 1,
        },
        Obstacle::More {
            field: "energy".to_owned(),
            max: 5,
        },
        Obstacle::Implausible {
            field: "weightGrams".to_owned(),
            min: 20_000,
            max: 400_000,
        },
        Obstacle::CheckInOpensOn(NaiveDate::from_ymd_opt(2026, 4, 2).expect("a date")),
        Obstacle::ExportTooSoon(again),
        Obstacle::NotRegistered,
    ]
}

#[test]
fn sentences_are_whole_in_each_language() {
    let told = |language| {
        let sentences = some().into_iter().map(|it| it.sentence(language));
        sentences.collect::<Vec<_>>()
    };
    assert_eq!(
        told(Language::English),
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
        told(Language::German),
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
fn a_field_without_a_phrase_is_still_a_sentence() {
    let long = Obstacle::Long {
        field: "colour".to_owned(),
        max: 1,
    };
    assert_eq!(
        long.sentence(Language::English),
        "This must have at most one character."
    );
    assert_eq!(field::german("colour"), field::UNNAMED[1]);
}
