//! What keeps a command from being done and a person can mend.

use super::Obstacle;
use crate::preferences::stored_enum;
use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

stored_enum! {
    /// The kinds of it.
    UserErrorCode {
        /// No such object, or another member's.
        NotFound = "NOT_FOUND",
        /// Null for something that must have a value.
        Required = "REQUIRED",
        /// A number, date or time outside of what is accepted.
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
        /// No time zone of the IANA database.
        UnknownTimeZone = "UNKNOWN_TIME_ZONE",
        /// No language tag.
        UnknownLocale = "UNKNOWN_LOCALE",
        /// No address that mail can be sent to.
        InvalidEmail = "INVALID_EMAIL",
        /// The key was used with other arguments.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// The viewer is a member already.
        AlreadyRegistered = "ALREADY_REGISTERED",
        /// The viewer is not a member yet.
        NotRegistered = "NOT_REGISTERED",
        /// The account is to be deleted.
        DeletionRequested = "DELETION_REQUESTED",
        /// The subscription gives no access.
        SubscriptionRequired = "SUBSCRIPTION_REQUIRED",
        /// There is an active plan.
        ActivePlanExists = "ACTIVE_PLAN_EXISTS",
        /// The plan is over.
        PlanEnded = "PLAN_ENDED",
        /// No programme fits.
        NoProgramme = "NO_PROGRAMME",
        /// The day lies ahead.
        DayNotReached = "DAY_NOT_REACHED",
        /// The check-in is there, so the days are history.
        CycleClosed = "CYCLE_CLOSED",
        /// The meal is eaten.
        MealEaten = "MEAL_EATEN",
        /// The diet does not allow the recipe.
        NotAllowedByDiet = "NOT_ALLOWED_BY_DIET",
        /// The recipe contains, or may contain, an allergen of the member's.
        NotAllowedByAllergens = "NOT_ALLOWED_BY_ALLERGENS",
        /// The recipe is not made for the slot.
        NotForSlot = "NOT_FOR_SLOT",
        /// The recipe lacks what planning needs.
        NotPlannable = "NOT_PLANNABLE",
        /// Day 29 lies ahead.
        CheckInNotOpen = "CHECK_IN_NOT_OPEN",
        /// The cycle has its check-in.
        CheckInExists = "CHECK_IN_EXISTS",
        /// The shop does not know the purchase, or it is not the viewer's.
        PurchaseInvalid = "PURCHASE_INVALID",
        /// Not given any more.
        PurchaseLinkedElsewhere = "PURCHASE_LINKED_ELSEWHERE",
        /// Nothing is sold through that shop.
        ShopNotConfigured = "SHOP_NOT_CONFIGURED",
        /// It was asked for too often.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
        /// There is nowhere to send the result to.
        EmailMissing = "EMAIL_MISSING",
        /// The address is not confirmed, so nothing is sent there.
        EmailUnconfirmed = "EMAIL_UNCONFIRMED",
        /// It can be asked for again later; the message says when.
        TooSoon = "TOO_SOON",
        /// It is data on health, and the member does not agree to have that kept.
        HealthConsentRequired = "HEALTH_CONSENT_REQUIRED",
        /// The session has begun, so its times are history.
        LiveSessionStarted = "LIVE_SESSION_STARTED",
        /// The session is off.
        LiveSessionCancelled = "LIVE_SESSION_CANCELLED",
    }
}

/// Why a command did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// For programs.
    pub code: UserErrorCode,
    /// For people, in their language.
    pub message: Obstacle,
    /// Where in the arguments it lies, such as `input`, `weightGrams`.
    pub path: Vec<String>,
    /// When it can be asked for again, where it comes too soon.
    pub retry_at: Option<DateTime<Utc>>,
}

impl UserError {
    /// About an argument of the input; about the whole with an empty name.
    pub fn new(obstacle: Obstacle, argument: &str) -> Self {
        let path = ["input", argument].into_iter();
        let path = path.filter(|_| !argument.is_empty());
        Self::at(obstacle, path.map(str::to_owned).collect())
    }

    /// About what lies there in the arguments.
    pub fn at(obstacle: Obstacle, path: Vec<String>) -> Self {
        Self {
            code: obstacle.code(),
            message: obstacle,
            path,
            retry_at: None,
        }
    }

    /// There is no such object for anybody.
    pub fn unknown(argument: &str) -> Self {
        Self::new(Obstacle::Nothing, argument)
    }

    /// There is no such object for this viewer.
    pub fn not_found(argument: &str) -> Self {
        Self::new(Obstacle::NothingOfYours, argument)
    }
}
