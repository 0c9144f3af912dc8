//! The query plans of the app's statements with 10,000 members.

use coach_domain::{
    account::erase_due,
    database::{self, Options, Pool, Session},
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::json;

use crate::{
    harness::{TestApp, member, operations, read_operation},
    writes,
};

/// The tables with rows that belong to a member.
const OWNED: [&str; 10] = [
    "member",
    "member_preferences",
    "plan",
    "cycle",
    "workout_completion",
    "meal_choice",
    "check_in",
    "favourite_recipe",
    "subscription",
    "consent",
];

/// Adds ten thousand copies of Theo, who has rows in every table.
async fn multiply(pool: &Pool) {
    let columns = "SELECT column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position";
    for table in OWNED {
        let statement =
            Statement::from_sql_and_values(DbBackend::Postgres, columns, [table.into()]);
        let rows = pool.query_all_raw(statement).await.expect("columns");
        let names: Vec<String> = rows
            .iter()
            .map(|row| row.try_get("", "column_name").expect("a name"))
            .collect();
        // Ids and unique values get the number of the copy mixed in.
        let values = names.iter().map(|name| match (table, name.as_str()) {
            ("member", "id" | "purchase_token")
            | ("plan" | "cycle" | "check_in" | "subscription", "id")
            | (_, "member_id" | "plan_id" | "cycle_id") => format!("uuid_xor(t.{name}, n)"),
            ("member", "subject" | "email") | ("subscription", "external_id") => {
                format!("n || t.{name}")
            }
            _ => format!("t.{name}"),
        });
        let owner = if table == "member" { "id" } else { "member_id" };
        let sql = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM generate_series(1, 10000) n,
             (SELECT * FROM {table} WHERE {owner} = (SELECT id FROM member WHERE email = '{}') LIMIT 4) t",
            names.join(", "),
            values.collect::<Vec<_>>().join(", "),
            member::THEO,
        );
        pool.execute_unprepared(&sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    pool.execute_unprepared("ANALYZE").await.expect("ANALYZE");
}

/// The generic plan of a statement, as the gateway's connections use it.
pub(crate) async fn explain(pool: &Pool, sql: &str) -> String {
    let parameters = (1..=20)
        .rev()
        .find(|number| sql.contains(&format!("${number}")))
        .unwrap_or(0);
    let values = if parameters == 0 {
        String::new()
    } else {
        format!("({})", vec!["NULL"; parameters].join(", "))
    };
    pool.execute_unprepared(&format!("PREPARE explained AS {sql}"))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = pool
        .query_all_raw(Statement::from_string(
            DbBackend::Postgres,
            format!("EXPLAIN EXECUTE explained{values}"),
        ))
        .await;
    pool.execute_unprepared("DEALLOCATE explained")
        .await
        .expect("deallocated");
    let rows = rows.expect("a plan");
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(0).expect("a line"))
        .collect();
    lines.join("\n")
}

/// The statements of all mutations of members, and of erasing a member.
async fn changes(test: &TestApp) -> Vec<String> {
    let today = writes::day(test, member::MAYA, "2026-03-18").await;
    let mut meals = today["meals"].as_array().expect("meals").iter();
    let meal = meals.find(|meal| meal["slot"] == "LUNCH").expect("lunch");
    let mut statements = Vec::new();
    for (operation, mut input, _) in writes::changes(&today["workouts"][0], meal) {
        input["idempotencyKey"] = json!(operation);
        let answer = writes::change(test, member::MAYA, operation, input).await;
        statements.extend(answer.statements);
    }
    let session = Session::recording((*test.pool).clone(), tracing::Span::none());
    let request_deletion =
        "UPDATE member SET deletion_requested_at = created_at, deletion_final_at = '2026-03-15'
        WHERE subject = 'maya@demo.coach.example'";
    test.execute(request_deletion).await;
    let erased = erase_due(&session, &*test.clock, 1).await;
    assert_eq!(erased.expect("run"), 1);
    statements.extend(session.recorded());
    test.take_outbox().await;
    statements
}

#[tokio::test]
async fn no_member_table_is_scanned_whole() {
    let test = TestApp::start().await;
    test.pool
        .execute_unprepared(
            "CREATE FUNCTION uuid_xor(id uuid, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS
             $$ SELECT CASE WHEN id IS NULL THEN NULL ELSE (md5(id::text || n))::uuid END $$",
        )
        .await
        .expect("a function");
    multiply(&test.pool).await;
    let ids = test
        .graphql(
            "",
            "{ recipes(first: 1) { nodes { id } } workouts(first: 1) { nodes { id } } }",
            json!({}),
        )
        .await;
    let (recipe, workout) = (
        ids.data()["recipes"]["nodes"][0]["id"].clone(),
        ids.data()["workouts"]["nodes"][0]["id"].clone(),
    );
    let mut statements = Vec::new();
    for (name, variables, _) in operations(&recipe, &workout) {
        statements.extend(
            test.graphql(member::THEO, &read_operation(name), variables)
                .await
                .statements,
        );
    }
    // The other ways to owned objects, by id.
    let mine = test
        .graphql(
            member::THEO,
            "{ me { id plan { id currentCycle { id } } checkIns { nodes { id } } } }",
            json!({}),
        )
        .await;
    let me = &mine.data()["me"];
    for id in [
        &me["id"],
        &me["plan"]["id"],
        &me["plan"]["currentCycle"]["id"],
        &me["checkIns"]["nodes"][0]["id"],
    ] {
        statements.extend(test.graphql(member::SAM, "query ($id: ID!) { node(id: $id) { id } member(id: $id) { plans { id cycles { checkIn { id } } } } }", json!({ "id": id })).await.statements);
    }
    statements.extend(changes(&test).await);
    statements.sort();
    statements.dedup();
    assert!(statements.len() > 50, "{}", statements.len());

    // One connection with the gateway's own options.
    let single = Options {
        max_connections: 1,
        ..Options::default()
    };
    let pool = database::connect(&test.url, &single)
        .await
        .expect("a connection");
    for sql in &statements {
        let plan = explain(&pool, sql).await;
        for table in OWNED {
            let scanned = plan.lines().any(|line| {
                line.split_once("Seq Scan on ")
                    .is_some_and(|(_, rest)| rest.split_whitespace().next() == Some(table))
            });
            assert!(!scanned, "{table} is scanned whole by\n{sql}\n{plan}");
        }
    }
}
