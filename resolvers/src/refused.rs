//! Why a mutation did nothing: from what is wrong with its input, and in the viewer's language.

use coach_domain::command::{Obstacle, UserError};
use coach_execution::{
    Cause, Completed, Outcome, Output, PathSegment, PlannedField, Problem, Refusable, Unacceptable,
    Value, builtin,
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

macro_rules! refusable {
    ($($payload:ident),+ $(,)?) => {$(
        impl Refusable for $payload {
            fn refused(problems: &[Problem]) -> Self {
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

refusable!(
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
    let named = problem.path().filter_map(|segment| match segment {
        PathSegment::Field(name) => Some(name.clone()),
        PathSegment::Index(_) => None,
    });
    let field = named.last().unwrap_or_default();
    UserError::at(obstacle(&problem.cause, field), problem.path_as_text())
}

fn obstacle(cause: &Cause, field: String) -> Obstacle {
    match *cause {
        // A tag is chosen, never typed: how it is written tells a person nothing.
        Cause::Value(_) if field == "locale" => Obstacle::UnknownLocale,
        Cause::Value(Unacceptable::LessThan(min)) => Obstacle::Less { field, min },
        Cause::Value(Unacceptable::MoreThan(max)) => Obstacle::More { field, max },
        Cause::Value(Unacceptable::ShorterThan(min)) => Obstacle::Short { field, min },
        Cause::Value(Unacceptable::LongerThan(max)) => Obstacle::Long { field, max },
        Cause::Value(Unacceptable::FewerItemsThan(min)) => Obstacle::Few { field, min },
        Cause::Value(Unacceptable::MoreItemsThan(max)) => Obstacle::Many { field, max },
        Cause::Value(Unacceptable::Unknown {
            code: UNKNOWN_TIME_ZONE,
            ..
        }) => Obstacle::UnknownTimeZone,
        Cause::Value(Unacceptable::Unlike(_) | Unacceptable::Unknown { .. }) | Cause::Kind(_) => {
            Obstacle::Form { field }
        }
    }
}

/// The sentence in the viewer's language, which is looked up when somebody asks for the sentence.
impl Output<builtin::String, Request> for Obstacle {
    fn complete<'r>(&self, _: &'r PlannedField, request: &'r Request) -> Completed<'r> {
        let obstacle = self.clone();
        Completed::Pending(Box::pin(async move {
            let language = request.context.language().await;
            Outcome::value(Value::String(obstacle.sentence(language)))
        }))
    }
}
