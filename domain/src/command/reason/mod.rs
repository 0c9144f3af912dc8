//! The reasons for user errors, each with its machine-readable code and its sentence for people. Each language has a
//! file with its sentences; a language that lacks one does not compile.

mod english;
mod field;
mod german;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::UserErrorCode as Code;
use crate::locale::Language;

/// Why a command changed nothing, for the user to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserErrorReason {
    /// The object does not exist for anyone.
    UnknownObject,
    /// The object does not exist for this viewer: it is missing, or belongs to another member.
    NotFound,
    /// There is no queue of this name; holds the names of the queues, as a list in one text.
    UnknownQueue(String),
    /// Null for a field that must have a value.
    Required,
    /// A number below the minimum.
    BelowMinimum {
        /// The name of the input field.
        field: String,
        /// The smallest value allowed.
        min: i64,
    },
    /// A number above the maximum.
    AboveMaximum {
        /// The name of the input field.
        field: String,
        /// The greatest value allowed.
        max: i64,
    },
    /// A measurement outside of the range that people have.
    Implausible {
        /// The name of the input field.
        field: String,
        /// The smallest value allowed.
        min: i32,
        /// The greatest value allowed.
        max: i32,
    },
    /// A text with too few characters.
    TooShort {
        /// The name of the input field.
        field: String,
        /// The fewest characters allowed.
        min: usize,
    },
    /// A text with too many characters.
    TooLong {
        /// The name of the input field.
        field: String,
        /// The most characters allowed.
        max: usize,
    },
    /// A list with too few items.
    TooFew {
        /// The name of the input field.
        field: String,
        /// The fewest items allowed.
        min: usize,
    },
    /// A list with too many items.
    TooMany {
        /// The name of the input field.
        field: String,
        /// The most items allowed.
        max: usize,
    },
    /// A text that does not match the field's format.
    InvalidFormat {
        /// The name of the input field.
        field: String,
    },
    /// A name without visible characters.
    InvisibleName,
    /// A name with line breaks, tabs or other control characters.
    NameWithControlCharacters,
    /// Notes with control characters.
    NotesWithControlCharacters,
    /// Not a time zone of the IANA database.
    UnknownTimeZone,
    /// Not a valid language tag.
    UnknownLocale,
    /// Not an address that mail can be sent to.
    InvalidEmail,
    /// A time in the future.
    InFuture,
    /// A time more than [`MAX_OFFLINE_AGE`](super::MAX_OFFLINE_AGE) ago.
    TooLongAgo,
    /// A reported time after the time at which the member reported it.
    AfterSubmission,
    /// The idempotency key was used before, for another command or other arguments.
    KeyReused,
    /// The viewer is a member already.
    AlreadyRegistered,
    /// The viewer is not a member yet.
    NotRegistered,
    /// The account is scheduled for deletion.
    DeletionRequested,
    /// It is too late to cancel the account's deletion.
    DeletionFinal,
    /// The member's subscription gives no access.
    SubscriptionRequired,
    /// The member already has an active plan.
    ActivePlanExists,
    /// The member still followed another plan on that date.
    OtherPlanOnDate,
    /// The plan has begun another cycle since the date of its end.
    PlanContinued,
    /// The plan has ended.
    PlanEnded,
    /// No programme matches the member's preferences.
    NoProgramme,
    /// The day is in the future.
    DayNotReached,
    /// The cycle has its check-in, so its days can no longer be changed.
    CycleClosed,
    /// The meal is logged as eaten.
    MealEaten,
    /// The diet does not allow the recipe.
    NotAllowedByDiet,
    /// The recipe contains, or may contain, an allergen of the member's.
    NotAllowedByAllergens,
    /// The recipe is not meant for the meal slot.
    NotForSlot,
    /// The recipe lacks data that planning needs.
    NotPlannable,
    /// The check-in opens on this date only.
    CheckInOpensOn(NaiveDate),
    /// The cycle already has a check-in.
    CheckInExists,
    /// The input is health data, and the member has not consented to its storage.
    HealthConsentRequired,
    /// Two answers about the same purpose of consent.
    DuplicateAnswer,
    /// The shop does not know the purchase, or it is not the viewer's.
    PurchaseInvalid,
    /// The member has had this many purchases checked within an hour, which is the limit.
    TooManyPurchases(i32),
    /// No subscription is sold through this shop.
    ShopNotConfigured,
    /// The member has no email address to send the data export to.
    NoAddressForExport,
    /// The member has no email address to confirm.
    NoAddressToConfirm,
    /// The member's email address is not confirmed.
    EmailUnconfirmed,
    /// The confirmation code is wrong, expired, or not the latest one.
    InvalidCode,
    /// A data export was requested recently; the next can be requested at this time.
    ExportTooSoon(DateTime<Tz>),
    /// A confirmation code was sent recently; the next can be requested at this time.
    CodeTooSoon(DateTime<Tz>),
    /// A live session would start in the past.
    StartInPast,
    /// A live session would start more than a year from now.
    StartTooFarAhead,
    /// The waiting room would open after the live session starts.
    WaitingRoomAfterStart,
    /// The waiting room would open more than a day before the live session starts.
    WaitingRoomTooEarly,
    /// The video job belongs to another live session.
    VideoJobTaken,
    /// The live session has started.
    SessionStarted,
    /// The live session is cancelled.
    SessionCancelled,
    /// The live session is past the state.
    StateBackward,
    /// The status file has a newer version than the database.
    StatusFileAhead,
}

