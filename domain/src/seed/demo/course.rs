//! A demo member's plan: its cycles, their check-ins, and what was done in them.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    diary::Diary,
    rows::{Rows, Teller},
    story::{self, Answers},
};
use crate::{
    Error, Result, check_in, cycle,
    cycle::Cycle,
    id::{CycleId, PlanId},
    plan::{self, PlanStatus},
    preferences::{self, Preferences},
    programme::{self, Load},
};

impl Teller<'_> {
    /// Adds the plan to the rows, where the story has one.
    pub(super) fn course(&self, rows: &mut Rows) -> Result<()> {
        let Some(plan) = &self.story.plan else {
            return Ok(());
        };
        let history = self.history();
        let started_on = plan
            .cycles
            .first()
            .map_or(self.today, |it| self.ago(it.began));
        let row = plan::entity::Model {
            member_id: self.member,
            id: self.id("plan", started_on),
            goal: self.wanted(&history, started_on)?.goal,
            status: match plan.ended {
                Some(_) => PlanStatus::Ended,
                None => PlanStatus::Active,
            },
            started_on,
            ended_on: plan.ended.map(|days| self.ago(days)),
        };
        for (part, number) in plan.cycles.iter().zip(1..) {
            let cycle = self.cycle(part, number, &row, &history)?;
            let diary = Diary {
                teller: self,
                plan,
                cycle: &cycle,
                history: &history,
            };
            diary.fill(rows)?;
            rows.cycles.push(cycle::entity::Model {
                member_id: self.member,
                id: cycle.id.id,
                plan_id: row.id,
                number,
                starts_on: cycle.starts_on,
                closed_on: cycle.closed_on,
                programme_id: cycle.programme,
                programme_version: cycle.programme_version,
                seed: cycle.seed,
                wanted_level: cycle.wanted.map(|wanted| wanted.level),
                wanted_days_per_week: cycle.wanted.map(|wanted| wanted.days_per_week),
            });
            let check_in = part.check_in.as_ref();
            rows.check_ins
                .extend(check_in.map(|(days, of)| self.check_in(cycle.id.id, *days, of)));
        }
        rows.plans.push(row);
        Ok(())
    }

    fn wanted<'a>(&self, history: &'a [Preferences], date: NaiveDate) -> Result<&'a Preferences> {
        let nothing = || Error::Invariant(format!("{} wants nothing", self.story.subject));
        preferences::on(history, date).ok_or_else(nothing)
    }

    fn cycle(
        &self,
        part: &story::Cycle,
        number: i32,
        plan: &plan::entity::Model,
        history: &[Preferences],
    ) -> Result<Cycle> {
        let starts_on = self.ago(part.began);
        let wanted = Preferences {
            goal: plan.goal,
            ..self.wanted(history, starts_on)?.clone()
        };
        let programme = programme::choose(self.catalogue, &wanted)
            .ok_or_else(|| Error::Invariant(format!("no programme for {}", self.story.subject)))?
            .programme;
        let (member, id) = (self.member, self.id("cycle", starts_on));
        let (seed, _) = id.as_u64_pair();
        let closed_on = part.check_in.as_ref().map(|(days, _)| self.ago(*days));
        Ok(Cycle {
            id: CycleId { member, id },
            plan_id: PlanId {
                member,
                id: plan.id,
            },
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
            time_zone: self.story.time_zone,
            plan_ended_on: plan.ended_on,
        })
    }

    fn check_in(&self, cycle_id: Uuid, days_ago: i64, of: &Answers) -> check_in::entity::Model {
        let date = self.ago(days_ago);
        check_in::entity::Model {
            member_id: self.member,
            id: self.id("check_in", date),
            cycle_id,
            submitted_at: self.at(date, (7, 15)),
            weight_grams: of.weight_grams,
            waist_millimetres: of.waist_millimetres,
            hips_millimetres: of.hips_millimetres,
            chest_millimetres: of.chest_millimetres,
            energy: of.energy,
            sleep: of.sleep,
            notes: of.notes.map(str::to_owned),
        }
    }
}
