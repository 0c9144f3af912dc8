//! The views of `reporting`: they agree with what the API says of each member, and show nobody.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::{NaiveDate, Weekday};
use coach_domain::database::{self, Options, Pool};
use coach_tests::{cluster::Server, folder};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait as _};
use serde_json::{Value, json};

use crate::harness::{TestApp, member};

const MEMBERS: [&str; 8] = [
    member::NORA,
    member::DANI,
    member::MAYA,
    member::CHEN,
    member::THEO,
    member::LARA,
    member::GWEN,
    member::RAVI,
];

/// The views, by name.
const VIEWS: [&str; 6] = [
    "active_plan",
    "check_in_week",
    "plan_week",
    "subscription_state",
    "subscription_week",
    "week",
];

/// The demo members as they were seeded, today instead. Views go by the clock of the database, so it is the test's, too.
async fn seeded_today() -> TestApp {
    let test = TestApp::start().await;
    test.execute(
        "DO $$
         DECLARE
             days integer := (now() AT TIME ZONE 'UTC')::date - date '2026-03-18';
         BEGIN
             UPDATE plan SET started_on = started_on + days, ended_on = ended_on + days;
             UPDATE cycle SET starts_on = starts_on + days, closed_on = closed_on + days;
             UPDATE subscription
             SET trial_ends_at = trial_ends_at + make_interval(days => days),
                 expires_at = expires_at + make_interval(days => days),
                 grace_ends_at = grace_ends_at + make_interval(days => days);
         END
         $$",
    )
    .await;
    let now = r#"to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#;
    test.set_clock(&test.value(now).await.expect("a time"));
    test
}

/// The rows of a query as JSON.
async fn rows(db: &impl ConnectionTrait, sql: &str) -> Vec<Value> {
    let sql = format!("SELECT to_jsonb(t) FROM ({sql}) AS t");
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, &sql));
    let rows = rows.await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("JSON"))
        .collect()
}

/// The sums of `members` by a column.
async fn members_by(test: &TestApp, view: &str, column: &str) -> BTreeMap<String, i64> {
    let sql = format!("SELECT {column} AS key, sum(members) AS members FROM {view} GROUP BY 1");
    let rows = rows(&*test.pool, &sql).await;
    let sums = rows.iter().map(|row| {
        let key = row["key"].as_str().expect("a name").to_owned();
        (key, row["members"].as_i64().expect("a number"))
    });
    sums.collect()
}

#[tokio::test]
async fn views_count_what_the_api_says_of_each_member() {
    let test = seeded_today().await;
    let query = "{ me { access plan { currentCycle { number checkInDue checkInOpensOn } } } }";
    let mut access = BTreeMap::new();
    // Theo has submitted two, and Ravi has ended his plan on the day after one opened.
    let mut check_ins = BTreeMap::from([("SUBMITTED".to_owned(), 2), ("PLAN_ENDED".to_owned(), 1)]);
    for email in MEMBERS {
        let answer = test.graphql(email, query, json!({})).await;
        let me = &answer.data()["me"];
        let state = me["access"].as_str().expect("a state");
        *access.entry(state.to_owned()).or_default() += 1;
        let cycle = &me["plan"]["currentCycle"];
        let Some(is_due) = cycle["checkInDue"].as_bool() else {
            continue;
        };
        let has_access = ["TRIAL", "ACTIVE", "GRACE"].contains(&state);
        let state = match (has_access, is_due) {
            (false, _) => "NOT_EXPECTED",
            (true, true) => "DUE",
            (true, false) => "UPCOMING",
        };
        *check_ins.entry(state.to_owned()).or_default() += 1;
        if has_access {
            *check_ins.entry("PROJECTED".to_owned()).or_default() += 6;
        }
        let opens_on = cycle["checkInOpensOn"].as_str().expect("a date");
        let opens_on: NaiveDate = opens_on.parse().expect("a date");
        let week = opens_on.week(Weekday::Mon).first_day();
        let number = &cycle["number"];
        let found = format!(
            "SELECT count(*) FROM reporting.check_in_week
             WHERE week = '{week}' AND number = {number} AND state = '{state}'"
        );
        assert_eq!(test.number(&found).await, 1, "{email}: {found}");
    }
    assert_eq!(
        members_by(&test, "reporting.subscription_state", "access").await,
        access
    );
    assert!(access.len() > 4, "{access:?}");
    assert_eq!(
        members_by(&test, "reporting.check_in_week", "state").await,
        check_ins
    );
    assert_eq!(check_ins.len(), 6, "{check_ins:?}");

    // Each later check-in is four weeks after the one before.
    let theo = "SELECT (max(week) FILTER (WHERE number = 9) - max(week) FILTER (WHERE number = 3 AND state = 'UPCOMING'))
        FROM reporting.check_in_week";
    assert_eq!(test.number(theo).await, 6 * 28);

    // Members who have asked to be deleted are reminded of nothing.
    let leaving = "UPDATE member SET deletion_requested_at = now(), deletion_final_at = now() + interval '14 days'
        WHERE subject = 'chen@demo.coach.example'";
    test.execute(leaving).await;
    let by_state = members_by(&test, "reporting.check_in_week", "state").await;
    assert_eq!(by_state.get("DUE"), None);
    assert_eq!(by_state["NOT_EXPECTED"], check_ins["NOT_EXPECTED"] + 1);
}

