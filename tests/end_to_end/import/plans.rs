//! The query plans of searches in the imported catalogue.

use coach_content::import::Mode;
use coach_domain::database::{self, Options};
use serde_json::json;

use super::{
    execute,
    files::{exercises, folder, real_catalogue, recipes},
    import_all,
};
use crate::{harness::TestApp, plans::explain};

/// Multiplies the samples to as many rows as the real catalogue has.
async fn multiply(test: &TestApp) {
    execute(
        test,
        "INSERT INTO recipe (id, slug, title, slots, diets, allergens, minutes, servings, search_text)
         SELECT md5(slug || n)::uuid, slug || n, left(title, 100) || n, slots, diets, allergens, minutes, servings,
                search_text || ' word' || n
         FROM recipe, generate_series(1, 8) n",
    )
    .await;
    execute(
        test,
        "INSERT INTO exercise (id, slug, name, category, level, equipment, muscles, instructions, search_text)
         SELECT md5(slug || n)::uuid, slug || n, left(name, 100) || n, category, level, equipment, muscles, instructions,
                search_text || ' word' || n
         FROM exercise, generate_series(1, 14) n",
    )
    .await;
}

#[tokio::test]
async fn no_search_reads_the_whole_catalogue() {
    let test = TestApp::start().await;
    let source = real_catalogue().unwrap_or_else(folder);
    import_all(&test, &exercises(&source), Mode::Write).await;
    import_all(&test, &recipes(&source), Mode::Write).await;
    if real_catalogue().is_none() {
        multiply(&test).await;
    }
    execute(&test, "ANALYZE").await;

    let single = Options {
        max_connections: 1,
        ..Options::default()
    };
    let pool = database::connect(&test.url, &single)
        .await
        .expect("a connection");
    for (list, filter, index) in [
        ("recipes", "text: \"chicken\"", "recipe_search"),
        (
            "recipes",
            "text: \"chicken rice\", slots: [DINNER], maxMinutes: 60",
            "recipe_",
        ),
        ("recipes", "text: \"照り焼き\"", "recipe_search"),
        ("recipes", "text: \"鶏もも肉の照り焼き\"", "recipe_search"),
        ("recipes", "slots: [BREAKFAST, SNACK]", "recipe_slots"),
        ("recipes", "diet: VEGAN", "recipe_diets"),
        ("recipes", "withoutAllergens: [GLUTEN]", "recipe_in_order"),
        ("recipes", "maxMinutes: 30", "recipe_in_order"),
        ("recipes", "", "recipe_in_order"),
        ("exercises", "text: \"barbell\"", "exercise_search"),
        ("exercises", "muscles: [BICEPS]", "exercise_muscles"),
        (
            "exercises",
            "equipment: [BARBELL, BENCH]",
            "exercise_equipment",
        ),
        (
            "exercises",
            "muscles: [BICEPS], equipment: [BARBELL], text: \"curl\"",
            "exercise_",
        ),
        ("exercises", "level: BEGINNER", "exercise_in_order"),
        ("exercises", "category: CARDIO", "exercise_in_order"),
    ] {
        let query = format!("{{ {list}(filter: {{ {filter} }}) {{ nodes {{ id }} }} }}");
        let answer = test.graphql("", &query, json!({})).await;
        answer.data();
        assert_eq!(answer.statements.len(), 1, "{:#?}", answer.statements);
        let plan = explain(&pool, &answer.statements[0]).await;
        assert!(!plan.contains("Seq Scan"), "{list} with {filter}:\n{plan}");
        let by_index = plan.lines().any(|line| {
            line.split_once("Index Scan")
                .is_some_and(|(_, rest)| rest.contains(index))
                || line.contains(&format!("Scan using {index}"))
        });
        assert!(by_index, "{list} with {filter} without {index}:\n{plan}");
    }
}
