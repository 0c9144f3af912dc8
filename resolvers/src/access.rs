//! What `@auth` asks: the viewer's role, and who owns an object.

use coach_domain::{id::Owned, viewer::Role};
use coach_execution::Fault;

use crate::RequestContext;

/// Whether the viewer has a role, or one that includes it. Services are nobody
/// in person, so they have none of the others.
pub(crate) fn authorize(context: &RequestContext, requires: Role) -> Result<(), Fault> {
    let role = context.viewer().role();
    let included = match requires {
        Role::Anonymous => true,
        Role::Service => role == Role::Service,
        Role::Member | Role::Coach | Role::Staff => role != Role::Service && role >= requires,
    };
    match role {
        _ if included => Ok(()),
        Role::Anonymous => Err(Fault::new("UNAUTHENTICATED", "sign in to ask for this")),
        _ => Err(Fault::new("FORBIDDEN", "your role does not allow this")),
    }
}

/// The second net under the scoped finders: an object that is not the viewer's
/// own never leaves, except to staff. Coming here with one is a defect.
pub(crate) fn owns(context: &RequestContext, id: &impl Owned) -> Result<(), Fault> {
    let own = context.known_member_id() == Some(id.owner());
    if own || context.viewer().role() == Role::Staff {
        return Ok(());
    }
    tracing::error!("an object of another member was loaded and has been withheld");
    Err(Fault::internal("internal error"))
}
