//! Faults of the database.

use coach_domain::database::Pool;
use coach_tests::{
    PgBouncer,
    cluster::{Server, url},
};
use sea_orm::ConnectionTrait as _;

use super::run::{Doctor, FAST};
use crate::coach::folder;

async fn execute(pool: &Pool, sql: &str) {
    pool.execute_unprepared(sql).await.expect(sql);
}

/// The part of a mend that is SQL.
fn sql(mend: &str) -> &str {
    let from = mend.find("GRANT").or_else(|| mend.find("ALTER"));
    let until = mend.find("; deploy/").unwrap_or(mend.len());
    &mend[from.expect("SQL")..until]
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "one database, with one fault after the other"
)]
async fn faults_of_the_database_are_named() {
    let folder = folder();
    let server = Server::create(&folder.join("postgres")).await;
    let own = Doctor::new(&folder)
        .set("COACH_AUTH_LOCAL", "yes")
        .set("COACH_DATABASE_URL", &server.url("coach"));

    // There is none, so that nothing else of it is checked; the others are.
    let report = own.json(FAST);
    assert_eq!(report.code, 1);
    report.assert_finding(
        "database",
        "problem",
        "does not exist",
        "create the database",
    );
    assert_eq!(
        report.outcome("database: migrations"),
        "skipped",
        "{report}"
    );
    assert_eq!(report.outcome("settings"), "ok", "{report}");

    let postgres = server.pool("postgres").await;
    execute(&postgres, "CREATE DATABASE coach").await;
    execute(&postgres, "CREATE ROLE guest LOGIN").await;
    let report = own.json(FAST);
    report.assert_finding(
        "database: migrations",
        "problem",
        "have not run: 0001_catalogue_version, ",
        "run `coach migrate`",
    );
    assert_eq!(report.outcome("database: content"), "skipped", "{report}");

    let (code, text) = own.coach(&["migrate"]);
    assert_eq!(code, 0, "{text}");
    let report = own.json(FAST);
    report.assert_finding(
        "database: content",
        "problem",
        "no programmes",
        "`coach seed --content-only`",
    );
    let (code, text) = own.coach(&["seed"]);
    assert_eq!(code, 0, "{text}");
    let report = own.json(FAST);
    assert_eq!(report.code, 0, "{report}");

    // A role without rights gets those of a gateway.
    let pool = server.pool("coach").await;
    let url_of_guest = server.url("coach").replace("coach@", "guest@");
    let guest = own.set("COACH_DATABASE_URL", &url_of_guest);
    let (name, gateway) = ("database: rights of a gateway", ["--role", "gateway"]);
    let report = guest.json(&gateway);
    assert_eq!(report.code, 1);
    report.assert_finding(
        "database: migrations",
        "problem",
        "permission denied",
        "GRANT SELECT",
    );
    let mend = report.assert_finding(name, "problem", "the role guest lacks rights on ", "GRANT");
    execute(&pool, sql(mend)).await;
    let report = guest.json(&gateway);
    assert_eq!(report.code, 0, "{report}");
    let (name, worker) = ("database: rights of a worker", ["--role", "worker"]);
    let report = guest.json(&worker);
    assert_eq!(report.code, 1);
    let mend = report.assert_finding(
        name,
        "problem",
        "may not make and drop partitions",
        "GRANT EXECUTE",
    );
    execute(&pool, sql(mend)).await;
    assert_eq!(guest.json(&worker).outcome(name), "ok");

    // Settings.
    let name = "database: server";
    execute(&pool, "ALTER DATABASE coach SET timezone = 'Europe/Berlin'").await;
    execute(&pool, "ALTER ROLE coach SET synchronous_commit = off").await;
    let report = own.json(FAST);
    assert_eq!(report.code, 0, "{report}");
    report.assert_finding(name, "warning", "can be lost", "RESET synchronous_commit");
    let mend = report.assert_finding(name, "warning", "Europe/Berlin", "SET timezone = 'UTC'");
    execute(&pool, sql(mend)).await;
    execute(&pool, "ALTER ROLE coach RESET synchronous_commit").await;
    let (what, mend) = (
        "10 gateways with 20 connections and 1 workers with 30 are 230 connections",
        "ALTER SYSTEM SET max_connections = ",
    );
    let report = own.json(&["--gateways", "10"]);
    report.assert_finding("database: connections", "problem", what, mend);

    // Nothing is written: in read-only transactions all goes on, and only they are a problem.
    execute(
        &pool,
        "ALTER ROLE coach SET default_transaction_read_only = on",
    )
    .await;
    let report = own.json(FAST);
    let mend = "ALTER ROLE coach RESET default_transaction_read_only";
    report.assert_finding(name, "problem", "takes no changes", mend);
    let problems = report
        .to_string()
        .matches("\"outcome\": \"problem\"")
        .count();
    assert_eq!(problems, 1, "{report}");
    let mend = format!("BEGIN READ WRITE; {mend}; COMMIT");
    execute(&postgres, &mend).await;

    // A replica that is none.
    let name = "database: replica";
    let report = own
        .set("COACH_DATABASE_READ_URL", &server.url("coach"))
        .json(FAST);
    report.assert_finding(name, "problem", "no standby", "COACH_DATABASE_READ_URL");
    let standby = server.standby(&folder.join("standby")).await;
    let report = own
        .set("COACH_DATABASE_READ_URL", &standby.url("coach"))
        .json(FAST);
    assert_eq!(report.code, 0, "{report}");
    report.assert_finding(
        name,
        "warning",
        "hot_standby_feedback",
        "ALTER SYSTEM SET hot_standby_feedback",
    );
    // As the primary.
    let report = own
        .set("COACH_DATABASE_URL", &standby.url("coach"))
        .json(FAST);
    report.assert_finding(
        "database: server",
        "problem",
        "takes no changes",
        "lead to the primary",
    );

    // Migrations of other versions.
    let name = "database: migrations";
    let pool = server.pool("coach").await;
    execute(
        &pool,
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('9999_future', 0)",
    )
    .await;
    let report = own.json(FAST);
    assert_eq!(report.code, 0, "{report}");
    report.assert_finding(
        name,
        "warning",
        "newer than this program: it has 9999_future",
        "deployment",
    );
    execute(
        &pool,
        "DELETE FROM seaql_migrations WHERE version IN ('9999_future', '0046_process_start')",
    )
    .await;
    let report = own.json(FAST);
    report.assert_finding(
        name,
        "problem",
        "have not run: 0046_process_start",
        "run `coach migrate`",
    );
}

