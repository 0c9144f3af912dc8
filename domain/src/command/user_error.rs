//! Errors that the user can correct: the `userErrors` of mutation payloads.

use super::UserErrorReason;
use crate::enums::stored_enum;
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

stored_enum! {
    /// The machine-readable codes of user errors.
    UserErrorCode {
        /// The object does not exist, or belongs to another member.
        NotFound = "NOT_FOUND",
        /// Null for a field that must have a value.
        Required = "REQUIRED",
        /// A number, date or time outside of the accepted range.
        OutOfRange = "OUT_OF_RANGE",
        /// A text with too few characters.
        TooShort = "TOO_SHORT",
        /// A text with too many characters.
        TooLong = "TOO_LONG",
        /// A list with too few items.
        TooFew = "TOO_FEW",
        /// A list with too many items.
        TooMany = "TOO_MANY",
        /// A text with content that is not accepted.
        Invalid = "INVALID",
        /// Not a time zone of the IANA database.
        UnknownTimeZone = "UNKNOWN_TIME_ZONE",
        /// Not a valid language tag.
        UnknownLocale = "UNKNOWN_LOCALE",
        /// Not an address that mail can be sent to.
        InvalidEmail = "INVALID_EMAIL",
        /// The idempotency key was used before, for another command or other arguments.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// The viewer is a member already.
        AlreadyRegistered = "ALREADY_REGISTERED",
        /// The viewer is not a member yet.
        NotRegistered = "NOT_REGISTERED",
        /// The account is scheduled for deletion.
        DeletionRequested = "DELETION_REQUESTED",
        /// The member's subscription gives no access.
        SubscriptionRequired = "SUBSCRIPTION_REQUIRED",
        /// The member already has an active plan.
        ActivePlanExists = "ACTIVE_PLAN_EXISTS",
        /// The plan has ended.
        PlanEnded = "PLAN_ENDED",
        /// No programme matches the member's preferences.
        NoProgramme = "NO_PROGRAMME",
        /// The day is in the future.
        DayNotReached = "DAY_NOT_REACHED",
        /// The cycle has its check-in, so its days can no longer be changed.
        CycleClosed = "CYCLE_CLOSED",
        /// The meal is logged as eaten.
        MealEaten = "MEAL_EATEN",
        /// The diet does not allow the recipe.
        NotAllowedByDiet = "NOT_ALLOWED_BY_DIET",
        /// The recipe contains, or may contain, an allergen of the member's.
        NotAllowedByAllergens = "NOT_ALLOWED_BY_ALLERGENS",
        /// The recipe is not meant for the meal slot.
        NotForSlot = "NOT_FOR_SLOT",
        /// The recipe lacks data that planning needs.
        NotPlannable = "NOT_PLANNABLE",
        /// The check-in only opens on day 29 of the cycle.
        CheckInNotOpen = "CHECK_IN_NOT_OPEN",
        /// The cycle already has a check-in.
        CheckInExists = "CHECK_IN_EXISTS",
        /// The shop does not know the purchase, or it is not the viewer's.
        PurchaseInvalid = "PURCHASE_INVALID",
        /// No longer returned.
        PurchaseLinkedElsewhere = "PURCHASE_LINKED_ELSEWHERE",
        /// No subscription is sold through this shop.
        ShopNotConfigured = "SHOP_NOT_CONFIGURED",
        /// Too many attempts within the time window.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
        /// The member has no email address to send the result to.
        EmailMissing = "EMAIL_MISSING",
        /// The member's email address is not confirmed, so nothing is sent to it.
        EmailUnconfirmed = "EMAIL_UNCONFIRMED",
        /// The request can only be repeated later; the message says when.
        TooSoon = "TOO_SOON",
        /// The input is health data, and the member has not consented to its storage.
        HealthConsentRequired = "HEALTH_CONSENT_REQUIRED",
        /// The live session has started, so its times can no longer be changed.
        LiveSessionStarted = "LIVE_SESSION_STARTED",
        /// The live session is cancelled.
        LiveSessionCancelled = "LIVE_SESSION_CANCELLED",
    }
}

/// Why a command changed nothing, for the user to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// The machine-readable code.
    pub code: UserErrorCode,
    /// The reason, which becomes a sentence in the viewer's language.
    pub message: UserErrorReason,
    /// The path to the wrong argument, such as `input`, `weightGrams`.
    pub path: Vec<String>,
    /// When the command may be repeated, if it came too soon.
    pub retry_at: Option<DateTime<Utc>>,
}

impl UserError {
    /// An error about a field of `input`; about the whole input when `argument` is empty.
    pub fn new(reason: UserErrorReason, argument: &str) -> Self {
        let path = ["input", argument].into_iter();
        let path = path.filter(|_| !argument.is_empty());
        Self::at(reason, path.map(str::to_owned).collect())
    }

    /// An error about the argument at `path`.
    pub fn at(reason: UserErrorReason, path: Vec<String>) -> Self {
        Self {
            code: reason.code(),
            message: reason,
            path,
            retry_at: None,
        }
    }

    /// The object does not exist for anyone.
    pub fn unknown(argument: &str) -> Self {
        Self::new(UserErrorReason::UnknownObject, argument)
    }

    /// The object does not exist for this viewer: it is missing, or belongs to another member.
    pub fn not_found(argument: &str) -> Self {
        Self::new(UserErrorReason::NotFound, argument)
    }
}
