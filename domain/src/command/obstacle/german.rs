//! In German.

use super::{
    Obstacle,
    field::{german as field, measure},
};

fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        one.to_owned()
    } else {
        format!("{number} {many}")
    }
}

#[expect(clippy::too_many_lines, reason = "a sentence for each")]
pub(super) fn sentence(obstacle: &Obstacle) -> String {
    use Obstacle as O;
    let text = match obstacle {
        O::Less { field: name, min } => {
            return format!(
                "{} muss mindestens {} sein.",
                field(name),
                measure(name, *min)
            );
        }
        O::More { field: name, max } => {
            return format!(
                "{} darf höchstens {} sein.",
                field(name),
                measure(name, *max)
            );
        }
        O::Implausible {
            field: name,
            min,
            max,
        } => {
            let [min, max] = [*min, *max].map(|bound| measure(name, bound.into()));
            return format!("{} muss zwischen {min} und {max} liegen.", field(name));
        }
        O::Short { field: name, min } => {
            let count = count(*min, "ein Zeichen", "Zeichen");
            return format!("{} muss mindestens {count} haben.", field(name));
        }
        O::Long { field: name, max } => {
            let count = count(*max, "ein Zeichen", "Zeichen");
            return format!("{} darf höchstens {count} haben.", field(name));
        }
        O::Few { field: name, min } => {
            let count = count(*min, "einen Eintrag", "Einträge");
            return format!("{} muss mindestens {count} haben.", field(name));
        }
        O::Many { field: name, max } => {
            let count = count(*max, "einen Eintrag", "Einträge");
            return format!("{} darf höchstens {count} haben.", field(name));
        }
        O::Form { field: name } => {
            return format!(
                "{} enthält Zeichen, die hier nicht möglich sind.",
                field(name)
            );
        }
        O::NoQueue(names) => {
            return format!("Diese Warteschlange gibt es nicht. Es gibt {names}.");
        }
        O::CheckInOpensOn(date) => {
            return format!("Der Check-in öffnet am {}.", date.format("%d.%m.%Y"));
        }
        O::TooManyPurchases(most) => {
            return format!(
                "Es können nur {most} Käufe pro Stunde geprüft werden. Bitte versuche es später noch einmal."
            );
        }
        O::ExportTooSoon(again) => {
            return format!(
                "Du hast deine Daten in den letzten 24 Stunden schon angefordert. Das geht wieder ab {} Uhr.",
                again.format("%d.%m.%Y, %H:%M")
            );
        }
        O::CodeTooSoon(again) => {
            return format!(
                "Ein Code ist unterwegs. Einen neuen kannst du ab {} Uhr anfordern.",
                again.format("%d.%m.%Y, %H:%M:%S")
            );
        }
        O::Nothing => "Das gibt es nicht.",
        O::NothingOfYours => "So etwas gibt es bei dir nicht.",
        O::Required => "Das darf nicht leer sein.",
        O::InvisibleName => {
            "Der Name braucht mindestens einen Buchstaben, eine Ziffer oder ein Zeichen."
        }
        O::NameOfLines => "Der Name darf keine Zeilenumbrüche oder Tabulatoren enthalten.",
        O::StrangeNotes => "Die Notiz enthält Zeichen, die hier nicht möglich sind.",
        O::UnknownTimeZone => "Diese Zeitzone ist nicht bekannt.",
        O::UnknownLocale => "Diese Sprache ist nicht bekannt.",
        O::InvalidEmail => {
            "An diese Adresse können keine E-Mails geschickt werden. Bitte prüfe sie."
        }
        O::InFuture => "Der Zeitpunkt liegt in der Zukunft. Bitte prüfe die Uhr deines Geräts.",
        O::TooLongAgo => "Das ist mehr als 14 Tage her und kann nicht mehr eingetragen werden.",
        O::AfterSaid => "Der Zeitpunkt liegt nach deinem Eintrag. Bitte prüfe ihn.",
        O::KeyReused => {
            "Die Änderung konnte nicht gespeichert werden. Bitte versuche sie noch einmal."
        }
        O::AlreadyRegistered => "Du bist schon registriert.",
        O::NotRegistered => "Bitte registriere dich zuerst.",
        O::DeletionRequested => {
            "Dein Konto wird gelöscht und kann deshalb nicht geändert werden. Du kannst es behalten, wenn du das möchtest."
        }
        O::DeletionFinal => "Dieses Konto kann nicht mehr behalten werden.",
        O::SubscriptionRequired => "Dafür brauchst du ein Abo.",
        O::ActivePlan => "Du folgst schon einem Plan. Bitte beende ihn zuerst.",
        O::OtherPlanThen => "An diesem Tag bist du noch einem anderen Plan gefolgt.",
        O::PlanWentOn => "Dein Plan ist seitdem weitergegangen. Bitte beende ihn noch einmal.",
        O::PlanEnded => "Dieser Plan ist beendet.",
        O::NoProgramme => {
            "Für dein Ziel, deine Stufe, Ernährung, Allergene und Trainingstage zusammen gibt es kein Programm. Bitte ändere etwas davon."
        }
        O::DayNotReached => "Dieser Tag ist noch nicht gekommen.",
        O::CycleClosed => {
            "Du hast diesen Zyklus abgeschlossen. Seine Tage können nicht mehr geändert werden."
        }
        O::MealEaten => {
            "Diese Mahlzeit ist als gegessen eingetragen. Bitte nimm den Eintrag zuerst zurück."
        }
        O::Diet => "Dieses Rezept passt nicht zu deiner Ernährung.",
        O::Allergens => {
            "Dieses Rezept enthält etwas, das du nicht essen darfst, oder könnte es enthalten."
        }
        O::Slot => "Dieses Rezept ist für andere Mahlzeiten des Tages gedacht.",
        O::Unplannable => "Über dieses Rezept ist zu wenig bekannt, um es einzuplanen.",
        O::CheckInExists => {
            "Zu diesem Zyklus gibt es schon einen Check-in. Du kannst ihn korrigieren."
        }
        O::NoHealthConsent => {
            "Das sind Daten zu deiner Gesundheit. Bitte stimme zuerst zu, dass wir sie speichern dürfen."
        }
        O::AnsweredTwice => "Auf eine Frage gibt es zwei Antworten.",
        O::PurchaseInvalid => "Dieser Kauf kann nicht mit deinem Konto verbunden werden.",
        O::ShopNotConfigured => "Käufe aus diesem Shop können hier nicht verbunden werden.",
        O::NoAddressForExport => "Es gibt keine E-Mail-Adresse, an die deine Daten gehen können.",
        O::NoAddressToConfirm => "Es gibt keine E-Mail-Adresse, die du bestätigen könntest.",
        O::Unconfirmed => {
            "Bitte bestätige zuerst deine E-Mail-Adresse: Dorthin geht alles, was über dich gespeichert ist."
        }
        O::WrongCode => {
            "Das ist nicht der neueste Code, oder er ist mehr als einen Tag alt. Bitte prüfe ihn oder fordere einen neuen an."
        }
        O::StartPast => "Der Beginn liegt in der Vergangenheit.",
        O::StartFarAhead => "Der Beginn liegt mehr als ein Jahr in der Zukunft.",
        O::RoomAfterStart => "Der Warteraum muss vor Beginn der Session öffnen.",
        O::RoomLongBefore => {
            "Der Warteraum kann höchstens einen Tag vor Beginn der Session öffnen."
        }
        O::JobTaken => "Dieser Video-Job gehört schon zu einer anderen Session.",
        O::SessionStarted => "Diese Session hat schon begonnen.",
        O::SessionCancelled => "Diese Session ist abgesagt. Bitte kündige eine neue an.",
    };
    text.to_owned()
}
