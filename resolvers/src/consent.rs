//! `Member.consents`.

use coach_domain::{
    consent::{self, Consent},
    id::MemberId,
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, batch};

impl batch::MemberConsents for Resolvers {
    type Key = MemberId;
    type Value = Vec<Consent>;

    async fn load(
        context: &RequestContext,
        members: &[MemberId],
    ) -> Result<Batch<MemberId, Vec<Consent>>, Error> {
        Ok(consent::of_members(context.session(), members)
            .await?
            .into())
    }
}
