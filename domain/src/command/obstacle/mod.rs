//! What can keep a command from being done, each with its code for programs and its sentence for people. The sentences
//! are in one file for each language; a language that lacks one does not compile.

mod english;
mod field;
mod german;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::UserErrorCode as Code;
use crate::locale::Language;

/// What keeps a command from being done, and a person can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// No such object.
    Nothing,
    /// No such object of the viewer's.
    NothingOfYours,
    /// No such queue; the names of those that there are.
    NoQueue(String),
    /// Null for what always has a value.
    Required,
    /// A number below this.
    Less {
        /// Which field it is.
        field: String,
        /// The least.
        min: i64,
    },
    /// A number above this.
    More {
        /// Which field it is.
        field: String,
        /// The greatest.
        max: i64,
    },
    /// A number that nobody has.
    Implausible {
        /// Which field it is.
        field: String,
        /// The least.
        min: i32,
        /// The greatest.
        max: i32,
    },
    /// A text with too few characters.
    Short {
        /// Which field it is.
        field: String,
        /// The fewest.
        min: usize,
    },
    /// A text with too many characters.
    Long {
        /// Which field it is.
        field: String,
        /// The most.
        max: usize,
    },
    /// A list with too few items.
    Few {
        /// Which field it is.
        field: String,
        /// The fewest.
        min: usize,
    },
    /// A list with too many items.
    Many {
        /// Which field it is.
        field: String,
        /// The most.
        max: usize,
    },
    /// A text that is written in another way than it has to be.
    Form {
        /// Which field it is.
        field: String,
    },
    /// A name in which nothing can be seen.
    InvisibleName,
    /// A name of several lines, or with tabs.
    NameOfLines,
    /// Notes with control characters.
    StrangeNotes,
    /// No time zone of the IANA database.
    UnknownTimeZone,
    /// No language tag.
    UnknownLocale,
    /// No address that mail can be sent to.
    InvalidEmail,
    /// It is said to have happened in the future.
    InFuture,
    /// It is said to have happened more than 14 days ago.
    TooLongAgo,
    /// It is said to have happened after the member said so.
    AfterSaid,
    /// The key was used with other arguments.
    KeyReused,
    /// The viewer is a member already.
    AlreadyRegistered,
    /// The viewer is not a member yet.
    NotRegistered,
    /// The account is to be deleted.
    DeletionRequested,
    /// The account cannot be kept any more.
    DeletionFinal,
    /// The subscription gives no access.
    SubscriptionRequired,
    /// There is an active plan.
    ActivePlan,
    /// Another plan was followed on that date.
    OtherPlanThen,
    /// The plan has gone on since.
    PlanWentOn,
    /// The plan is over.
    PlanEnded,
    /// No programme fits.
    NoProgramme,
    /// The day lies ahead.
    DayNotReached,
    /// The check-in is there, so the days are history.
    CycleClosed,
    /// The meal is eaten.
    MealEaten,
    /// The diet does not allow the recipe.
    Diet,
    /// The recipe contains, or may contain, an allergen of the member's.
    Allergens,
    /// The recipe is not made for the slot.
    Slot,
    /// The recipe lacks what planning needs.
    Unplannable,
    /// The check-in opens on this date.
    CheckInOpensOn(NaiveDate),
    /// The cycle has its check-in.
    CheckInExists,
    /// It is data on health, and the member does not agree to have that kept.
    NoHealthConsent,
    /// Two answers on one purpose.
    AnsweredTwice,
    /// The purchase is none, or not the viewer's.
    PurchaseInvalid,
    /// So many purchases have been looked at within an hour.
    TooManyPurchases(i32),
    /// Nothing is sold through that shop.
    ShopNotConfigured,
    /// There is no address to send the archive to.
    NoAddressForExport,
    /// There is no address to confirm.
    NoAddressToConfirm,
    /// The address is not confirmed.
    Unconfirmed,
    /// The code is not the latest, or old, or none.
    WrongCode,
    /// An archive was asked for; the next can be asked for then.
    ExportTooSoon(DateTime<Tz>),
    /// A code is on its way; the next can be asked for then.
    CodeTooSoon(DateTime<Tz>),
    /// A session starts in the past.
    StartPast,
    /// A session starts more than a year ahead.
    StartFarAhead,
    /// The waiting room opens after the start.
    RoomAfterStart,
    /// The waiting room opens more than a day before the start.
    RoomLongBefore,
    /// Another session has the job.
    JobTaken,
    /// The session has begun.
    SessionStarted,
    /// The session is off.
    SessionCancelled,
}

impl Obstacle {
    /// The code for programs.
    pub fn code(&self) -> Code {
        match self {
            Self::Nothing | Self::NothingOfYours | Self::NoQueue(_) => Code::NotFound,
            Self::Required => Code::Required,
            Self::Less { .. }
            | Self::More { .. }
            | Self::Implausible { .. }
            | Self::InFuture
            | Self::TooLongAgo
            | Self::AfterSaid
            | Self::OtherPlanThen
            | Self::PlanWentOn
            | Self::StartPast
            | Self::StartFarAhead
            | Self::RoomAfterStart
            | Self::RoomLongBefore => Code::OutOfRange,
            Self::Short { .. } => Code::TooShort,
            Self::Long { .. } => Code::TooLong,
            Self::Few { .. } => Code::TooFew,
            Self::Many { .. } => Code::TooMany,
            Self::Form { .. }
            | Self::InvisibleName
            | Self::NameOfLines
            | Self::StrangeNotes
            | Self::AnsweredTwice
            | Self::WrongCode
            | Self::JobTaken => Code::Invalid,
            Self::UnknownTimeZone => Code::UnknownTimeZone,
            Self::UnknownLocale => Code::UnknownLocale,
            Self::InvalidEmail => Code::InvalidEmail,
            Self::KeyReused => Code::IdempotencyKeyReused,
            Self::AlreadyRegistered => Code::AlreadyRegistered,
            Self::NotRegistered => Code::NotRegistered,
            Self::DeletionRequested | Self::DeletionFinal => Code::DeletionRequested,
            Self::SubscriptionRequired => Code::SubscriptionRequired,
            Self::ActivePlan => Code::ActivePlanExists,
            Self::PlanEnded => Code::PlanEnded,
            Self::NoProgramme => Code::NoProgramme,
            Self::DayNotReached => Code::DayNotReached,
            Self::CycleClosed => Code::CycleClosed,
            Self::MealEaten => Code::MealEaten,
            Self::Diet => Code::NotAllowedByDiet,
            Self::Allergens => Code::NotAllowedByAllergens,
            Self::Slot => Code::NotForSlot,
            Self::Unplannable => Code::NotPlannable,
            Self::CheckInOpensOn(_) => Code::CheckInNotOpen,
            Self::CheckInExists => Code::CheckInExists,
            Self::NoHealthConsent => Code::HealthConsentRequired,
            Self::PurchaseInvalid => Code::PurchaseInvalid,
            Self::TooManyPurchases(_) => Code::TooManyAttempts,
            Self::ShopNotConfigured => Code::ShopNotConfigured,
            Self::NoAddressForExport | Self::NoAddressToConfirm => Code::EmailMissing,
            Self::Unconfirmed => Code::EmailUnconfirmed,
            Self::ExportTooSoon(_) | Self::CodeTooSoon(_) => Code::TooSoon,
            Self::SessionStarted => Code::LiveSessionStarted,
            Self::SessionCancelled => Code::LiveSessionCancelled,
        }
    }

    /// Sentences for people.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::English => english::sentence(self),
            Language::German => german::sentence(self),
        }
    }
}

#[cfg(test)]
mod tests;
