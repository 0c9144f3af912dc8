//! `Member`, and the fields that lead to it.

use std::sync::Arc;

use coach_domain::{
    id::{MemberId, OpaqueId as _},
    member::Member,
};

use crate::{Error, RequestContext, Resolvers, arguments, query};

impl query::Me for Resolvers {
    type Value = Option<Arc<Member>>;

    async fn resolve(context: &RequestContext) -> Result<Self::Value, Error> {
        Ok(context.member().await?.map(Arc::clone))
    }
}

impl query::Member for Resolvers {
    type Value = Option<Arc<Member>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryMember,
    ) -> Result<Self::Value, Error> {
        match MemberId::decode(&arguments.id) {
            Some(id) => Ok(context.members.one(&id).await?),
            None => Ok(None),
        }
    }
}
