//! `setFavouriteRecipe`.

use coach_domain::id::{OpaqueId as _, RecipeId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{change, rows::count};
use crate::harness::{TestApp, member};

async fn favourites(test: &TestApp, email: &str) -> Vec<Value> {
    let query = "{ me { favouriteRecipes(first: 100) { nodes { id } } } }";
    let answer = test.graphql(email, query, json!({})).await;
    let nodes = answer.data()["me"]["favouriteRecipes"]["nodes"].clone();
    let nodes = nodes.as_array().expect("nodes").iter();
    nodes.map(|it| it["id"].clone()).collect()
}

#[tokio::test]
async fn a_recipe_is_kept_and_dropped() {
    let test = TestApp::start().await;
    let before = favourites(&test, member::MAYA).await;
    let all = test
        .graphql("", "{ recipes(first: 100) { nodes { id } } }", json!({}))
        .await;
    let all = all.data()["recipes"]["nodes"]
        .as_array()
        .expect("nodes")
        .clone();
    let recipe = all.iter().find(|it| !before.contains(&it["id"]));
    let recipe = recipe.expect("one that she does not keep")["id"].clone();

    let set = |key: &str, is: bool| json!({ "idempotencyKey": key, "recipeId": recipe, "isFavourite": is });
    // A retry, and a request for what is the case already.
    for key in ["1", "1", "2"] {
        let kept = change(&test, member::MAYA, "SetFavouriteRecipe", set(key, true)).await;
        assert_eq!(kept.success()["recipe"]["isFavourite"], true);
    }
    let mut with = before.clone();
    with.insert(0, recipe.clone());
    assert_eq!(favourites(&test, member::MAYA).await, with);
    // No other member's.
    assert!(!favourites(&test, member::THEO).await.contains(&recipe));

    for key in ["3", "4"] {
        let dropped = change(&test, member::MAYA, "SetFavouriteRecipe", set(key, false)).await;
        assert_eq!(dropped.success()["recipe"]["isFavourite"], false);
    }
    // A late retry of an earlier request has no effect, and returns the current state.
    let late = change(&test, member::MAYA, "SetFavouriteRecipe", set("1", true)).await;
    assert_eq!(late.success()["recipe"]["isFavourite"], false);
    assert_eq!(favourites(&test, member::MAYA).await, before);
    let reused = change(&test, member::MAYA, "SetFavouriteRecipe", set("1", false)).await;
    assert_eq!(reused.user_error().0, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn favourites_need_a_recipe_and_a_member_but_no_subscription() {
    let test = TestApp::start().await;
    let none = RecipeId(Uuid::from_u128(7)).encode();
    let some = favourites(&test, member::THEO).await[0].clone();
    for (email, id, code) in [
        (member::MAYA, json!(none), "NOT_FOUND"),
        (member::MAYA, json!("rcp_"), "NOT_FOUND"),
        (member::UNREGISTERED, some.clone(), "NOT_REGISTERED"),
    ] {
        let input = json!({ "idempotencyKey": "k", "recipeId": id, "isFavourite": true });
        let refused = change(&test, email, "SetFavouriteRecipe", input).await;
        assert_eq!(refused.user_error().0, code);
    }
    assert_eq!(count(&test, "idempotency_key").await, 0);
    let control = json!({ "idempotencyKey": "a\u{7}b", "recipeId": some, "isFavourite": true });
    let refused = change(&test, member::LARA, "SetFavouriteRecipe", control).await;
    assert_eq!(refused.codes(), ["BAD_USER_INPUT"]);
    let input = json!({ "idempotencyKey": "k", "recipeId": some, "isFavourite": true,
        "occurredAt": "2026-03-10T07:00:00Z" });
    change(&test, member::LARA, "SetFavouriteRecipe", input)
        .await
        .success();
    // The time of the tap, not of the request.
    let since = "favourite_recipe WHERE created_at = '2026-03-10T07:00:00Z'";
    assert_eq!(count(&test, since).await, 1);
}
