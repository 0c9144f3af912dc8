//! A demo member's plan: its cycles, their check-ins, and the activity in them.

use chrono::NaiveDate;
use coach_domain::{
    Error, Result,
    check_in::{CheckIn, CheckInAnswers},
    cycle::{self, Cycle},
    id::{CheckInId, CycleId, PlanId},
    plan::{Plan, PlanStatus},
    preferences::{self, Preferences},
    progression::{self, Load},
};

use super::{
    activity::CycleActivity,
    data::{DataBuilder, DemoData},
    definition,
};

impl DataBuilder<'_> {
    /// Adds the plan, if the definition has one.
    pub(super) fn add_plan(&self, data: &mut DemoData) -> Result<()> {
        let Some(definition) = &self.definition.plan else {
            return Ok(());
        };
        let history = self.history();
        let began = definition.cycles.first().map(|it| self.ago(it.began));
        let started_on = began.unwrap_or(self.today);
        let plan = Plan {
            id: PlanId {
                member: self.member,
                id: self.id("plan", started_on),
            },
            goal: self.wanted(&history, started_on)?.goal,
            status: match definition.ended {
                Some(_) => PlanStatus::Ended,
                None => PlanStatus::Active,
            },
            started_on,
            ended_on: definition.ended.map(|days| self.ago(days)),
        };
        for (part, number) in definition.cycles.iter().zip(1..) {
            let cycle = self.cycle(part, number, &plan, &history)?;
            let activity = CycleActivity {
                builder: self,
                plan: definition,
                cycle: &cycle,
                history: &history,
            };
            activity.add_to(data)?;
            if let Some((days, answers)) = &part.check_in {
                let check_in = self.check_in(cycle.id, *days, answers());
                data.check_ins.push(check_in);
            }
            data.cycles.push(cycle);
        }
        data.plan = Some(plan);
        Ok(())
    }

    fn wanted<'a>(&self, history: &'a [Preferences], date: NaiveDate) -> Result<&'a Preferences> {
        let missing =
            || Error::Invariant(format!("{} has no preferences", self.definition.subject));
        preferences::effective_on(history, date).ok_or_else(missing)
    }

    fn cycle(
        &self,
        part: &definition::Cycle,
        number: i32,
        plan: &Plan,
        history: &[Preferences],
    ) -> Result<Cycle> {
        let starts_on = self.ago(part.began);
        let wanted = Preferences {
            goal: plan.goal,
            ..self.wanted(history, starts_on)?.clone()
        };
        let programme = progression::choose(self.catalogue, &wanted)
            .ok_or_else(|| {
                Error::Invariant(format!("no programme for {}", self.definition.subject))
            })?
            .programme;
        let (member, id) = (self.member, self.id("cycle", starts_on));
        let (seed, _) = id.as_u64_pair();
        let closed_on = part.check_in.as_ref().map(|(days, _)| self.ago(*days));
        Ok(Cycle {
            id: CycleId { member, id },
            plan_id: plan.id,
            number,
            starts_on,
            ends_on: cycle::ends_on(starts_on),
            check_in_opens_on: cycle::check_in_opens_on(starts_on),
            check_in_due: cycle::check_in_due(starts_on, closed_on, plan.ended_on, self.today),
            closed_on,
            programme: programme.id,
            programme_version: programme.version,
            seed: seed.cast_signed(),
            wanted: Some(Load::from(&wanted)),
            time_zone: self.definition.time_zone,
            plan_ended_on: plan.ended_on,
        })
    }

    fn check_in(&self, cycle_id: CycleId, days_ago: i64, answers: CheckInAnswers) -> CheckIn {
        let (member, date) = (self.member, self.ago(days_ago));
        CheckIn {
            id: CheckInId {
                member,
                id: self.id("check_in", date),
            },
            cycle_id,
            submitted_at: self.at(date, (7, 15)),
            answers,
        }
    }
}
