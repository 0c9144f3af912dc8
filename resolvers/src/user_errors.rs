//! User errors: converts violations of input constraints, and writes the messages in the viewer's language.

use coach_domain::command::{UserError, UserErrorReason};
use coach_execution::{
    Cause, Completed, FieldResult, Output, PathSegment, PlannedField, Problem, UserErrorPayload,
    Value, Violation, builtin,
};

use crate::{
    account::{DeleteAccountPayload, KeepAccountPayload, RequestDataExportPayload},
    check_in::{CorrectCheckInPayload, SubmitCheckInPayload},
    confirmation::{ConfirmEmailPayload, RequestEmailConfirmationPayload},
    consent::UpdateConsentsPayload,
    contract::Request,
    day::{CompleteWorkoutPayload, UndoCompleteWorkoutPayload},
    live::{CancelLiveSessionPayload, RescheduleLiveSessionPayload, ScheduleLiveSessionPayload},
    meal::{RecordMealPayload, ResetMealPayload, SwapMealPayload, UnlogMealPayload},
    member::RegisterMemberPayload,
    operations::RedriveDeadLettersPayload,
    plan::{EndPlanPayload, StartPlanPayload},
    preferences::UpdatePreferencesPayload,
    recipe::SetFavouriteRecipePayload,
    scalar::UNKNOWN_TIME_ZONE,
    subscription::LinkPurchasePayload,
};

macro_rules! user_error_payloads {
    ($($payload:ident),+ $(,)?) => {$(
        impl UserErrorPayload for $payload {
            fn from_problems(problems: &[Problem]) -> Self {
                Self {
                    user_errors: problems.iter().map(user_error).collect(),
                    ..Self::default()
                }
            }

            fn codes(&self) -> impl Iterator<Item = &'static str> {
                self.user_errors.iter().map(|error| error.code.as_str())
            }
        }
    )+};
}

user_error_payloads!(
    CancelLiveSessionPayload,
    CompleteWorkoutPayload,
    ConfirmEmailPayload,
    CorrectCheckInPayload,
    DeleteAccountPayload,
    EndPlanPayload,
    KeepAccountPayload,
    LinkPurchasePayload,
    RecordMealPayload,
    RedriveDeadLettersPayload,
    RegisterMemberPayload,
    RequestDataExportPayload,
    RequestEmailConfirmationPayload,
    RescheduleLiveSessionPayload,
    ResetMealPayload,
    ScheduleLiveSessionPayload,
    SetFavouriteRecipePayload,
    StartPlanPayload,
    SubmitCheckInPayload,
    SwapMealPayload,
    UndoCompleteWorkoutPayload,
    UnlogMealPayload,
    UpdateConsentsPayload,
    UpdatePreferencesPayload,
);

fn user_error(problem: &Problem) -> UserError {
    let names = problem.path().filter_map(|segment| match segment {
        PathSegment::Field(name) => Some(name.clone()),
        PathSegment::Index(_) => None,
    });
    let field = names.last().unwrap_or_default();
    UserError::at(reason(&problem.cause, field), problem.path_as_text())
}

fn reason(cause: &Cause, field: String) -> UserErrorReason {
    match *cause {
        // Locales are chosen from a list, so a message about the format of a tag would not help the user.
        Cause::Violation(_) if field == "locale" => UserErrorReason::UnknownLocale,
        Cause::Violation(Violation::LessThan(min)) => UserErrorReason::BelowMinimum { field, min },
        Cause::Violation(Violation::MoreThan(max)) => UserErrorReason::AboveMaximum { field, max },
        Cause::Violation(Violation::ShorterThan(min)) => UserErrorReason::TooShort { field, min },
        Cause::Violation(Violation::LongerThan(max)) => UserErrorReason::TooLong { field, max },
        Cause::Violation(Violation::FewerItemsThan(min)) => UserErrorReason::TooFew { field, min },
        Cause::Violation(Violation::MoreItemsThan(max)) => UserErrorReason::TooMany { field, max },
        Cause::Violation(Violation::InvalidScalar {
            code: UNKNOWN_TIME_ZONE,
            ..
        }) => UserErrorReason::UnknownTimeZone,
        Cause::Violation(Violation::PatternMismatch(_) | Violation::InvalidScalar { .. })
        | Cause::TypeMismatch(_) => UserErrorReason::InvalidFormat { field },
    }
}

/// The message in the viewer's language, which is only loaded when a message is requested.
impl Output<builtin::String, Request> for UserErrorReason {
    fn complete<'r>(&self, _: &'r PlannedField, request: &'r Request) -> Completed<'r> {
        let reason = self.clone();
        Completed::Pending(Box::pin(async move {
            let language = request.context.language().await;
            FieldResult::value(Value::String(reason.sentence(language)))
        }))
    }
}
