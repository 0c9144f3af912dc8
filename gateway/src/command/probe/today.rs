//! Signing in, and opening Today.

use serde_json::{Value, json};

use super::{
    JourneyResult,
    client::{Answer, Client},
    member::TestMember,
    report::Finding,
};

/// The app's first screen.
const TODAY: &str = include_str!("../../../../schema/operations/Today.graphql");

pub(super) async fn run(client: &Client, member: &TestMember<'_>) -> JourneyResult {
    member.profile().await?;
    let answer = open(client).await?;
    let cycle = cycle(&answer);
    let today = &cycle["today"];
    if today.is_null() {
        if cycle["checkInDue"] == true {
            return Ok(Finding::note("the cycle is over, its check-in is due"));
        }
        return Err(
            "there is no day of today: see whether the test member's plan begins later".to_owned(),
        );
    }
    if today["meals"].as_array().is_none_or(Vec::is_empty) {
        return Err("the day has no meals: see whether the catalogue is complete".to_owned());
    }
    Ok(Finding::Done)
}

/// Opens Today: the member, with the plan and its current cycle.
///
/// # Errors
///
/// When it cannot be read, or the member follows no plan.
pub(super) async fn open(client: &Client) -> Result<Answer, String> {
    let answer = client.send(TODAY, json!({})).await?;
    if cycle(&answer).is_null() {
        return Err("the test member follows no plan: start one with `startPlan`".to_owned());
    }
    Ok(answer)
}

/// The current cycle, as Today shows it.
pub(super) fn cycle(answer: &Answer) -> &Value {
    answer.at(&["me", "plan", "currentCycle"])
}
