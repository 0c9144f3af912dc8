//! `CheckIn`: the fields that return it, and its mutations.

use std::sync::Arc;

use coach_domain::{
    check_in::{self, CheckIn, CheckInChange, CorrectCheckIn, SubmitCheckIn},
    command::UserError,
    cycle::Cycle,
    id::{CheckInId, CycleId, MemberId, OpaqueId as _},
    page::Page,
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, mutation, page, patch::patch};

impl batch::CycleCheckIn for Resolvers {
    type Key = CycleId;
    type Value = CheckIn;

    async fn load(
        context: &RequestContext,
        cycles: &[CycleId],
    ) -> Result<Batch<CycleId, CheckIn>, Error> {
        Ok(check_in::of_cycles(context.session(), cycles).await?.into())
    }
}

impl batch::CheckInChangeSincePrevious for Resolvers {
    type Key = CheckInId;
    type Value = CheckInChange;

    async fn load(
        context: &RequestContext,
        check_ins: &[CheckInId],
    ) -> Result<Batch<CheckInId, CheckInChange>, Error> {
        Ok(check_in::changes(context.session(), check_ins)
            .await?
            .into())
    }
}

type Key = (MemberId, arguments::MemberCheckIns);

impl batch::MemberCheckIns for Resolvers {
    type Key = MemberId;
    type Value = Page<CheckIn>;

    async fn load(
        context: &RequestContext,
        keys: &[Key],
    ) -> Result<Batch<Key, Page<CheckIn>>, Error> {
        let requests = keys
            .iter()
            .map(|(id, page)| (*id, page::request(page.first, &page.after)));
        let requests: Vec<_> = requests.collect();
        let mut pages = check_in::pages(context.session(), &requests).await?;
        let found = keys.iter().zip(&requests);
        Ok(Batch::of_results(found.filter_map(|(key, request)| {
            Some((key.clone(), pages.remove(request)?.map_err(Error::from)))
        })))
    }
}

/// The check-in with this id.
pub(crate) async fn find(
    context: &RequestContext,
    id: CheckInId,
) -> Result<Option<CheckIn>, Error> {
    Ok(check_in::find(context.session(), &[id]).await?.pop())
}

/// `SubmitCheckInPayload`.
#[derive(Debug, Default)]
pub struct SubmitCheckInPayload {
    pub(crate) check_in: Option<CheckIn>,
    pub(crate) next_cycle: Option<Arc<Cycle>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::SubmitCheckIn for Resolvers {
    type Value = SubmitCheckInPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationSubmitCheckIn,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let rejected = |error| SubmitCheckInPayload {
            user_errors: vec![error],
            ..SubmitCheckInPayload::default()
        };
        let Some(cycle) = CycleId::decode(&input.cycle_id) else {
            return Ok(rejected(UserError::not_found("cycleId")));
        };
        let command = SubmitCheckIn {
            cycle,
            weight_grams: input.weight_grams.value().copied(),
            waist_millimetres: input.waist_millimetres.value().copied(),
            hips_millimetres: input.hips_millimetres.value().copied(),
            chest_millimetres: input.chest_millimetres.value().copied(),
            energy: input.energy,
            sleep: input.sleep,
            notes: input.notes.value().cloned(),
        };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(submitted) => {
                // Load both cycles in one statement: the payload's check-in refers to the closed one.
                let both = [submitted.cycle, submitted.next_cycle];
                let mut cycles = context.cycles.get(&both).await?;
                SubmitCheckInPayload {
                    check_in: find(context, submitted.check_in).await?,
                    next_cycle: cycles.remove(&submitted.next_cycle),
                    user_errors: Vec::new(),
                }
            }
            Err(error) => rejected(error),
        })
    }
}

/// `CorrectCheckInPayload`.
#[derive(Debug, Default)]
pub struct CorrectCheckInPayload {
    pub(crate) check_in: Option<CheckIn>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::CorrectCheckIn for Resolvers {
    type Value = CorrectCheckInPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationCorrectCheckIn,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let rejected = |error| CorrectCheckInPayload {
            user_errors: vec![error],
            ..CorrectCheckInPayload::default()
        };
        let Some(check_in) = CheckInId::decode(&input.check_in_id) else {
            return Ok(rejected(UserError::not_found("checkInId")));
        };
        let command = CorrectCheckIn {
            check_in,
            weight_grams: patch(&input.weight_grams),
            waist_millimetres: patch(&input.waist_millimetres),
            hips_millimetres: patch(&input.hips_millimetres),
            chest_millimetres: patch(&input.chest_millimetres),
            energy: patch(&input.energy),
            sleep: patch(&input.sleep),
            notes: patch(&input.notes),
        };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(id) => CorrectCheckInPayload {
                check_in: find(context, id).await?,
                ..CorrectCheckInPayload::default()
            },
            Err(error) => rejected(error),
        })
    }
}
