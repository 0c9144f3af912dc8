//! The messages in German.

use super::{
    UserErrorReason,
    field::{german as field, measure},
};

/// A number with its noun, such as `ein Zeichen` and `80 Zeichen`.
/// A number with its noun, such as `ein Zeichen` and `80 Zeichen`.
/// A number with its noun, such as `ein Zeichen` and `80 Zeichen`.
fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        one.to_owned()
    } else {
        format!("{number} {many}")
    }
}

#[expect(clippy::too_many_lines, reason = "one message for each reason")]
pub(super) fn sentence(reason: &UserErrorReason) -> String {
    use UserErrorReason as Reason;
    let text = match reason {
        Reason::BelowMinimum { field: name, min } => {
            return format!(
                "{} muss mindestens {} sein.",
                field(name),
                measure(name, *min)
            );
        }
        Reason::AboveMaximum { field: name, max } => {
            return format!(
                "{} darf höchstens {} sein.",
                field(name),
                measure(name, *max)
            );
        }
        Reason::Implausible {
            field: name,
            min,
            max,
        } => {
            let [min, max] = [*min, *max].map(|bound| measure(name, bound.into()));
            return format!("{} muss zwischen {min} und {max} liegen.", field(name));
        }
        Reason::TooShort { field: name, min } => {
            let count = count(*min, "ein Zeichen", "Zeichen");
            return format!("{} muss mindestens {count} haben.", field(name));
        }
        Reason::TooLong { field: name, max } => {
            let count = count(*max, "ein Zeichen", "Zeichen");
            return format!("{} darf höchstens {count} haben.", field(name));
        }
        Reason::TooFew { field: name, min } => {
            let count = count(*min, "einen Eintrag", "Einträge");
            return format!("{} muss mindestens {count} haben.", field(name));
        }
        Reason::TooMany { field: name, max } => {
            let count = count(*max, "einen Eintrag", "Einträge");
            return format!("{} darf höchstens {count} haben.", field(name));
        }
        Reason::InvalidFormat { field: name } => {
            return format!(
                "{} enthält Zeichen, die hier nicht möglich sind.",
                field(name)
            );
        }
        Reason::UnknownQueue(names) => {
            return format!("Diese Warteschlange gibt es nicht. Es gibt {names}.");
        }
        Reason::CheckInOpensOn(date) => {
            return format!("Der Check-in öffnet am {}.", date.format("%d.%m.%Y"));
        }
        Reason::TooManyPurchases(limit) => {
            return format!(
                "Es können nur {limit} Käufe pro Stunde geprüft werden. Bitte versuche es später noch einmal."
            );
        }
        Reason::ExportTooSoon(again) => {
            return format!(
                "Du hast deine Daten in den letzten 24 Stunden schon angefordert. Das geht wieder ab {} Uhr.",
                again.format("%d.%m.%Y, %H:%M")
            );
        }
        Reason::CodeTooSoon(again) => {
            return format!(
                "Ein Code ist unterwegs. Einen neuen kannst du ab {} Uhr anfordern.",
                again.format("%d.%m.%Y, %H:%M:%S")
            );
        }
        Reason::UnknownObject => "Das gibt es nicht.",
        Reason::NotFound => "So etwas gibt es bei dir nicht.",
        Reason::Required => "Das darf nicht leer sein.",
        Reason::InvisibleName => {
            "Der Name braucht mindestens einen Buchstaben, eine Ziffer oder ein Zeichen."
        }
        Reason::NameWithControlCharacters => {
            "Der Name darf keine Zeilenumbrüche oder Tabulatoren enthalten."
        }
        Reason::NotesWithControlCharacters => {
            "Die Notiz enthält Zeichen, die hier nicht möglich sind."
        }
        Reason::UnknownTimeZone => "Diese Zeitzone ist nicht bekannt.",
        Reason::UnknownLocale => "Diese Sprache ist nicht bekannt.",
        Reason::InvalidEmail => {
            "An diese Adresse können keine E-Mails geschickt werden. Bitte prüfe sie."
        }
        Reason::InFuture => {
            "Der Zeitpunkt liegt in der Zukunft. Bitte prüfe die Uhr deines Geräts."
        }
        Reason::TooLongAgo => {
            "Das ist mehr als 14 Tage her und kann nicht mehr eingetragen werden."
        }
        Reason::AfterSubmission => "Der Zeitpunkt liegt nach deinem Eintrag. Bitte prüfe ihn.",
        Reason::KeyReused => {
            "Die Änderung konnte nicht gespeichert werden. Bitte versuche sie noch einmal."
        }
        Reason::AlreadyRegistered => "Du bist schon registriert.",
        Reason::NotRegistered => "Bitte registriere dich zuerst.",
        Reason::DeletionRequested => {
            "Dein Konto wird gelöscht und kann deshalb nicht geändert werden. Du kannst es behalten, wenn du das möchtest."
        }
        Reason::DeletionFinal => "Dieses Konto kann nicht mehr behalten werden.",
        Reason::SubscriptionRequired => "Dafür brauchst du ein Abo.",
        Reason::ActivePlanExists => "Du folgst schon einem Plan. Bitte beende ihn zuerst.",
        Reason::OtherPlanOnDate => "An diesem Tag bist du noch einem anderen Plan gefolgt.",
        Reason::PlanContinued => {
            "Dein Plan ist seitdem weitergegangen. Bitte beende ihn noch einmal."
        }
        Reason::PlanEnded => "Dieser Plan ist beendet.",
        Reason::NoProgramme => {
            "Für dein Ziel, deine Stufe, Ernährung, Allergene und Trainingstage zusammen gibt es kein Programm. Bitte ändere etwas davon."
        }
        Reason::DayNotReached => "Dieser Tag ist noch nicht gekommen.",
        Reason::CycleClosed => {
            "Du hast diesen Zyklus abgeschlossen. Seine Tage können nicht mehr geändert werden."
        }
        Reason::MealEaten => {
            "Diese Mahlzeit ist als gegessen eingetragen. Bitte nimm den Eintrag zuerst zurück."
        }
        Reason::NotAllowedByDiet => "Dieses Rezept passt nicht zu deiner Ernährung.",
        Reason::NotAllowedByAllergens => {
            "Dieses Rezept enthält etwas, das du nicht essen darfst, oder könnte es enthalten."
        }
        Reason::NotForSlot => "Dieses Rezept ist für andere Mahlzeiten des Tages gedacht.",
        Reason::NotPlannable => "Über dieses Rezept ist zu wenig bekannt, um es einzuplanen.",
        Reason::CheckInExists => {
            "Zu diesem Zyklus gibt es schon einen Check-in. Du kannst ihn korrigieren."
        }
        Reason::HealthConsentRequired => {
            "Das sind Daten zu deiner Gesundheit. Bitte stimme zuerst zu, dass wir sie speichern dürfen."
        }
        Reason::DuplicateAnswer => "Auf eine Frage gibt es zwei Antworten.",
        Reason::PurchaseInvalid => "Dieser Kauf kann nicht mit deinem Konto verbunden werden.",
        Reason::ShopNotConfigured => "Käufe aus diesem Shop können hier nicht verbunden werden.",
        Reason::NoAddressForExport => {
            "Es gibt keine E-Mail-Adresse, an die deine Daten gehen können."
        }
        Reason::NoAddressToConfirm => "Es gibt keine E-Mail-Adresse, die du bestätigen könntest.",
        Reason::EmailUnconfirmed => {
            "Bitte bestätige zuerst deine E-Mail-Adresse: Dorthin geht alles, was über dich gespeichert ist."
        }
        Reason::InvalidCode => {
            "Das ist nicht der neueste Code, oder er ist mehr als einen Tag alt. Bitte prüfe ihn oder fordere einen neuen an."
        }
        Reason::StartInPast => "Der Beginn liegt in der Vergangenheit.",
        Reason::StartTooFarAhead => "Der Beginn liegt mehr als ein Jahr in der Zukunft.",
        Reason::WaitingRoomAfterStart => "Der Warteraum muss vor Beginn der Session öffnen.",
        Reason::WaitingRoomTooEarly => {
            "Der Warteraum kann höchstens einen Tag vor Beginn der Session öffnen."
        }
        Reason::VideoJobTaken => "Dieser Video-Job gehört schon zu einer anderen Session.",
        Reason::SessionStarted => "Diese Session hat schon begonnen.",
        Reason::SessionCancelled => "Diese Session ist abgesagt. Bitte kündige eine neue an.",
        Reason::StateBackward => "Diese Session ist schon weiter.",
        Reason::StatusFileAhead => {
            "Die Statusdatei ist neuer als die Datenbank. Sie kann ersetzt werden, wenn die Datenbank aus einem Backup stammt."
        }
    };
    text.to_owned()
}
