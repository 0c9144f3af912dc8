//! The test member.

use serde_json::Value;
use tokio::sync::OnceCell;

use super::client::{Answer, Client};

/// The app's operation of the screen on which members see who they are.
const PROFILE: &str = include_str!("../../../../schema/operations/Profile.graphql");

/// The tag of a test member's email address.
const TAG: &str = "probe";

/// Top-level domains in which nobody has an address (RFC 2606, RFC 6761). The demo members are in one of them.
const RESERVED: [&str; 3] = ["example", "test", "invalid"];

/// The member whom the token belongs to, read once.
pub(super) struct TestMember<'a> {
    client: &'a Client,
    profile: OnceCell<Result<Answer, String>>,
}

impl<'a> TestMember<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self {
            client,
            profile: OnceCell::new(),
        }
    }

    /// The member's profile: `me` of the app's operation `Profile`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, and when the member is not a test member: no journey must go on then.
    pub(super) async fn profile(&self) -> Result<&Value, String> {
        let read = self.profile.get_or_init(async || self.read().await).await;
        match read {
            Ok(answer) => Ok(answer.at(&["me"])),
            Err(why) => Err(why.clone()),
        }
    }

    async fn read(&self) -> Result<Answer, String> {
        let answer = self.client.send(PROFILE, Value::Null).await?;
        let me = answer.at(&["me"]);
        if me.is_null() {
            return Err(
                "the token's member is not registered: register it with `registerMember`"
                    .to_owned(),
            );
        }
        let email = me["email"].as_str().unwrap_or_default();
        if !is_test_address(email) {
            return Err(
                "the token's member is not a test member, so nothing was done: use that of a member whose email address \
                 has the tag +probe, such as ops+probe@example.com"
                    .to_owned(),
            );
        }
        if !me["deletionFinalAt"].is_null() {
            return Err("the test member is to be deleted: keep it with `keepAccount`".to_owned());
        }
        Ok(answer)
    }
}

/// Whether an email address marks a test member.
fn is_test_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let tag = local.rsplit_once('+').map(|(_, tag)| tag);
    let is_tagged = tag.is_some_and(|tag| tag.eq_ignore_ascii_case(TAG));
    let top = domain.rsplit_once('.').map(|(_, top)| top);
    let is_reserved = |top: &str| RESERVED.iter().any(|it| it.eq_ignore_ascii_case(top));
    is_tagged || top.is_some_and(is_reserved)
}

#[cfg(test)]
mod tests {
    use super::is_test_address;

    #[test]
    fn only_addresses_that_are_marked_or_of_nobody_are_test_members() {
        for address in [
            "ops+probe@example.com",
            "ops+eu+Probe@coach.app",
            "maya@demo.coach.example",
            "a@b.test",
            "a@b.INVALID",
        ] {
            assert!(is_test_address(address), "{address}");
        }
        for address in [
            "",
            "probe",
            "probe@example.com",
            "ops@probe.com",
            "ops+probes@example.com",
            "ops+probe+x@example.com",
            "+probe",
            "maya@example.com",
            "maya@example",
            "maya@example.org",
            "maya@coach.example.com",
            "maya+news@example.com",
        ] {
            assert!(!is_test_address(address), "{address}");
        }
    }
}
