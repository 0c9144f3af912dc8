//! Submitting the check-in.

use serde_json::json;

use super::{
    JourneyResult,
    client::{Client, user_error},
    member::TestMember,
    report::Finding,
    today,
};

const SUBMIT: &str = include_str!("../../../../schema/operations/SubmitCheckIn.graphql");

/// Submits the check-in if it is due and `submit` is set. No measures are sent, which are health data.
pub(super) async fn run(client: &Client, member: &TestMember<'_>, submit: bool) -> JourneyResult {
    member.profile().await?;
    let opened = today::open(client).await?;
    let cycle = today::cycle(&opened);
    if cycle["checkInDue"] != true {
        let opens = cycle["checkInOpensOn"].as_str().unwrap_or("day 29");
        return Ok(Finding::Skipped(format!(
            "no check-in is due before {opens}"
        )));
    }
    if !submit {
        return Ok(Finding::skipped(
            "a check-in is due; --submit-check-in submits it, and begins the test member's next cycle",
        ));
    }
    let input = json!({ "cycleId": cycle["id"], "energy": 3, "sleep": 3 });
    let payload = client.change(SUBMIT, "submitCheckIn", input).await?;
    if let Some((code, message)) = user_error(&payload) {
        return Err(format!(
            "`submitCheckIn` was refused with {code}: {message}"
        ));
    }
    if payload["checkIn"].is_null() {
        return Err("`submitCheckIn` was accepted, and there is no check-in".to_owned());
    }
    Ok(Finding::Done)
}
