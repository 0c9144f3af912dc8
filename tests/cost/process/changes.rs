//! The app's mutations.

use coach_tests::{
    member::{CHEN, MAYA, NORA, RAVI, SAM, THEO},
    read_operation,
};
use serde_json::{Value, json};

use crate::gateway::Gateway;

/// Undoes what a round does and no mutation undoes, so that the next round does the same.
const RESTORE: &str = "
    DELETE FROM check_in USING cycle, member
    WHERE check_in.member_id = member.id AND cycle.id = check_in.cycle_id AND cycle.number = 1
        AND email = 'chen@demo.coach.example';
    DELETE FROM cycle USING member WHERE member_id = member.id AND number = 2 AND email = 'chen@demo.coach.example';
    UPDATE cycle SET closed_on = NULL FROM member
    WHERE member_id = member.id AND email = 'chen@demo.coach.example';
    DELETE FROM data_export";

/// A webhook event that has failed.
const EVENT: &str = "
    INSERT INTO webhook_event (id, source, event_id, kind, received_at, headers, body, state)
    VALUES ('0195a9c6-2e00-7c3a-8b1d-5e4f60718293', 'stripe', 'evt_1', 'invoice.paid', now(), '{}', '', 'FAILED')
    ON CONFLICT DO NOTHING";

/// Sends each of them once, with an effect. Only `LinkPurchase` is missing, which waits for a shop.
pub(crate) fn send(gateway: &mut Gateway, round: usize) {
    let mut changes = Changes { gateway, round };
    changes.register();
    changes.start_and_end_a_plan();
    changes.change_the_day();
    changes.change_the_account();
    changes.check_in();
    changes.schedule_a_live_session();
    changes.repair();
    changes.gateway.execute(RESTORE);
}

struct Changes<'g, 'r> {
    gateway: &'g mut Gateway<'r>,
    round: usize,
}

impl Changes<'_, '_> {
    /// Sends a mutation, which must succeed, and returns its payload.
    fn change(&mut self, name: &str, email: &str, mut input: Value) -> Value {
        input["idempotencyKey"] = format!("{name} {}", self.round).into();
        let variables = json!({ "input": input });
        let mut answer = (self.gateway).send(name, email, &read_operation(name), &variables);
        let payload = answer["data"].as_object_mut();
        let payload = payload.and_then(|data| data.values_mut().next().map(Value::take));
        let payload = payload.unwrap_or_else(|| panic!("{name}: {answer}"));
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload
    }

    /// What alternates, so that it differs from what the round before has left.
    fn is_even(&self) -> bool {
        self.round.is_multiple_of(2)
    }

    fn register(&mut self) {
        let subject = format!("member-{}@demo.coach.example", self.round);
        let input = json!({
            "displayName": "Noa",
            // Of somebody else, so that it has to be confirmed.
            "email": format!("noa-{}@example.com", self.round),
            "locale": "nb-NO",
            "timeZone": "Europe/Oslo",
            "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 3 },
        });
        self.change("RegisterMember", &subject, input);
        self.gateway.execute(
            "UPDATE member SET email_code_requested_at = email_code_requested_at - interval '1 hour'",
        );
        self.change("RequestEmailConfirmation", &subject, json!({}));
        let last = "SELECT envelope FROM outbox ORDER BY sequence DESC LIMIT 1";
        let envelope: Value = serde_json::from_str(&self.gateway.text(last)).expect("JSON");
        let code = &envelope["payload"]["code"];
        self.change("ConfirmEmail", &subject, json!({ "code": code }));
    }

    fn start_and_end_a_plan(&mut self) {
        let started = self.change("StartPlan", RAVI, json!({}));
        let id = &started["plan"]["id"];
        self.change("EndPlan", RAVI, json!({ "planId": id }));
    }

    fn change_the_day(&mut self) {
        let day = "{ me { plan { currentCycle { today {
            workouts { id } meals { id alternatives(first: 1) { nodes { id } } } } } } } }";
        let today =
            self.gateway.ask(MAYA, day)["data"]["me"]["plan"]["currentCycle"]["today"].take();
        let meal = &today["meals"][0];
        let recipe = &meal["alternatives"]["nodes"][0]["id"];
        let workout = json!({ "scheduledWorkoutId": today["workouts"][0]["id"] });
        let swap = json!({ "plannedMealId": meal["id"], "recipeId": recipe });
        let meal = json!({ "plannedMealId": meal["id"] });
        let favourite = json!({ "recipeId": recipe, "isFavourite": self.is_even() });
        self.change("CompleteWorkout", MAYA, workout.clone());
        self.change("UndoCompleteWorkout", MAYA, workout);
        self.change("SwapMeal", MAYA, swap);
        self.change("RecordMeal", MAYA, meal.clone());
        self.change("UnlogMeal", MAYA, meal.clone());
        self.change("ResetMeal", MAYA, meal);
        self.change("SetFavouriteRecipe", MAYA, favourite);
    }

    fn change_the_account(&mut self) {
        let is_even = self.is_even();
        let consents = json!([
            { "purpose": "MARKETING_EMAIL", "granted": is_even },
            { "purpose": "PARTNER_SHARING", "granted": !is_even },
        ]);
        self.change("UpdateConsents", MAYA, json!({ "consents": consents }));
        let days = if is_even { 3 } else { 4 };
        self.change("UpdatePreferences", NORA, json!({ "daysPerWeek": days }));
        self.change("RequestDataExport", MAYA, json!({}));
        self.change("DeleteAccount", MAYA, json!({}));
        self.change("KeepAccount", MAYA, json!({}));
    }

    fn check_in(&mut self) {
        let due = self
            .gateway
            .ask(CHEN, "{ me { plan { currentCycle { id } } } }");
        let id = &due["data"]["me"]["plan"]["currentCycle"]["id"];
        let answers = json!({ "cycleId": id, "energy": 4, "sleep": 4 });
        self.change("SubmitCheckIn", CHEN, answers);
        let last = "{ me { checkIns(first: 1) { nodes { id } } } }";
        let last = self.gateway.ask(THEO, last);
        let id = &last["data"]["me"]["checkIns"]["nodes"][0]["id"];
        let energy = if self.is_even() { 3 } else { 4 };
        let corrected = json!({ "checkInId": id, "energy": energy });
        self.change("CorrectCheckIn", THEO, corrected);
    }

    fn schedule_a_live_session(&mut self) {
        let session =
            json!({ "title": "Mobility", "coach": "Nadia", "startsAt": "2026-03-20T18:00:00Z" });
        let scheduled = self.change("ScheduleLiveSession", SAM, session);
        let id = &scheduled["liveSession"]["id"];
        let later = json!({ "liveSessionId": id, "startsAt": "2026-03-20T19:00:00Z" });
        self.change("RescheduleLiveSession", SAM, later);
        let replay = json!({ "liveSessionId": id, "replayUrl": "https://play.example/a.m3u8" });
        self.change("SetLiveSession", SAM, replay);
        self.change("PublishLiveStatus", SAM, json!({}));
        self.change("CancelLiveSession", SAM, json!({ "liveSessionId": id }));
    }

    fn repair(&mut self) {
        let input = json!({ "queue": "partner-sync" });
        for name in [
            "RedriveDeadLetters",
            "DiscardDeadLetters",
            "PauseQueue",
            "ResumeQueue",
        ] {
            self.change(name, SAM, input.clone());
        }
        self.gateway.execute(EVENT);
        let input = json!({ "ids": ["0195a9c6-2e00-7c3a-8b1d-5e4f60718293"] });
        self.change("ReplayWebhookEvents", SAM, input);
    }
}
