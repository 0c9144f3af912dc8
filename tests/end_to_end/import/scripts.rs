//! Searching titles in many scripts.

use std::{fs, path::Path};

use coach_content::import::{self, Mode};
use serde_json::json;

use super::{execute, import_all, rejected, value, version};
use crate::harness::TestApp;

const TITLES: [&str; 16] = [
    "鶏の照り焼き",
    "宫保鸡丁",
    "김치찌개",
    "ต้มยำกุ้ง",
    "ガムシロップ",
    "カムジャタン",
    "ははの味噌汁",
    "ぱぱの味噌汁",
    "पानी पूरी",
    "पान लड्डू",
    "Чай",
    "Μουσακάς",
    "می\u{200c}خوش",
    "Straßenkuchen",
    "Isı çorbası",
    "Cre\u{300}motte 🍕",
];

/// An app with a recipe for each title.
async fn imported() -> TestApp {
    let test = TestApp::start().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "titles-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (title, number) in TITLES.iter().zip(1..) {
        let text = format!(
            "---\ntitle: {title}\ntags: [{number}, yes]\n---\n\n## Ingredients\n\n- salt\n\n## Directions\n\n1. Eat.\n"
        );
        fs::write(folder.join(format!("title-{number}.md")), text).expect("written");
    }
    let entries = import::read_recipes(&folder).expect("a folder");
    fs::remove_dir_all(&folder).expect("removed");
    let report = import_all(&test, &entries, Mode::Write).await;
    assert_eq!((report.new, rejected(&report)), (TITLES.len(), Vec::new()));
    let again = import_all(&test, &entries, Mode::Write).await;
    assert_eq!(again.unchanged, TITLES.len());
    let changed = test.app.catalogue.refresh(&test.app.database).await;
    assert!(changed.expect("the catalogue loads"));
    test
}

async fn found(test: &TestApp, text: &str) -> Vec<String> {
    let query = "query ($text: String) { recipes(filter: { text: $text }, first: 100) { nodes { title } } }";
    let answer = test.graphql("", query, json!({ "text": text })).await;
    assert!(answer.statements.len() <= 1, "{:#?}", answer.statements);
    let nodes = answer.data()["recipes"]["nodes"].as_array().cloned();
    let titles = nodes.expect("nodes").into_iter();
    titles
        .map(|node| node["title"].as_str().expect("a title").to_owned())
        .collect()
}

#[tokio::test]
async fn titles_are_found_in_their_scripts() {
    let test = imported().await;
    for (text, titles) in [
        ("照り焼き", &["鶏の照り焼き"][..]),
        ("鸡丁", &["宫保鸡丁"]),
        ("찌개", &["김치찌개"]),
        ("กุ้ง", &["ต้มยำกุ้ง"]),
        ("ガム", &["ガムシロップ"]),
        ("カム", &["カムジャタン"]),
        ("はは", &["ははの味噌汁"]),
        ("ぱぱ", &["ぱぱの味噌汁"]),
        ("味噌汁", &["ははの味噌汁", "ぱぱの味噌汁"]),
        ("पानी", &["पानी पूरी"]),
        ("पान", &["पान लड्डू"]),
        ("чай", &["Чай"]),
        ("ЧАЙ", &["Чай"]),
        ("чаи", &[]),
        ("ΜΟΥΣΑΚΆΣ", &["Μουσακάς"]),
        ("ΜΟΥΣΑΚΑΣ", &["Μουσακάς"]),
        ("میخوش", &["می\u{200c}خوش"]),
        ("می\u{200c}خوش", &["می\u{200c}خوش"]),
        ("STRASSE", &["Straßenkuchen"]),
        ("stra\u{ad}ße", &["Straßenkuchen"]),
        ("ÇORBASI", &["Isı çorbası"]),
        ("cr\u{e8}motte", &["Cr\u{e8}motte 🍕"]),
        ("cre\u{300}motte 🍕", &["Cr\u{e8}motte 🍕"]),
    ] {
        assert_eq!(found(&test, text).await, titles, "{text}");
    }
}

#[tokio::test]
async fn a_text_without_a_letter_or_digit_finds_nothing() {
    let test = imported().await;
    for text in [
        "", " ", "🍕", "%", "_", "&", "!", "*", ":*", "\u{200c}", "\u{301}", "・",
    ] {
        assert_eq!(found(&test, text).await, [""; 0], "{text:?}");
    }
    for list in ["exercises", "workouts"] {
        let query = format!(
            "{{ {list}(filter: {{ text: \"🍕\" }}) {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }}"
        );
        let answer = test.graphql("", &query, json!({})).await;
        let page = json!({ "nodes": [], "pageInfo": { "hasNextPage": false } });
        assert_eq!(answer.data()[list], page, "{list}");
    }
    // A cursor is still validated.
    let query = "{ recipes(filter: { text: \"🍕\" }, after: \"?\") { nodes { id } } }";
    let answer = test.graphql("", query, json!({})).await;
    assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
}

/// Search texts written by an earlier release are rewritten by the migration.
#[tokio::test]
async fn words_of_an_earlier_release_are_written_anew() {
    let test = imported().await;
    let sum = "SELECT md5(string_agg(slug || search_text, '|' ORDER BY slug)) FROM
        (SELECT slug, search_text FROM recipe UNION ALL SELECT slug, search_text FROM workout
         UNION ALL SELECT slug, search_text FROM exercise) t";
    let (expected, was) = (value(&test, sum).await, version(&test).await);
    execute(
        &test,
        "UPDATE recipe SET search_text = 'old' WHERE slug LIKE 'import/%'",
    )
    .await;
    execute(
        &test,
        "UPDATE exercise SET search_text = 'old', archived_at = now() WHERE name LIKE 'B%'",
    )
    .await;
    execute(&test, "UPDATE workout SET search_text = 'old'").await;
    assert_eq!(found(&test, "鸡丁").await, [""; 0]);
    coach_gateway::app::migrate(&test.pool)
        .await
        .expect("migrated");
    assert_eq!(value(&test, sum).await, expected);
    assert_eq!(found(&test, "鸡丁").await, ["宫保鸡丁"]);
    // A second run changes nothing.
    let written = version(&test).await;
    assert!(written > was);
    coach_gateway::app::migrate(&test.pool)
        .await
        .expect("migrated");
    assert_eq!(version(&test).await, written);
}