#[tokio::test]
async fn plans_are_counted_by_week() {
    let test = TestApp::start().await;
    // In one transaction, within which it stays the same week.
    let transaction = test.pool.begin().await.expect("begun");
    let move_plans = "
        UPDATE plan
        SET started_on = (SELECT week + 1 FROM reporting.week WHERE distance = -5),
            ended_on = CASE status WHEN 'ENDED' THEN (SELECT week + 6 FROM reporting.week WHERE distance = -2) END";
    let moved = transaction.execute_unprepared(move_plans).await;
    moved.expect("moved");
    let weeks = "SELECT distance, begun, ended, active
        FROM reporting.plan_week JOIN reporting.week USING (week) WHERE distance > -7 ORDER BY distance";
    let week = |distance: i64, begun: i64, ended: i64, active: i64| json!({ "distance": distance, "begun": begun, "ended": ended, "active": active });
    assert_eq!(
        rows(&transaction, weeks).await,
        [
            week(-6, 0, 0, 0),
            week(-5, 7, 0, 7),
            week(-4, 0, 0, 7),
            week(-3, 0, 0, 7),
            week(-2, 0, 1, 6),
            week(-1, 0, 0, 6),
            week(0, 0, 0, 6),
        ]
    );
    let all = "SELECT count(*) AS weeks FROM reporting.plan_week";
    assert_eq!(rows(&transaction, all).await, [json!({ "weeks": 27 })]);
    let active = "SELECT cycle, sum(plans) AS plans FROM reporting.active_plan GROUP BY cycle ORDER BY cycle";
    assert_eq!(
        rows(&transaction, active).await,
        [
            json!({ "cycle": 1, "plans": 5 }),
            json!({ "cycle": 3, "plans": 1 })
        ]
    );
    transaction.rollback().await.expect("rolled back");
}

#[tokio::test]
async fn churn_counts_subscriptions_that_were_paid_for() {
    let test = TestApp::start().await;
    let transaction = test.pool.begin().await.expect("begun");
    // Times are on the second day of a week, counted from the current one.
    let purchases = "
        CREATE FUNCTION pg_temp.at(weeks integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
            SELECT (week + 1) AT TIME ZONE 'UTC' FROM reporting.week WHERE distance = weeks
        $$;
        DELETE FROM subscription_link;
        DELETE FROM subscription;
        INSERT INTO subscription
            (member_id, id, provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at)
        SELECT (SELECT id FROM member WHERE subject = 'maya@demo.coach.example'), gen_random_uuid(),
               CASE WHEN external_id IS NOT NULL THEN 'STRIPE' END, external_id,
               pg_temp.at(trial), pg_temp.at(expires), pg_temp.at(grace), TRUE, now()
        FROM (VALUES
            ('runs', NULL::integer, 4, NULL::integer),
            ('has ended', NULL, -2, NULL),
            ('was not paid again', NULL, -3, -1),
            ('trial alone', -2, -2, NULL),
            ('trial, then paid', -2, 4, NULL),
            ('linked later', NULL, 4, NULL),
            (NULL, NULL, NULL, NULL)
        ) AS bought (external_id, trial, expires, grace);
        INSERT INTO subscription_link (member_id, provider, external_id, linked_at)
        SELECT member_id, provider, external_id, pg_temp.at(-4) FROM subscription WHERE provider IS NOT NULL;
        INSERT INTO subscription_report
            (provider, external_id, subject, transaction_id, starts_at, ends_at, is_trial, said_at, said)
        VALUES ('STRIPE', 'linked later', 'TRANSACTION', '1', pg_temp.at(-6), pg_temp.at(-2), FALSE, now(), '1'),
               ('STRIPE', 'linked later', 'TRANSACTION', '2', pg_temp.at(-2), pg_temp.at(4), FALSE, now(), '2');
        INSERT INTO subscription_archive
            (id, provider, external_id, expires_at, will_renew, updated_at, archived_at)
        SELECT gen_random_uuid(), 'STRIPE', external_id, pg_temp.at(4), TRUE, now(), pg_temp.at(archived)
        FROM (VALUES ('of who left', -8), ('of who left', -1), ('runs', -6)) AS left_behind (external_id, archived)";
    let inserted = transaction.execute_unprepared(purchases).await;
    inserted.expect("inserted");
    let weeks = "SELECT distance, held, begun, ended
        FROM reporting.subscription_week JOIN reporting.week USING (week)
        WHERE distance > -7 ORDER BY distance";
    let week = |distance: i64, held: i64, begun: i64, ended: i64| json!({ "distance": distance, "held": held, "begun": begun, "ended": ended });
    assert_eq!(
        rows(&transaction, weeks).await,
        [
            week(-6, 1, 1, 0),
            week(-5, 2, 0, 0),
            week(-4, 2, 3, 0),
            week(-3, 5, 0, 0),
            week(-2, 5, 1, 1),
            week(-1, 5, 0, 2),
            week(0, 3, 0, 0),
        ]
    );
    transaction.rollback().await.expect("rolled back");
}

async fn connect(url: &str) -> Pool {
    let options = Options {
        max_connections: 1,
        ..Options::default()
    };
    database::connect(url, &options)
        .await
        .expect("a connection")
}

/// The SQL of all dashboards.
fn dashboard_sql() -> Vec<String> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/monitoring/grafana/dashboards");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder of the dashboards") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a dashboard");
        let dashboard: Value = serde_json::from_str(&text).expect("JSON");
        let panels = dashboard["panels"].as_array().expect("panels").iter();
        let targets = panels
            .filter_map(|panel| panel["targets"].as_array())
            .flatten();
        found.extend(targets.filter_map(|target| target["rawSql"].as_str().map(str::to_owned)));
    }
    assert!(found.len() > 8, "{found:?}");
    found
}

