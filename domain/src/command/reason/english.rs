//! The messages in English.

use super::{
    UserErrorReason,
    field::{english as field, measure},
};

/// A number with its noun, such as `one character` and `80 characters`.
fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        format!("one {one}")
    } else {
        format!("{number} {many}")
    }
}

#[expect(clippy::too_many_lines, reason = "one message for each reason")]
pub(super) fn sentence(reason: &UserErrorReason) -> String {
    use UserErrorReason as Reason;
    let text = match reason {
        Reason::BelowMinimum { field: name, min } => {
            return format!("{} must be at least {}.", field(name), measure(name, *min));
        }
        Reason::AboveMaximum { field: name, max } => {
            return format!("{} must be at most {}.", field(name), measure(name, *max));
        }
        Reason::Implausible {
            field: name,
            min,
            max,
        } => {
            let [min, max] = [*min, *max].map(|bound| measure(name, bound.into()));
            return format!("{} must be between {min} and {max}.", field(name));
        }
        Reason::TooShort { field: name, min } => {
            let count = count(*min, "character", "characters");
            return format!("{} must have at least {count}.", field(name));
        }
        Reason::TooLong { field: name, max } => {
            let count = count(*max, "character", "characters");
            return format!("{} must have at most {count}.", field(name));
        }
        Reason::TooFew { field: name, min } => {
            let count = count(*min, "entry", "entries");
            return format!("{} must have at least {count}.", field(name));
        }
        Reason::TooMany { field: name, max } => {
            let count = count(*max, "entry", "entries");
            return format!("{} must have at most {count}.", field(name));
        }
        Reason::InvalidFormat { field: name } => {
            return format!("{} has characters that cannot be used here.", field(name));
        }
        Reason::UnknownQueue(names) => {
            return format!("There is no such queue. The queues are {names}.");
        }
        Reason::CheckInOpensOn(date) => {
            return format!("The check-in opens on {}.", date.format("%-d %B %Y"));
        }
        Reason::TooManyPurchases(limit) => {
            return format!(
                "Only {limit} purchases an hour can be checked. Please try again later."
            );
        }
        Reason::ExportTooSoon(again) => {
            return format!(
                "You have asked for your data within the last 24 hours. You can ask again from {}.",
                again.format("%-d %B %Y, %H:%M")
            );
        }
        Reason::CodeTooSoon(again) => {
            return format!(
                "A code is on its way. You can ask for another from {}.",
                again.format("%-d %B %Y, %H:%M:%S")
            );
        }
        Reason::UnknownObject => "This does not exist.",
        Reason::NotFound => "You have nothing like this.",
        Reason::Required => "This cannot be left empty.",
        Reason::InvisibleName => "The name needs at least one letter, digit or sign.",
        Reason::NameWithControlCharacters => "The name cannot have line breaks or tabs.",
        Reason::NotesWithControlCharacters => "The note has characters that cannot be used here.",
        Reason::UnknownTimeZone => "This time zone is not known.",
        Reason::UnknownLocale => "This language is not known.",
        Reason::InvalidEmail => "Mail cannot be sent to this address. Please check it.",
        Reason::InFuture => "The time lies in the future. Please check the clock of your device.",
        Reason::TooLongAgo => "This was more than 14 days ago and can no longer be entered.",
        Reason::AfterSubmission => "The time lies after you entered it. Please check it.",
        Reason::KeyReused => "This change could not be saved. Please try it again.",
        Reason::AlreadyRegistered => "You are registered already.",
        Reason::NotRegistered => "Please register first.",
        Reason::DeletionRequested => {
            "Your account is to be deleted, so it cannot be changed. You can decide to keep it."
        }
        Reason::DeletionFinal => "It is too late to keep this account.",
        Reason::SubscriptionRequired => "You need a subscription for this.",
        Reason::ActivePlanExists => "You are following a plan already. Please end it first.",
        Reason::OtherPlanOnDate => "You were still following another plan on that date.",
        Reason::PlanContinued => "Your plan has gone on since then. Please end it again.",
        Reason::PlanEnded => "This plan has ended.",
        Reason::NoProgramme => {
            "There is no programme for your goal, level, diet, allergens and training days \
             together. Please change one of them."
        }
        Reason::DayNotReached => "This day has not come yet.",
        Reason::CycleClosed => {
            "You have finished this cycle, so its days can no longer be changed."
        }
        Reason::MealEaten => {
            "You have logged this meal as eaten. Please take it out of the log first."
        }
        Reason::NotAllowedByDiet => "This recipe does not suit your diet.",
        Reason::NotAllowedByAllergens => {
            "This recipe contains, or may contain, something that you must not eat."
        }
        Reason::NotForSlot => "This recipe is made for other meals of the day.",
        Reason::NotPlannable => "Too little is known of this recipe to plan it.",
        Reason::CheckInExists => {
            "There is a check-in for this cycle already. You can correct that one."
        }
        Reason::HealthConsentRequired => {
            "This is data on your health. Please agree first that we may keep it."
        }
        Reason::DuplicateAnswer => "There are two answers to one question.",
        Reason::PurchaseInvalid => "This purchase cannot be linked to your account.",
        Reason::ShopNotConfigured => "Purchases from this shop cannot be linked here.",
        Reason::NoAddressForExport => "There is no email address to send your data to.",
        Reason::NoAddressToConfirm => "There is no email address to confirm.",
        Reason::EmailUnconfirmed => {
            "Please confirm your email address first: everything that is stored about you is sent \
             there."
        }
        Reason::InvalidCode => {
            "This is not the latest code, or it is more than a day old. Please check it, or ask for \
             another."
        }
        Reason::StartInPast => "The start lies in the past.",
        Reason::StartTooFarAhead => "The start lies more than a year ahead.",
        Reason::WaitingRoomAfterStart => "The waiting room must open before the session starts.",
        Reason::WaitingRoomTooEarly => {
            "The waiting room can open at most one day before the session starts."
        }
        Reason::VideoJobTaken => "Another session has this video job.",
        Reason::SessionStarted => "This session has begun.",
        Reason::SessionCancelled => "This session is cancelled. Please announce a new one.",
        Reason::StateBackward => "This session is past that state already.",
        Reason::StatusFileAhead => {
            "The status file is newer than the database. It can be replaced, if the database was \
             restored from a backup."
        }
    };
    text.to_owned()
}