#[cfg_attr(without_pgbouncer, ignore = "there is no PgBouncer (tests/run)")]
#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_in_transaction_mode_needs_a_setting() {
    let folder = folder();
    let server = Server::create(&folder.join("postgres")).await;
    let host = server.address.ip().to_string();
    for (mode, outcome) in [("session", "ok"), ("transaction", "problem")] {
        let home = folder.join(mode);
        let pooler = PgBouncer::start(&home, &host, server.address.port(), mode).await;
        let doctor = Doctor::new(&folder)
            .set("COACH_AUTH_LOCAL", "yes")
            .set("COACH_DATABASE_URL", &url(pooler.address, "postgres"));
        let name = "database: pooler";
        let report = doctor.json(FAST);
        assert_eq!(report.outcome(name), outcome, "{report}");
        // The others see the database through it.
        assert_ne!(report.outcome("database: server"), "problem", "{report}");
        report.assert_finding(
            "database: migrations",
            "problem",
            "have not run",
            "coach migrate",
        );
        let setting = "COACH_DATABASE_POOL_MODE";
        let report_with_setting = doctor.set(setting, "transaction").json(FAST);
        if mode == "transaction" {
            report.assert_finding(
                name,
                "problem",
                "by transaction",
                "COACH_DATABASE_POOL_MODE=transaction",
            );
            assert_eq!(
                report_with_setting.outcome(name),
                "ok",
                "{report_with_setting}"
            );
        } else {
            report_with_setting.assert_finding(
                name,
                "warning",
                "two round trips",
                "remove COACH_DATABASE_POOL_MODE",
            );
        }
    }
}
