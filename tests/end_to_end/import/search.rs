//! Searching the imported catalogue.

use coach_content::import::Mode;
use serde_json::{Value, json};

use super::{
    files::{exercises, folder, real_catalogue, recipes},
    import_all, rejected,
};
use crate::harness::TestApp;

async fn imported(source: &std::path::Path) -> TestApp {
    let test = TestApp::start().await;
    import_all(&test, &exercises(source), Mode::Write).await;
    import_all(&test, &recipes(source), Mode::Write).await;
    let changed = test.app.catalogue.refresh(&test.app.database).await;
    assert!(
        changed.expect("the catalogue loads"),
        "the version has grown"
    );
    test
}

/// The titles or names found, with no more than one statement.
async fn found(test: &TestApp, list: &str, filter: Value) -> Vec<String> {
    let (kind, name) = match list {
        "recipes" => ("RecipeFilter", "title"),
        _ => ("ExerciseFilter", "name"),
    };
    let query = format!(
        "query ($filter: {kind}) {{ {list}(filter: $filter, first: 100) {{ nodes {{ {name} }} }} }}"
    );
    let answer = test.graphql("", &query, json!({ "filter": filter })).await;
    let nodes = answer.data()[list]["nodes"]
        .as_array()
        .expect("nodes")
        .clone();
    assert!(answer.statements.len() <= 1, "{:#?}", answer.statements);
    let names = nodes.iter().filter_map(|node| node[name].as_str());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn samples_are_found_by_filter_and_by_text() {
    let test = imported(&folder()).await;
    let soup = "Red Lentil Soup (Linsensuppe)".to_owned();
    // By an ingredient, by words of the title in any order, and without regard to case.
    for text in ["cumin lentil", "linsensuppe", "SOUP red"] {
        let titles = found(&test, "recipes", json!({ "text": text })).await;
        assert!(titles.contains(&soup), "{text}: {titles:?}");
    }
    let vegan = json!({ "text": "lentil", "slots": ["LUNCH"], "diet": "VEGAN", "maxMinutes": 80 });
    assert!(found(&test, "recipes", vegan).await.contains(&soup));
    let quick = json!({ "text": "linsensuppe", "maxMinutes": 79 });
    assert!(found(&test, "recipes", quick).await.is_empty());
    // Recipes with unknown times or allergens never match a filter on them.
    let relish = json!({ "text": "cucumber relish" });
    assert_eq!(found(&test, "recipes", relish).await, ["Cucumber Relish"]);
    for filter in [
        json!({ "text": "cucumber relish", "maxMinutes": 1440 }),
        json!({ "text": "cucumber relish", "withoutAllergens": ["LUPIN"] }),
    ] {
        assert!(found(&test, "recipes", filter).await.is_empty());
    }

    for filter in [
        json!({ "text": "cable back" }),
        json!({ "muscles": ["BACK"], "equipment": ["CABLE"] }),
        json!({ "muscles": ["LATS"], "level": "INTERMEDIATE", "category": "STRENGTH", "text": "row" }),
    ] {
        let names = found(&test, "exercises", filter.clone()).await;
        assert!(
            names.contains(&"Cable Row, Seated".to_owned()),
            "{filter}: {names:?}"
        );
    }
    let nothing = json!({ "equipment": [], "muscles": ["NECK"] });
    assert!(
        found(&test, "exercises", nothing)
            .await
            .contains(&"Neck Stretch".to_owned())
    );
}

#[tokio::test]
async fn a_recipe_shows_amounts_and_what_is_unknown() {
    let test = imported(&folder()).await;
    let query = "{ recipes(filter: { text: \"griddle\" }) { nodes { minutes servings allergens nutrition { energyKcal }
        ingredients { name quantity grams note amount { minimum maximum unit } } } } }";
    let answer = test.graphql("", query, json!({})).await;
    let cakes = &answer.data()["recipes"]["nodes"][0];
    for unknown in ["minutes", "servings", "allergens", "nutrition"] {
        assert_eq!(cakes[unknown], Value::Null, "{unknown}");
    }
    let grams = json!({ "minimum": 125.0, "maximum": 125.0, "unit": "GRAM" });
    let pieces = json!({ "minimum": 2.0, "maximum": 2.0, "unit": null });
    assert_eq!(
        cakes["ingredients"],
        json!([
            { "name": "flour", "quantity": "125 g", "grams": 125, "note": null, "amount": grams },
            { "name": "milk", "quantity": "180 ml", "grams": null, "note": null,
              "amount": { "minimum": 180.0, "maximum": 180.0, "unit": "MILLILITRE" } },
            { "name": "eggs", "quantity": "2", "grams": null, "note": null, "amount": pieces },
            { "name": "butter", "quantity": "", "grams": null, "note": "for frying", "amount": null },
        ])
    );
}

#[tokio::test]
#[ignore = "wants the real files: COACH_CATALOGUE_DIR=FOLDER, and --ignored"]
async fn the_real_files_are_taken_whole() {
    let source = real_catalogue().expect("COACH_CATALOGUE_DIR");
    let test = TestApp::start().await;
    let report = import_all(&test, &exercises(&source), Mode::Write).await;
    assert_eq!((report.new, rejected(&report)), (873, Vec::new()));
    let entries = recipes(&source);
    let report = import_all(&test, &entries, Mode::Write).await;
    assert_eq!((report.new, rejected(&report)), (410, Vec::new()));

    let parts = entries
        .iter()
        .flat_map(|entry| &entry.item.as_ref().expect("taken").ingredients);
    let parts: Vec<_> = parts.collect();
    let measured = parts.iter().filter(|part| part.amount.is_some()).count();
    assert_eq!((measured, parts.len()), (2472, 3328));
    let changed = test.app.catalogue.refresh(&test.app.database).await;
    assert!(changed.expect("the catalogue loads"));
    let tofu = found(&test, "recipes", json!({ "text": "doubanjiang" })).await;
    assert_eq!(tofu, ["Mapo Tofu (麻婆豆腐)"]);
    let breakfast = found(
        &test,
        "recipes",
        json!({ "text": "egg", "slots": ["BREAKFAST"] }),
    )
    .await;
    assert!(
        breakfast.contains(&"Eggs Benedict".to_owned()),
        "{breakfast:?}"
    );
    let curls = json!({ "muscles": ["BICEPS"], "equipment": ["EZ_CURL_BAR"], "text": "curl" });
    let curls = found(&test, "exercises", curls).await;
    assert_eq!(
        curls,
        [
            "Close-Grip EZ-Bar Curl with Band",
            "EZ-Bar Curl",
            "Reverse Barbell Preacher Curls",
            "Spider Curl"
        ]
    );
}