/// Connects as the reader, who sees the views and nothing else.
async fn assert_reads_views_only(url: &str) {
    let reader = connect(url).await;
    for sql in dashboard_sql() {
        rows(&reader, &sql).await;
    }
    for view in VIEWS {
        rows(&reader, &format!("SELECT * FROM reporting.{view}")).await;
    }
    for refused in [
        "SELECT FROM member",
        "SELECT FROM check_in",
        "DELETE FROM plan",
        "CREATE VIEW reporting.mine AS SELECT 1",
    ] {
        let error = reader.execute_unprepared(refused).await;
        let error = error.expect_err(refused).to_string();
        assert!(error.contains("permission denied"), "{refused}: {error}");
    }
    reader.close().await;
}

/// As on hosted servers: whoever migrates owns the database and may not create roles.
#[tokio::test]
async fn the_role_reads_views_alone_and_an_operator_may_have_to_create_it() {
    let home = folder();
    let server = Server::create(&home.join("data")).await;
    let operator = server.pool("postgres").await;
    for sql in [
        "CREATE ROLE migrator LOGIN",
        "CREATE DATABASE coach OWNER migrator",
        "CREATE DATABASE own",
    ] {
        operator.execute_unprepared(sql).await.expect(sql);
    }
    let as_user = |user: &str, database: &str| {
        let url = server.url(database);
        url.replacen("coach@", &format!("{user}@"), 1)
    };
    let migrator = connect(&as_user("migrator", "coach")).await;
    coach_gateway::app::migrate(&migrator)
        .await
        .expect("the migrations run");
    migrator.close().await;
    let role = "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'coach_reporting'";
    assert!(rows(&operator, role).await.is_empty());

    // The first block of SQL in the documentation.
    let documentation = include_str!("../../deploy/monitoring/grafana/README.md");
    let mut blocks = documentation.split("```").skip(1).step_by(2);
    let create = blocks.find_map(|block| block.strip_prefix("sql\n"));
    let create = create.expect("a block of SQL");
    let hosted = server.pool("coach").await;
    hosted.execute_unprepared(create).await.expect(create);
    hosted.close().await;
    assert_eq!(
        rows(&operator, role).await,
        [json!({ "rolcanlogin": false })]
    );
    let reader = "CREATE ROLE grafana LOGIN IN ROLE coach_reporting";
    operator.execute_unprepared(reader).await.expect(reader);
    assert_reads_views_only(&as_user("grafana", "coach")).await;

    // The role belongs to the server, and may be there already.
    let own = server.pool("own").await;
    coach_gateway::app::migrate(&own)
        .await
        .expect("the migrations run");
    own.close().await;
    assert_reads_views_only(&as_user("grafana", "own")).await;
    operator.close().await;
}

#[tokio::test]
async fn views_have_no_column_that_names_anybody() {
    let test = TestApp::start().await;
    let columns = "SELECT table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) AS columns
        FROM information_schema.columns WHERE table_schema = 'reporting' GROUP BY 1 ORDER BY 1";
    let found = rows(&*test.pool, columns).await;
    let views: Vec<_> = found.iter().map(|row| row["table_name"].as_str()).collect();
    assert_eq!(views, VIEWS.map(Some));
    for row in &found {
        let columns = row["columns"].as_str().expect("columns");
        for column in columns.split(", ") {
            let allowed = column.ends_with(" bigint") || column.ends_with(" integer");
            let labels = [
                "week date",
                "state text",
                "access text",
                "provider text",
                "goal text",
            ];
            assert!(allowed || labels.contains(&column), "{row}");
        }
    }
    let role = "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'coach_reporting'";
    assert_eq!(
        rows(&*test.pool, role).await,
        [json!({ "rolcanlogin": false })]
    );
}
