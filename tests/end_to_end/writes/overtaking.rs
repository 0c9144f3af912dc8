//! Forced races between two requests: a trigger blocks the first between its reads and its writes, until the second
//! waits for it or is done. Without the lock on the member's row each of these tests fails.

use coach_domain::{
    account::erase_due,
    database::{self, Options, Pool, PoolTransaction, Session},
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

/// Blocks writers until it is released.
struct Barrier {
    pool: Pool,
    transaction: PoolTransaction,
}

/// Blocks all writers of rows that meet the condition.
async fn block_writes(test: &TestApp, table: &str, when: &str) -> Barrier {
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
    async fn release(self) {
        self.transaction.rollback().await.expect("let go");
        self.pool.close().await;
    }
}

/// Waits until so many sessions wait for locks.
async fn wait_until_blocked(test: &TestApp, count: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()";
    until("somebody is held up", async || {
        test.number(waiting).await >= count
    })
    .await;
}

/// Starts the others, of this number, while the first is blocked.
async fn start_while_blocked<A, B>(
    test: &TestApp,
    barrier: Barrier,
    first: impl Future<Output = A>,
    others: impl Future<Output = B>,
    count: i64,
) -> (A, B) {
    tokio::join!(first, async {
        wait_until_blocked(test, 1).await;
        tokio::pin!(others);
        let overtook = tokio::select! {
            answer = &mut others => Some(answer),
            () = wait_until_blocked(test, 1 + count) => None,
        };
        barrier.release().await;
        match overtook {
            Some(answer) => answer,
            None => others.await,
        }
    })
}

/// Starts the second while the first is blocked.
async fn both<A, B>(
    test: &TestApp,
    barrier: Barrier,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    start_while_blocked(test, barrier, first, second, 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_eats_a_meal_and_swaps_it_has_done_one_after_the_other() {
    let test = TestApp::start().await;
    let lunch = meal(&test, "LUNCH").await;
    let other = &lunch["alternatives"]["nodes"][0]["id"];
    let barrier = block_writes(&test, "meal_choice", "NEW.eaten_at IS NOT NULL").await;
    let eat = json!({ "idempotencyKey": "1", "plannedMealId": lunch["id"] });
    let swap = json!({ "idempotencyKey": "2", "plannedMealId": lunch["id"], "recipeId": other });
    let (eaten, swapped) = both(
        &test,
        barrier,
        change(&test, member::MAYA, "RecordMeal", eat),
        change(&test, member::MAYA, "SwapMeal", swap),
    )
    .await;
    eaten.success();
    assert_eq!(swapped.user_error().0, "MEAL_EATEN");
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
    let barrier = block_writes(&test, "meal_choice", "NEW.eaten_at IS NULL").await;
    let eat = json!({ "idempotencyKey": "1", "plannedMealId": lunch["id"] });
    let swap = json!({ "idempotencyKey": "2", "plannedMealId": lunch["id"], "recipeId": other });
    let (swapped, eaten) = both(
        &test,
        barrier,
        change(&test, member::MAYA, "SwapMeal", swap),
        change(&test, member::MAYA, "RecordMeal", eat),
    )
    .await;
    swapped.success();
    assert_eq!(eaten.success()["plannedMeal"]["recipe"]["id"], *other);
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
    let barrier = block_writes(&test, "meal_choice", "NEW.servings = 2").await;
    let eat = |key: &str, servings: i64| {
        let input =
            json!({ "idempotencyKey": key, "plannedMealId": lunch["id"], "servings": servings });
        change(&test, member::MAYA, "RecordMeal", input)
    };
    let (first, second) = both(&test, barrier, eat("1", 2), eat("2", 3)).await;
    assert_eq!(second.success()["plannedMeal"]["servings"], 3);
    first.success();
    // The later request wins.
    assert_eq!(meal(&test, "LUNCH").await["servings"], 3);
    assert_eq!(count(&test, "meal_choice").await, stored + 1);
}

/// The client retries several times before the first response arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_used_many_times_at_once_counts_once() {
    let test = TestApp::start().await;
    let workouts = day(&test, member::MAYA, "2026-03-18").await["workouts"].clone();
    let id = &workouts[0]["id"];
    let barrier = block_writes(&test, "workout_completion", "TRUE").await;
    let complete = || {
        let input = json!({ "idempotencyKey": "1", "scheduledWorkoutId": id, "effort": "EASY" });
        change(&test, member::MAYA, "CompleteWorkout", input)
    };
    let again = join_all((0..4).map(|_| complete()));
    let (first, again) = start_while_blocked(&test, barrier, complete(), again, 4).await;
    assert_eq!(again.len(), 4);
    for answer in &again {
        assert_eq!(answer.success(), first.success());
    }
    assert_eq!(count(&test, "idempotency_key").await, 1);
    assert_eq!(test.take_outbox_kinds().await, ["event.workout-completed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_on_consent_do_not_overtake_each_other() {
    let test = TestApp::start().await;
    let barrier = block_writes(
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
    granted.success();
    withdrawn.success();
    // Partners are notified in the order of the answers.
    let sent = "SELECT envelope::jsonb -> 'payload' -> 'granted' AS granted FROM outbox
        WHERE queue = 'partner-sync' ORDER BY sequence";
    let sent: Vec<_> = rows(&test, sent)
        .await
        .iter()
        .map(|it| it["granted"].clone())
        .collect();
    assert_eq!(sent, [json!(true), json!(false)]);
    assert_eq!(test.take_outbox().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_the_middle_of_something_is_erased_after_it() {
    let test = TestApp::start().await;
    let maya = member_id(&test, member::MAYA).await;
    let session = Session::new((*test.pool).clone(), tracing::Span::none());
    let request_deletion = format!(
        "UPDATE member SET deletion_requested_at = '2026-03-01', deletion_final_at = '2026-03-15'
         WHERE id = '{maya}'"
    );
    test.execute(&request_deletion).await;
    let barrier = block_writes(&test, "consent", "NEW.purpose = 'PARTNER_SHARING'").await;
    let answers = json!([{ "purpose": "PARTNER_SHARING", "granted": true }]);
    let input = json!({ "idempotencyKey": "1", "consents": answers });
    let (changed, erased) = both(
        &test,
        barrier,
        change(&test, member::MAYA, "UpdateConsents", input),
        erase_due(&session, &*test.clock, 1),
    )
    .await;
    changed.success();
    assert_eq!(erased.expect("run"), 0, "she was passed over");
    assert_eq!(erase_due(&session, &*test.clock, 1).await.expect("run"), 1);
    // The member's last change is erased too.
    assert_eq!(test.take_outbox_kinds().await, ["partner.member-deleted"]);
    assert_eq!(
        count(&test, &format!("consent WHERE member_id = '{maya}'")).await,
        0
    );
}

/// The link is the only row for which two members can compete.
#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_that_two_members_link_is_one_members() {
    let (shop, test) = shop::start().await;
    let jws = shop.sign(&shop::transaction("2000000123456789"));
    let barrier = block_writes(&test, "subscription_link", "TRUE").await;
    let link = |email: &'static str| {
        let input = json!({ "idempotencyKey": "1", "provider": "APPLE", "purchase": jws });
        change(&test, email, "LinkPurchase", input)
    };
    let (first, second) = both(&test, barrier, link(member::MAYA), link(member::NORA)).await;
    first.success();
    assert_eq!(
        second.user_error(),
        ("PURCHASE_INVALID", "input.purchase".to_owned())
    );
    let linked = "subscription_link WHERE external_id = '2000000123456789'";
    assert_eq!(count(&test, linked).await, 1);
    test.take_outbox().await;
}
