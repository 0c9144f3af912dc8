//! The checks of `@auth`: the viewer's role, and the owner of an object.

use coach_domain::{id::Owned, viewer::Role};
use coach_execution::ResolverError;

use crate::RequestContext;

/// Checks that the viewer has the required role, or one that includes it. The role of a service includes no other,
/// because a service is not a person.
///
/// # Errors
///
/// `UNAUTHENTICATED` when the viewer is anonymous, otherwise `FORBIDDEN`.
pub(crate) fn authorize(context: &RequestContext, required: Role) -> Result<(), ResolverError> {
    let role = context.viewer().role();
    let is_included = match required {
        Role::Anonymous => true,
        Role::Service => role == Role::Service,
        Role::Member | Role::Coach | Role::Staff => role != Role::Service && role >= required,
    };
    match role {
        _ if is_included => Ok(()),
        Role::Anonymous => Err(ResolverError::new(
            "UNAUTHENTICATED",
            "sign in to ask for this",
        )),
        _ => Err(ResolverError::new(
            "FORBIDDEN",
            "your role does not allow this",
        )),
    }
}

/// Checks that an object belongs to the viewer, or that the viewer is staff. This is a second line of defence: queries
/// only find objects of the viewer, so a failure is a bug.
///
/// # Errors
///
/// An internal error, which is logged.
pub(crate) fn authorize_owner(
    context: &RequestContext,
    id: &impl Owned,
) -> Result<(), ResolverError> {
    let is_own = context.known_member_id() == Some(id.owner());
    if is_own || context.viewer().role() == Role::Staff {
        return Ok(());
    }
    tracing::error!("an object of another member was loaded and has been withheld");
    Err(ResolverError::internal("internal error"))
}