impl UserErrorReason {
    /// The machine-readable code.
    pub fn code(&self) -> Code {
        match self {
            Self::UnknownObject | Self::NotFound | Self::UnknownQueue(_) => Code::NotFound,
            Self::Required => Code::Required,
            Self::BelowMinimum { .. }
            | Self::AboveMaximum { .. }
            | Self::Implausible { .. }
            | Self::InFuture
            | Self::TooLongAgo
            | Self::AfterSubmission
            | Self::OtherPlanOnDate
            | Self::PlanContinued
            | Self::StartInPast
            | Self::StartTooFarAhead
            | Self::WaitingRoomAfterStart
            | Self::WaitingRoomTooEarly => Code::OutOfRange,
            Self::TooShort { .. } => Code::TooShort,
            Self::TooLong { .. } => Code::TooLong,
            Self::TooFew { .. } => Code::TooFew,
            Self::TooMany { .. } => Code::TooMany,
            Self::InvalidFormat { .. }
            | Self::InvisibleName
            | Self::NameWithControlCharacters
            | Self::NotesWithControlCharacters
            | Self::DuplicateAnswer
            | Self::InvalidCode
            | Self::VideoJobTaken
            | Self::StateBackward
            | Self::StatusFileAhead => Code::Invalid,
            Self::UnknownTimeZone => Code::UnknownTimeZone,
            Self::UnknownLocale => Code::UnknownLocale,
            Self::InvalidEmail => Code::InvalidEmail,
            Self::KeyReused => Code::IdempotencyKeyReused,
            Self::AlreadyRegistered => Code::AlreadyRegistered,
            Self::NotRegistered => Code::NotRegistered,
            Self::DeletionRequested | Self::DeletionFinal => Code::DeletionRequested,
            Self::SubscriptionRequired => Code::SubscriptionRequired,
            Self::ActivePlanExists => Code::ActivePlanExists,
            Self::PlanEnded => Code::PlanEnded,
            Self::NoProgramme => Code::NoProgramme,
            Self::DayNotReached => Code::DayNotReached,
            Self::CycleClosed => Code::CycleClosed,
            Self::MealEaten => Code::MealEaten,
            Self::NotAllowedByDiet => Code::NotAllowedByDiet,
            Self::NotAllowedByAllergens => Code::NotAllowedByAllergens,
            Self::NotForSlot => Code::NotForSlot,
            Self::NotPlannable => Code::NotPlannable,
            Self::CheckInOpensOn(_) => Code::CheckInNotOpen,
            Self::CheckInExists => Code::CheckInExists,
            Self::HealthConsentRequired => Code::HealthConsentRequired,
            Self::PurchaseInvalid => Code::PurchaseInvalid,
            Self::TooManyPurchases(_) => Code::TooManyAttempts,
            Self::ShopNotConfigured => Code::ShopNotConfigured,
            Self::NoAddressForExport | Self::NoAddressToConfirm => Code::EmailMissing,
            Self::EmailUnconfirmed => Code::EmailUnconfirmed,
            Self::ExportTooSoon(_) | Self::CodeTooSoon(_) => Code::TooSoon,
            Self::SessionStarted => Code::LiveSessionStarted,
            Self::SessionCancelled => Code::LiveSessionCancelled,
        }
    }

    /// The message for the user, as complete sentences.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::English => english::sentence(self),
            Language::German => german::sentence(self),
        }
    }
}

#[cfg(test)]
mod tests;
