//! The gateway without GraphQL: the same two statements by the same functions of the domain. The difference to the gateway is the
//! cost of GraphQL, limits and observability.

use std::sync::Arc;

use coach_domain::{
    Result,
    catalogue::Catalogue,
    clock::{Clock as _, SystemClock},
    database::{Pool, Session},
    day, favourite, plan, preferences,
    viewer::Subject,
};
use futures_util::try_join;
use tracing::Span;

use super::{
    Peer,
    today::{ActivePlan, Profile, Schedule, Today},
    view,
};

/// The server.
pub(super) struct Bare {
    pub(super) db: Pool,
    pub(super) catalogue: Arc<Catalogue>,
}

impl Peer for Bare {
    async fn respond(&self, subject: &Subject, _: &[u8]) -> anyhow::Result<Vec<u8>> {
        let today = self.load(subject).await?;
        Ok(serde_json::to_vec(&view::Body::of(&today))?)
    }
}

impl Bare {
    async fn load(&self, subject: &Subject) -> Result<Today> {
        let db = Session::new(self.db.clone(), Span::none());
        let mut today = Today::default();
        let now = SystemClock.now();
        let Some((member, plan)) = plan::find_by_subject(&db, subject, now).await? else {
            return Ok(today);
        };
        let id = member.id;
        today.profile = Some(Profile {
            id,
            display_name: member.display_name,
            access: member.access,
        });
        today.plan = plan.plan.map(|plan| ActivePlan {
            id: plan.id,
            goal: plan.goal,
        });
        let Some(cycle) = plan.cycle else {
            return Ok(today);
        };
        let (members, cycles) = ([id], [cycle.id]);
        let (mut histories, mut logs, favourites) = try_join!(
            preferences::history(&db, &members),
            day::log(&db, &cycles),
            favourite::few(&db, id),
        )?;
        let schedule = Schedule {
            history: histories.remove(&id).unwrap_or_default(),
            log: logs.remove(&cycle.id).unwrap_or_default(),
        };
        today.follow(cycle, &schedule, &self.catalogue, now)?;
        today.favourites = match favourites {
            Some(favourites) => favourites,
            None => favourite::among(&db, id, &today.recipes()).await?,
        };
        Ok(today)
    }
}
