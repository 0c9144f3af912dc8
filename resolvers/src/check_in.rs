//! `CheckIn`, and the fields that lead to it.

use coach_domain::{
    check_in::{self, CheckIn, CheckInChange},
    id::{CheckInId, CycleId, MemberId},
    page::Page,
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, page};

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
