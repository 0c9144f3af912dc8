//! Relay connections, `nodes` and `totalCount`: page info, invalid cursors, and that objects of one type are loaded
//! with one statement.

use coach_domain::id::{OpaqueId as _, RecipeId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{GraphqlResponse, TestApp, member},
    ownership,
};

const LISTS: [&str; 4] = ["recipes", "workouts", "exercises", "liveSessions"];

async fn page(test: &TestApp, list: &str, first: u8, after: Option<&str>) -> Value {
    let query = format!(
        "query ($first: Int!, $after: String) {{ {list}(first: $first, after: $after) {{
            nodes {{ id }} edges {{ cursor }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let variables = json!({ "first": first, "after": after });
    test.graphql("", &query, variables).await.data()[list].clone()
}

async fn total(test: &TestApp, list: &str, arguments: &str) -> i64 {
    let query = format!("{{ {list}{arguments} {{ totalCount }} }}");
    let answer = test.graphql("", &query, json!({})).await;
    answer.data()[list]["totalCount"]
        .as_i64()
        .expect("a number")
}

#[tokio::test]
async fn pages_say_what_lies_before_and_behind_them() {
    let test = TestApp::start().await;
    for list in ["recipes", "workouts", "exercises"] {
        let (mut after, mut ids) = (None::<String>, Vec::new());
        loop {
            let page = page(&test, list, 100, after.as_deref()).await;
            assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(after.is_some()));
            let nodes = page["nodes"].as_array().expect("nodes");
            ids.extend(nodes.iter().map(|node| node["id"].to_string()));
            after = page["pageInfo"]["endCursor"].as_str().map(str::to_owned);
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let seen = i64::try_from(ids.len()).expect("few");
        assert_eq!(seen, total(&test, list, "").await, "{list}");
        // After the last page.
        let after_last = page(&test, list, 100, after.as_deref()).await;
        let page_info = json!({ "hasNextPage": false, "hasPreviousPage": true, "startCursor": null, "endCursor": null });
        assert_eq!(
            (&after_last["nodes"], &after_last["pageInfo"]),
            (&json!([]), &page_info)
        );
    }
}

#[tokio::test]
async fn an_empty_page_says_whether_there_is_anything() {
    let test = TestApp::start().await;
    let empty = page(&test, "recipes", 0, None).await;
    let page_info = json!({ "hasNextPage": true, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(
        (&empty["edges"], &empty["pageInfo"]),
        (&json!([]), &page_info)
    );
    let first = page(&test, "recipes", 1, None).await;
    let after = first["pageInfo"]["endCursor"].as_str();
    let between = page(&test, "recipes", 0, after).await;
    assert_eq!(between["pageInfo"]["hasNextPage"], true);
    assert_eq!(between["pageInfo"]["hasPreviousPage"], true);
}

#[tokio::test]
async fn what_is_no_cursor_of_a_list_is_an_error_and_not_the_first_page() {
    let test = TestApp::start().await;
    let cursor = async |list: &str| {
        let page = page(&test, list, 1, None).await;
        page["pageInfo"]["endCursor"].as_str().map(str::to_owned)
    };
    let mut cursors = Vec::new();
    for list in LISTS {
        cursors.push((list, cursor(list).await));
    }
    let recipe = cursors[0].1.clone().expect("a recipe");
    let mut tampered = recipe.clone().into_bytes();
    tampered[10] = if tampered[10] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).expect("ASCII");
    for list in LISTS {
        let own = cursors.iter().filter(|(of, _)| *of != list);
        let foreign = own.filter_map(|(_, cursor)| cursor.clone());
        for invalid in foreign.chain([String::new(), "!".to_owned(), tampered.clone()]) {
            let query =
                format!("query ($after: String) {{ {list}(after: $after) {{ nodes {{ id }} }} }}");
            let answer = test.graphql("", &query, json!({ "after": invalid })).await;
            assert_eq!(
                answer.codes(),
                ["BAD_USER_INPUT"],
                "{list}: {invalid}: {answer:#?}"
            );
            assert_eq!(
                answer.body["data"],
                json!({ list: null }),
                "{list}: {invalid}"
            );
        }
    }
    // An error of a member's list makes only that list null.
    let query = "query ($after: String) { me { id checkIns(after: $after) { nodes { id } } favouriteRecipes(after: $after) { nodes { id } } } }";
    let answer = test
        .graphql(member::MAYA, query, json!({ "after": recipe }))
        .await;
    assert_eq!(answer.codes(), ["BAD_USER_INPUT", "BAD_USER_INPUT"]);
    let me = &answer.body["data"]["me"];
    assert!(me["id"].is_string() && me["checkIns"].is_null() && me["favouriteRecipes"].is_null());
}

#[tokio::test]
async fn what_a_meal_may_be_swapped_for_is_paged_within_that_meal() {
    let test = TestApp::start().await;
    let meals = "{ me { plan { currentCycle { today { meals { id slot } } } } } }";
    let meals = test.graphql(member::MAYA, meals, json!({})).await;
    let meals = meals.data()["me"]["plan"]["currentCycle"]["today"]["meals"].clone();
    let query =
        "query ($id: ID!, $first: Int!, $after: String) { node(id: $id) { ... on PlannedMeal {
        alternatives(first: $first, after: $after) {
            nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }";
    let alternatives = async |meal: usize, first: u8, after: &Value| {
        let variables = json!({ "id": meals[meal]["id"], "first": first, "after": after });
        test.graphql(member::MAYA, query, variables).await
    };
    let all = alternatives(0, 100, &Value::Null).await;
    let all = all.data()["node"]["alternatives"].clone();
    let count = all["nodes"].as_array().expect("recipes").len();
    assert!(count > 2, "{all}");
    let (mut after, mut found) = (Value::Null, Vec::new());
    while found.len() < count {
        let answer = alternatives(0, 2, &after).await;
        let page = &answer.data()["node"]["alternatives"];
        assert_eq!(
            page["pageInfo"]["hasPreviousPage"],
            json!(!found.is_empty())
        );
        found.extend(page["nodes"].as_array().expect("recipes").clone());
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(json!(found), all["nodes"]);
    let none = alternatives(0, 0, &after).await;
    assert_eq!(none.data()["node"]["alternatives"]["nodes"], json!([]));
    // The cursor of one meal's list is invalid for another meal's, even if both have the recipe.
    for meal in 1..meals.as_array().expect("meals").len() {
        let foreign = alternatives(meal, 2, &after).await;
        assert_eq!(foreign.codes(), ["BAD_USER_INPUT"], "{foreign:#?}");
    }
}

#[tokio::test]
async fn totals_are_those_of_the_filter_and_cost_nothing_unasked() {
    let test = TestApp::start().await;
    let all = total(&test, "recipes", "").await;
    let vegan = total(&test, "recipes", "(filter: { diet: VEGAN }, first: 0)").await;
    assert!(0 < vegan && vegan < all, "{vegan} of {all}");
    assert_eq!(
        total(&test, "recipes", "(filter: { text: \"🍕\" })").await,
        0
    );
    let two = "{ a: recipes(first: 1) { totalCount } b: recipes(first: 2) { totalCount } }";
    let answer = test.graphql("", two, json!({})).await;
    let counts = |answer: &GraphqlResponse| {
        let counts = answer
            .statements
            .iter()
            .filter(|sql| sql.contains("count(*)"));
        counts.count()
    };
    assert_eq!(counts(&answer), 1, "{answer:#?}");
    let none = test
        .graphql("", "{ recipes { nodes { id } } }", json!({}))
        .await;
    assert_eq!(counts(&none), 0);
    let own = "{ me { favouriteRecipes { totalCount } } }";
    let own = test.graphql(member::THEO, own, json!({})).await;
    assert_eq!(
        own.data()["me"]["favouriteRecipes"]["totalCount"],
        Value::Null
    );
}

const NODES: &str = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";

#[tokio::test]
async fn nodes_come_in_the_order_of_their_ids_and_nobody_elses() {
    let test = TestApp::start().await;
    let own = ownership::ids(&test, member::MAYA).await;
    let others = ownership::ids(&test, member::CHEN).await;
    let recipe = page(&test, "recipes", 1, None).await["nodes"][0]["id"].clone();
    let unknown = RecipeId(Uuid::from_u128(7)).encode();
    let mut ids: Vec<Value> = own.values().rev().map(|id| json!(id)).collect();
    ids.push(recipe);
    let known = ids.len();
    ids.extend(others.values().map(|id| json!(id)));
    ids.extend([json!(unknown), json!("nonsense"), ids[0].clone()]);
    let answer = test
        .graphql(member::MAYA, NODES, json!({ "ids": ids }))
        .await;
    let nodes = answer.data()["nodes"].as_array().expect("a list");
    for (index, (id, node)) in ids.iter().zip(nodes).enumerate() {
        if index < known || index == ids.len() - 1 {
            assert_eq!(node["id"], *id, "{index}");
        } else {
            assert_eq!(*node, Value::Null, "{index}: {id}");
        }
    }
    assert!(own.len() > 5 && nodes.len() == ids.len());
    let one = test
        .graphql(member::MAYA, NODES, json!({ "ids": [own["Day"]] }))
        .await;
    let meals = "{ me { plan { currentCycle { days { id meals { id } workouts { id } } } } } }";
    let many = test.graphql(member::MAYA, meals, json!({})).await;
    let days = many.data()["me"]["plan"]["currentCycle"]["days"].clone();
    let days = days.as_array().expect("days").iter().take(25);
    let ids: Vec<_> = days
        .flat_map(|day| [&day["id"], &day["meals"][0]["id"], &day["meals"][1]["id"]])
        .collect();
    let all = test
        .graphql(member::MAYA, NODES, json!({ "ids": ids }))
        .await;
    assert_eq!(all.data()["nodes"].as_array().map(Vec::len), Some(75));
    assert_eq!(all.statements.len(), one.statements.len(), "{all:#?}");
    let too_many = vec![&ids[0]; 101];
    let answer = test
        .graphql(member::MAYA, NODES, json!({ "ids": too_many }))
        .await;
    assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
}

#[tokio::test]
async fn of_nodes_that_need_access_the_others_are_answered() {
    let test = TestApp::start().await;
    let lara = "{ me { plan { cycles { id startsOn } } } }";
    let answer = test.graphql(member::LARA, lara, json!({})).await;
    let cycles = answer.data()["me"]["plan"]["cycles"]
        .as_array()
        .expect("cycles")
        .clone();
    let cycle = cycles.last().expect("a cycle")["id"].clone();
    let future = coach_domain::id::CycleId::decode(cycle.as_str().expect("an id")).expect("an id");
    let future = coach_domain::id::DayId {
        cycle: future,
        number: 28,
    }
    .encode();
    let answer = test
        .graphql(
            member::LARA,
            NODES,
            json!({ "ids": [cycle, future, cycle] }),
        )
        .await;
    assert_eq!(answer.codes(), ["SUBSCRIPTION_REQUIRED"], "{answer:#?}");
    let nodes = &answer.body["data"]["nodes"];
    assert_eq!(
        (&nodes[0]["id"], &nodes[1], &nodes[2]["id"]),
        (&cycle, &Value::Null, &cycle)
    );
}

#[tokio::test]
async fn a_recipe_is_nobodys_favourite_and_public_for_who_is_not_signed_in() {
    let test = TestApp::start().await;
    let card = "{ recipes(first: 3) { nodes { id title isFavourite } } }";
    let answer = test.graphql("", card, json!({})).await;
    let nodes = answer.data()["recipes"]["nodes"]
        .as_array()
        .expect("recipes")
        .clone();
    assert!(nodes.iter().all(|recipe| recipe["isFavourite"] == false));
    let url = reqwest::Url::parse_with_params(&format!("{}/graphql", test.base), [("query", card)]);
    let get = |token: Option<String>| {
        let request = test
            .client
            .get(url.clone().expect("a URL"))
            .header("accept", "application/json");
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    };
    let cache_control = async |token| {
        let response = get(token).send().await.expect("an answer");
        response.headers()["cache-control"]
            .to_str()
            .expect("text")
            .to_owned()
    };
    assert_eq!(cache_control(None).await, "public, max-age=300");
    let own = cache_control(Some(test.token(member::MAYA))).await;
    assert!(!own.contains("public"), "{own}");
}
