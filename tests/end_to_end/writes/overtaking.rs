//! Two at once. What a race needs to go wrong is made to happen: a trigger holds the first one up between what it has
//! read and what it writes, until the second waits for it or is done. Without the lock on the member's row each of these
//! fails.

use coach_domain::{
    database::{self, Options, Pool, PoolTransaction, Session},
    member::erase_due,
};
use coach_tests::until;
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;

use super::{
    change,
    day::{day, meal},
    member_id,
    rows::{count, rows},
    shop,
};
use crate::harness::{TestApp, member};

/// What holds writers up as long as it is there.
struct Barrier {
    pool: Pool,
    transaction: PoolTransaction,
}

/// Holds up whoever writes such rows.
async fn hold_up(test: &TestApp, table: &str, when: &str) -> Barrier {
    let sql = format!(
        "CREATE FUNCTION held_up() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
         CREATE TRIGGER held_up BEFORE INSERT OR UPDATE ON {table}
         FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION held_up()"
    );
    test.execute(&sql).await;
    let pool = database::connect(&test.url, &Options::default()).await;
    let pool = pool.expect("a connection");
    let transaction = pool.begin().await.expect("begun");
    let lock = "SELECT pg_advisory_xact_lock(1)";
    transaction.execute_unprepared(lock).await.expect("locked");
    Barrier { pool, transaction }
}

impl Barrier {
    async fn let_go(self) {
        self.transaction.rollback().await.expect("let go");
        self.pool.close().await;
    }
}

/// Waits until so many wait for each other, or for the barrier.
async fn waiting(test: &TestApp, many: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()";
    until("somebody is held up", async || {
        test.number(waiting).await >= many
    })
    .await;
}

/// The others, so many, are asked for while the first is held up.
async fn overtaking<A, B>(
    test: &TestApp,
    barrier: Barrier,
    first: impl Future<Output = A>,
    others: impl Future<Output = B>,
    many: i64,
) -> (A, B) {
    tokio::join!(first, async {
        waiting(test, 1).await;
        tokio::pin!(others);
        let overtook = tokio::select! {
            answer = &mut others => Some(answer),
            () = waiting(test, 1 + many) => None,
        };
        barrier.let_go().await;
        match overtook {
            Some(answer) => answer,
            None => others.await,
        }
    })
}

