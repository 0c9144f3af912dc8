//! `Cycle` and its days.

use std::sync::Arc;

use coach_domain::{
    cycle::{Cycle, CycleProgress},
    day::{self, Day},
    id::CycleId,
    shopping::{self, ShoppingList},
};
use coach_execution::Batch;
use futures_util::{future::join, try_join};

use crate::{
    Error, Request, RequestContext, Resolvers, arguments, batch,
    schedule::{self, Schedules},
    selection,
};

impl batch::Cycle for Resolvers {
    type Key = CycleId;
    type Value = Arc<Cycle>;

    async fn load(
        context: &RequestContext,
        cycles: &[CycleId],
    ) -> Result<Batch<CycleId, Arc<Cycle>>, Error> {
        Ok(context.cycles(cycles).await?.into_iter().collect())
    }
}

/// Loads the schedules of cycles whose days are selected, and with them the favourites, if these are selected.
async fn schedules(
    request: &Request,
    cycles: &[CycleId],
    selection: &selection::Day<'_>,
) -> Result<Schedules, Error> {
    let context = &request.context;
    let load = Schedules::load(context, cycles);
    if !selection.meals().recipe().is_favourite() {
        return Ok(load.await?);
    }
    let (schedules, ()) = join(load, context.load_favourites()).await;
    Ok(schedules?)
}

/// The cycles in a batch's keys, which also contain arguments.
fn cycles_of<A>(keys: &[(CycleId, A)]) -> Vec<CycleId> {
    let mut cycles: Vec<_> = keys.iter().map(|(id, _)| *id).collect();
    cycles.sort_unstable();
    cycles.dedup();
    cycles
}

impl batch::CycleToday for Resolvers {
    type Key = CycleId;
    type Value = Day;

    async fn load(
        request: &Request,
        cycles: &[CycleId],
        selection: selection::Day<'_>,
    ) -> Result<Batch<CycleId, Day>, Error> {
        let schedules = schedules(request, cycles, &selection).await?;
        let today = cycles.iter().filter_map(|id| {
            let schedule = schedules.get(*id)?;
            let number = schedule.cycle.number_of(schedule.today)?;
            let day = schedule.day(number).transpose()?;
            Some((*id, day))
        });
        Ok(Batch::of_results(
            today.map(|(id, day)| (id, day.map_err(Error::from))),
        ))
    }
}

impl batch::CycleDay for Resolvers {
    type Key = CycleId;
    type Value = Day;

    async fn load(
        request: &Request,
        keys: &[(CycleId, arguments::CycleDay)],
        selection: selection::Day<'_>,
    ) -> Result<Batch<(CycleId, arguments::CycleDay), Day>, Error> {
        let schedules = schedules(request, &cycles_of(keys), &selection).await?;
        let days = keys.iter().filter_map(|key| {
            let schedule = schedules.get(key.0)?;
            let number = schedule.cycle.number_of(key.1.date)?;
            let day = schedule.day(number).transpose()?;
            Some((key.clone(), day.map_err(Error::from)))
        });
        Ok(Batch::of_results(days))
    }
}

impl batch::CycleDays for Resolvers {
    type Key = CycleId;
    type Value = Vec<Day>;

    async fn load(
        request: &Request,
        keys: &[(CycleId, arguments::CycleDays)],
        selection: selection::Day<'_>,
    ) -> Result<Batch<(CycleId, arguments::CycleDays), Vec<Day>>, Error> {
        let schedules = schedules(request, &cycles_of(keys), &selection).await?;
        let days = keys.iter().filter_map(|key| {
            let schedule = schedules.get(key.0)?;
            let from = key
                .1
                .from
                .value()
                .copied()
                .unwrap_or(schedule.cycle.starts_on);
            let to = key.1.to.value().copied().unwrap_or(schedule.cycle.ends_on);
            Some((key.clone(), schedule.days(from, to).map_err(Error::from)))
        });
        Ok(Batch::of_results(days))
    }
}

impl batch::CycleShoppingList for Resolvers {
    type Key = CycleId;
    type Value = ShoppingList;

    async fn load(
        context: &RequestContext,
        keys: &[(CycleId, arguments::CycleShoppingList)],
    ) -> Result<Batch<(CycleId, arguments::CycleShoppingList), ShoppingList>, Error> {
        let schedules = Schedules::load(context, &cycles_of(keys)).await?;
        let lists = keys.iter().filter_map(|key| {
            let (from, to) = (key.1.from, key.1.to);
            let schedule = schedules.get(key.0)?;
            let days = shopping::check_range(from, to).and_then(|()| schedule.days(from, to));
            let list = days.map(|days| shopping::list(&days, from, to));
            Some((key.clone(), list.map_err(Error::from)))
        });
        Ok(Batch::of_results(lists))
    }
}

impl batch::CycleProgress for Resolvers {
    type Key = CycleId;
    type Value = CycleProgress;

    async fn load(
        context: &RequestContext,
        cycles: &[CycleId],
    ) -> Result<Batch<CycleId, CycleProgress>, Error> {
        let (catalogue, found, logs) = try_join!(
            context.catalogue(),
            context.cycles(cycles),
            context.logs(cycles),
        )?;
        let progress = found.into_iter().filter_map(|(id, cycle)| {
            let (log, today) = (logs.get(&id)?, schedule::today(context, &cycle));
            let programme = schedule::programme(catalogue, &cycle).map_err(Error::from);
            Some((
                id,
                programme.map(|programme| day::progress(&cycle, programme, log, today)),
            ))
        });
        Ok(Batch::of_results(progress))
    }
}
