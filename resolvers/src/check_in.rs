//! `CheckIn`: the fields that return it, and its mutations.

use std::sync::Arc;

use coach_domain::{
    check_in::{
        self, CheckIn, CheckInAnswers, CheckInChange, CheckInPatch, CorrectCheckIn, SubmitCheckIn,
    },
    id::{CheckInId, CycleId, MemberId},
    page::Page,
};
use coach_execution::Batch;

use crate::{
    Error, MutationError, RequestContext, Resolvers, arguments, batch,
    command::decode,
    input, mutation, page,
    patch::{optional, patch},
    payload::{CorrectCheckInPayload, SubmitCheckInPayload},
};

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

impl mutation::SubmitCheckIn for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::SubmitCheckInInput,
    ) -> Result<SubmitCheckInPayload, MutationError> {
        let cycle = decode(&input.cycle_id, "cycleId")?;
        let answers = answers(input);
        let submitted = context
            .execute(input, SubmitCheckIn { cycle, answers })
            .await?;
        // Load both cycles in one statement: the payload's check-in refers to the closed one.
        let both = [submitted.cycle, submitted.next_cycle];
        let cycles = context.cycles(&both).await?;
        Ok(SubmitCheckInPayload {
            check_in: find(context, submitted.check_in).await?.map(Arc::new),
            next_cycle: cycles.get(&submitted.next_cycle).cloned(),
            ..Default::default()
        })
    }
}

fn answers(input: &input::SubmitCheckInInput) -> CheckInAnswers {
    CheckInAnswers {
        weight_grams: optional(&input.weight_grams),
        waist_millimetres: optional(&input.waist_millimetres),
        hips_millimetres: optional(&input.hips_millimetres),
        chest_millimetres: optional(&input.chest_millimetres),
        energy: input.energy,
        sleep: input.sleep,
        notes: optional(&input.notes),
    }
}

impl mutation::CorrectCheckIn for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::CorrectCheckInInput,
    ) -> Result<CorrectCheckInPayload, MutationError> {
        let check_in = decode(&input.check_in_id, "checkInId")?;
        let answers = corrections(input);
        let command = CorrectCheckIn { check_in, answers };
        Ok(CorrectCheckInPayload {
            check_in: context.change(input, command, find).await?,
            ..Default::default()
        })
    }
}

fn corrections(input: &input::CorrectCheckInInput) -> CheckInPatch {
    CheckInPatch {
        weight_grams: patch(&input.weight_grams),
        waist_millimetres: patch(&input.waist_millimetres),
        hips_millimetres: patch(&input.hips_millimetres),
        chest_millimetres: patch(&input.chest_millimetres),
        energy: patch(&input.energy),
        sleep: patch(&input.sleep),
        notes: patch(&input.notes),
    }
}