/// The second is asked for while the first is held up.
async fn both<A, B>(
    test: &TestApp,
    barrier: Barrier,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    overtaking(test, barrier, first, second, 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_eats_a_meal_and_swaps_it_has_done_one_after_the_other() {
    let test = TestApp::start().await;
    let lunch = meal(&test, "LUNCH").await;
    let other = &lunch["alternatives"]["nodes"][0]["id"];
    let barrier = hold_up(&test, "meal_choice", "NEW.eaten_at IS NOT NULL").await;
    let eat = json!({ "idempotencyKey": "1", "plannedMealId": lunch["id"] });
    let swap = json!({ "idempotencyKey": "2", "plannedMealId": lunch["id"], "recipeId": other });
    let (eaten, swapped) = both(
        &test,
        barrier,
        change(&test, member::MAYA, "RecordMeal", eat),
        change(&test, member::MAYA, "SwapMeal", swap),
    )
    .await;
    eaten.done();
    assert_eq!(swapped.refusal().0, "MEAL_EATEN");
    assert_eq!(
        meal(&test, "LUNCH").await["recipe"]["id"],
        lunch["recipe"]["id"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_swaps_a_meal_and_eats_it_has_eaten_the_other() {
    let test = TestApp::start().await;
    let lunch = meal(&test, "LUNCH").await;
    let other = &lunch["alternatives"]["nodes"][0]["id"];
    let barrier = hold_up(&test, "meal_choice", "NEW.eaten_at IS NULL").await;
    let eat = json!({ "idempotencyKey": "1", "plannedMealId": lunch["id"] });
    let swap = json!({ "idempotencyKey": "2", "plannedMealId": lunch["id"], "recipeId": other });
    let (swapped, eaten) = both(
        &test,
        barrier,
        change(&test, member::MAYA, "SwapMeal", swap),
        change(&test, member::MAYA, "RecordMeal", eat),
    )
    .await;
    swapped.done();
    assert_eq!(eaten.done()["plannedMeal"]["recipe"]["id"], *other);
    let now = meal(&test, "LUNCH").await;
    assert_eq!(
        (&now["recipe"]["id"], now["eatenAt"].is_null()),
        (other, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meal_that_is_logged_by_two_devices_is_eaten_once() {
    let test = TestApp::start().await;
    let lunch = meal(&test, "LUNCH").await;
    let stored = count(&test, "meal_choice").await;
    let barrier = hold_up(&test, "meal_choice", "NEW.servings = 2").await;
    let eat = |key: &str, servings: i64| {
        let input =
            json!({ "idempotencyKey": key, "plannedMealId": lunch["id"], "servings": servings });
        change(&test, member::MAYA, "RecordMeal", input)
    };
    let (first, second) = both(&test, barrier, eat("1", 2), eat("2", 3)).await;
    assert_eq!(second.done()["plannedMeal"]["servings"], 3);
    first.done();
    // The one that was asked for later is the one that stays.
    assert_eq!(meal(&test, "LUNCH").await["servings"], 3);
    assert_eq!(count(&test, "meal_choice").await, stored + 1);
}

/// The phone asks again before the first answer is there, and again.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_used_many_times_at_once_counts_once() {
    let test = TestApp::start().await;
    let workouts = day(&test, member::MAYA, "2026-03-18").await["workouts"].clone();
    let id = &workouts[0]["id"];
    let barrier = hold_up(&test, "workout_completion", "TRUE").await;
    let ask = || {
        let input = json!({ "idempotencyKey": "1", "scheduledWorkoutId": id, "effort": "EASY" });
        change(&test, member::MAYA, "CompleteWorkout", input)
    };
    let again = join_all((0..4).map(|_| ask()));
    let (first, again) = overtaking(&test, barrier, ask(), again, 4).await;
    assert_eq!(again.len(), 4);
    for answer in &again {
        assert_eq!(answer.done(), first.done());
    }
    assert_eq!(count(&test, "idempotency_key").await, 1);
    assert_eq!(test.owed_kinds().await, ["event.workout-completed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_on_consent_do_not_overtake_each_other() {
    let test = TestApp::start().await;
    let barrier = hold_up(
        &test,
        "consent",
        "NEW.purpose = 'PARTNER_SHARING' AND NEW.granted",
    )
    .await;
    let answer = |key: &str, granted: bool| {
        let answers = json!([{ "purpose": "PARTNER_SHARING", "granted": granted }]);
        let input = json!({ "idempotencyKey": key, "consents": answers });
        change(&test, member::MAYA, "UpdateConsents", input)
    };
    let (granted, withdrawn) = both(&test, barrier, answer("1", true), answer("2", false)).await;
    granted.done();
    withdrawn.done();
    // Partners hear it in the order in which it was said.
    let told = "SELECT envelope::jsonb -> 'payload' -> 'granted' AS granted FROM outbox
        WHERE queue = 'partner-sync' ORDER BY sequence";
    let told: Vec<_> = rows(&test, told)
        .await
        .iter()
        .map(|it| it["granted"].clone())
        .collect();
    assert_eq!(told, [json!(true), json!(false)]);
    assert_eq!(test.owed().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_the_middle_of_something_is_erased_after_it() {
    let test = TestApp::start().await;
    let maya = member_id(&test, member::MAYA).await;
    let session = Session::new((*test.pool).clone(), tracing::Span::none());
    let leave = format!(
        "UPDATE member SET deletion_requested_at = '2026-03-01', deletion_final_at = '2026-03-15'
         WHERE id = '{maya}'"
    );
    test.execute(&leave).await;
    let barrier = hold_up(&test, "consent", "NEW.purpose = 'PARTNER_SHARING'").await;
    let answers = json!([{ "purpose": "PARTNER_SHARING", "granted": true }]);
    let input = json!({ "idempotencyKey": "1", "consents": answers });
    let (changed, erased) = both(
        &test,
        barrier,
        change(&test, member::MAYA, "UpdateConsents", input),
        erase_due(&session, &*test.clock, 1),
    )
    .await;
    changed.done();
    assert_eq!(erased.expect("run"), 0, "she was passed over");
    assert_eq!(erase_due(&session, &*test.clock, 1).await.expect("run"), 1);
    // What she said last is forgotten with her.
    assert_eq!(test.owed_kinds().await, ["partner.member-deleted"]);
    assert_eq!(
        count(&test, &format!("consent WHERE member_id = '{maya}'")).await,
        0
    );
}

/// The one row that two members may both want.
#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_that_two_members_link_is_one_members() {
    let (shop, test) = shop::selling().await;
    let jws = shop.sign(&shop::transaction("2000000123456789"));
    let barrier = hold_up(&test, "subscription_link", "TRUE").await;
    let link = |email: &'static str| {
        let input = json!({ "idempotencyKey": "1", "provider": "APPLE", "purchase": jws });
        change(&test, email, "LinkPurchase", input)
    };
    let (first, second) = both(&test, barrier, link(member::MAYA), link(member::NORA)).await;
    first.done();
    assert_eq!(
        second.refusal(),
        ("PURCHASE_INVALID", "input.purchase".to_owned())
    );
    let linked = "subscription_link WHERE external_id = '2000000123456789'";
    assert_eq!(count(&test, linked).await, 1);
    test.owed().await;
}
