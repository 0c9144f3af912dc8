//! In English.

use super::{
    Obstacle,
    field::{english as field, measure},
};

/// Such as `one character` and `80 characters`.
fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        format!("one {one}")
    } else {
        format!("{number} {many}")
    }
}

#[expect(clippy::too_many_lines, reason = "a sentence for each")]
pub(super) fn sentence(obstacle: &Obstacle) -> String {
    use Obstacle as O;
    let text = match obstacle {
        O::Less { field: name, min } => {
            return format!("{} must be at least {}.", field(name), measure(name, *min));
        }
        O::More { field: name, max } => {
            return format!("{} must be at most {}.", field(name), measure(name, *max));
        }
        O::Implausible {
            field: name,
            min,
            max,
        } => {
            let [min, max] = [*min, *max].map(|bound| measure(name, bound.into()));
            return format!("{} must be between {min} and {max}.", field(name));
        }
        O::Short { field: name, min } => {
            let count = count(*min, "character", "characters");
            return format!("{} must have at least {count}.", field(name));
        }
        O::Long { field: name, max } => {
            let count = count(*max, "character", "characters");
            return format!("{} must have at most {count}.", field(name));
        }
        O::Few { field: name, min } => {
            let count = count(*min, "entry", "entries");
            return format!("{} must have at least {count}.", field(name));
        }
        O::Many { field: name, max } => {
            let count = count(*max, "entry", "entries");
            return format!("{} must have at most {count}.", field(name));
        }
        O::Form { field: name } => {
            return format!("{} has characters that cannot be used here.", field(name));
        }
        O::NoQueue(names) => {
            return format!("There is no such queue. The queues are {names}.");
        }
        O::CheckInOpensOn(date) => {
            return format!("The check-in opens on {}.", date.format("%-d %B %Y"));
        }
        O::TooManyPurchases(most) => {
            return format!(
                "Only {most} purchases an hour can be checked. Please try again later."
            );
        }
        O::ExportTooSoon(again) => {
            return format!(
                "You have asked for your data within the last 24 hours. You can ask again from {}.",
                again.format("%-d %B %Y, %H:%M")
            );
        }
        O::CodeTooSoon(again) => {
            return format!(
                "A code is on its way. You can ask for another from {}.",
                again.format("%-d %B %Y, %H:%M:%S")
            );
        }
        O::Nothing => "This does not exist.",
        O::NothingOfYours => "You have nothing like this.",
        O::Required => "This cannot be left empty.",
        O::InvisibleName => "The name needs at least one letter, digit or sign.",
        O::NameOfLines => "The name cannot have line breaks or tabs.",
        O::StrangeNotes => "The note has characters that cannot be used here.",
        O::UnknownTimeZone => "This time zone is not known.",
        O::UnknownLocale => "This language is not known.",
        O::InvalidEmail => "Mail cannot be sent to this address. Please check it.",
        O::InFuture => "The time lies in the future. Please check the clock of your device.",
        O::TooLongAgo => "This was more than 14 days ago and can no longer be entered.",
        O::AfterSaid => "The time lies after you entered it. Please check it.",
        O::KeyReused => "This change could not be saved. Please try it again.",
        O::AlreadyRegistered => "You are registered already.",
        O::NotRegistered => "Please register first.",
        O::DeletionRequested => {
            "Your account is to be deleted, so it cannot be changed. You can decide to keep it."
        }
        O::DeletionFinal => "It is too late to keep this account.",
        O::SubscriptionRequired => "You need a subscription for this.",
        O::ActivePlan => "You are following a plan already. Please end it first.",
        O::OtherPlanThen => "You were still following another plan on that date.",
        O::PlanWentOn => "Your plan has gone on since then. Please end it again.",
        O::PlanEnded => "This plan has ended.",
        O::NoProgramme => {
            "There is no programme for your goal, level, diet, allergens and training days \
             together. Please change one of them."
        }
        O::DayNotReached => "This day has not come yet.",
        O::CycleClosed => "You have finished this cycle, so its days can no longer be changed.",
        O::MealEaten => "You have logged this meal as eaten. Please take it out of the log first.",
        O::Diet => "This recipe does not suit your diet.",
        O::Allergens => "This recipe contains, or may contain, something that you must not eat.",
        O::Slot => "This recipe is made for other meals of the day.",
        O::Unplannable => "Too little is known of this recipe to plan it.",
        O::CheckInExists => "There is a check-in for this cycle already. You can correct that one.",
        O::NoHealthConsent => {
            "This is data on your health. Please agree first that we may keep it."
        }
        O::AnsweredTwice => "There are two answers to one question.",
        O::PurchaseInvalid => "This purchase cannot be linked to your account.",
        O::ShopNotConfigured => "Purchases from this shop cannot be linked here.",
        O::NoAddressForExport => "There is no email address to send your data to.",
        O::NoAddressToConfirm => "There is no email address to confirm.",
        O::Unconfirmed => {
            "Please confirm your email address first: everything that is stored about you is sent \
             there."
        }
        O::WrongCode => {
            "This is not the latest code, or it is more than a day old. Please check it, or ask for \
             another."
        }
        O::StartPast => "The start lies in the past.",
        O::StartFarAhead => "The start lies more than a year ahead.",
        O::RoomAfterStart => "The waiting room must open before the session starts.",
        O::RoomLongBefore => "The waiting room can open at most one day before the session starts.",
        O::JobTaken => "Another session has this video job.",
        O::SessionStarted => "This session has begun.",
        O::SessionCancelled => "This session is cancelled. Please announce a new one.",
    };
    text.to_owned()
}
