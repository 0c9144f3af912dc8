//! `coach-bench answers`: checks that responses wait for nothing but the database.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Pool,
    id::{CycleId, MemberId, OpaqueId as _},
};
use reqwest::Client;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};

use super::{BudgetCheck, Setup};
use crate::{
    cli::{AnswersOptions, Common},
    environment::Environment,
    format::{ratio, spread},
    gateway, log_progress,
    operation::Request,
    pipeline,
    report::table::Table,
    service::Service,
    statistics::Spread,
    stub,
};

const VERB: &str = "answers";

/// The maximum ratio of the median latencies.
const MAX_RATIO: f64 = 1.2;

const SUBMIT_CHECK_IN: &str = include_str!("../../../schema/operations/SubmitCheckIn.graphql");

/// Without this, thousands of reminders would be sent during the measurement.
const DISABLE_REMINDERS: &str =
    "UPDATE subscription SET trial_ends_at = NULL, expires_at = NULL, grace_ends_at = NULL";

/// Makes the check-ins of these members due: their cycles ended three weeks ago, which is too long ago for a reminder.
const MAKE_CHECK_INS_DUE: &str = "
    UPDATE cycle AS c
    SET starts_on = current_date - 49
    FROM member AS m
    WHERE c.closed_on IS NULL AND m.id = c.member_id AND m.subject = ANY($1)
    RETURNING m.subject, c.member_id, c.id";

/// A gateway with workers, with its own database.
struct Server {
    service: Service,
    pool: Pool,
    /// The requests that submit the remaining check-ins.
    check_ins: Vec<Request>,
}

/// Submits check-ins alternately to several servers, for some of which external services are unresponsive.
pub(super) async fn run(common: &Common, options: AnswersOptions) -> anyhow::Result<BudgetCheck> {
    let setup = Setup::new(VERB, common).await?;
    let subjects = &setup.subjects;
    let needed = usize::try_from(options.check_ins * (options.rounds + 1))?;
    ensure!(
        subjects.len() >= needed,
        "{needed} members are needed, and {} can check in: more --members, or fewer --check-ins and --rounds",
        subjects.len()
    );
    let partner = stub::start_partner().await?;
    let unresponsive = stub::start_unresponsive().await?;
    let without_mail = [
        ("COACH_MAIL", format!("smtp://{unresponsive}")),
        ("COACH_MAIL_FROM", "bench@coach.test".to_owned()),
        ("COACH_MAIL_APP_URL", "https://coach.test".to_owned()),
        ("COACH_MAIL_IMPRINT", "Bench, 1 Test Street".to_owned()),
        (
            "COACH_PARTNERS",
            stub::partner_setting(&format!("http://{unresponsive}")),
        ),
    ];
    let mut without_all = without_mail.to_vec();
    without_all.extend(stub::sqs_settings(&unresponsive));
    let all_services = [("COACH_PARTNERS", stub::partner_setting(&partner))];
    let mut servers = [
        Server::start("all there", "bench_answers_1", &setup, Some(&all_services)).await?,
        Server::start(
            "without mail and partner",
            "bench_answers_2",
            &setup,
            Some(&without_mail),
        )
        .await?,
        Server::start(
            "without queue, mail and partner",
            "bench_answers_3",
            &setup,
            Some(&without_all),
        )
        .await?,
        Server::start("nothing behind", "bench_answers_4", &setup, None).await?,
    ];
    let mut medians: [Vec<f64>; 4] = Default::default();
    for round in 0..=options.rounds {
        for turn in 0..servers.len() {
            // Each round starts with another server.
            let index = (turn + round as usize) % servers.len();
            let median = servers[index].submit(options.check_ins).await?;
            // The first round is the warm-up.
            if round > 0 {
                medians[index].push(median);
            }
        }
        log_progress(&format!("  round {round} of {}", options.rounds));
    }
    let baseline = &medians[0];
    let mut table = Table::new([
        "server",
        "p50 ms, the least",
        "median",
        "the most",
        "ratio to the first",
    ]);
    let mut kept = true;
    for (server, medians) in servers.iter().zip(&medians) {
        let ratios = Spread::of(
            medians
                .iter()
                .zip(baseline)
                .map(|(one, baseline)| one / baseline),
        );
        let (ratios, all) = (
            ratios.context("no round")?,
            Spread::of(medians.iter().copied()),
        );
        let all = all.context("no round")?;
        kept &= ratios.median <= MAX_RATIO;
        table.row([
            server.service.name.to_owned(),
            ratio(all.min),
            ratio(all.median),
            ratio(all.max),
            spread(&ratios),
        ]);
    }
    let unsent = servers[2].unsent().await?;
    // Otherwise the queue was not unresponsive.
    kept &= unsent > 0;
    let check_result = BudgetCheck::of(kept);
    let body = format!(
        "submitCheckIn, one after the other, {} for each of {} runs; `coach serve --with-workers` in turn, each over a \
         database of its own, and paused meanwhile. What is away takes connections and says nothing. With all there the \
         work on letters takes the same cores; with nothing behind, which is `coach serve` alone, there is no work.\n\n{}\n\
         - effects that wait for the queue in the end: {unsent}\n- at most {MAX_RATIO} times as long: {}\n",
        options.check_ins,
        options.rounds,
        table.markdown(),
        check_result.word()
    );
    setup.publish(common, &body)?;
    Ok(check_result)
}

impl Server {
    /// Starts `coach serve --with-workers` with the settings of external services, or `coach serve` without any.
    async fn start(
        name: &'static str,
        database: &str,
        setup: &Setup,
        services: Option<&[(&str, String)]>,
    ) -> anyhow::Result<Self> {
        let url = setup.environment.copy(database).await?;
        let pool = pipeline::connect(&url).await?;
        let check_ins = make_check_ins_due(&pool, &setup.environment, &setup.subjects).await?;
        let mut settings = vec![("COACH_DATABASE_URL", url)];
        let service = if let Some(services) = services {
            settings.extend_from_slice(services);
            gateway::start_with_workers(name, &setup.environment, &settings).await?
        } else {
            gateway::start(name, &setup.environment, &settings).await?
        };
        service.pause()?;
        Ok(Self {
            service,
            pool,
            check_ins,
        })
    }

    /// Submits this number of check-ins, and returns the median latency in milliseconds.
    async fn submit(&mut self, count: u32) -> anyhow::Result<f64> {
        self.service.resume()?;
        let client = Client::new();
        let url = self.service.url("/graphql");
        let mut latencies = Vec::new();
        for _ in 0..count {
            let request = self.check_ins.pop().context("no check-in is left")?;
            let started = Instant::now();
            let answer: Value = request.send(&client, &url, false).await?.json().await?;
            latencies.push(started.elapsed());
            let errors = &answer["data"]["submitCheckIn"]["userErrors"];
            ensure!(errors == &json!([]), "a check-in was refused: {answer}");
        }
        self.service.pause()?;
        latencies.sort_unstable();
        let median: Duration = latencies[latencies.len() / 2];
        Ok(median.as_secs_f64() * 1_000.0)
    }

    async fn unsent(&self) -> anyhow::Result<i64> {
        let sql = "SELECT count(*) FROM outbox WHERE sent_at IS NULL";
        crate::environment::query_value(&self.pool, sql).await
    }
}

/// Makes the check-ins of all members due, and prepares the requests that submit them.
async fn make_check_ins_due(
    pool: &Pool,
    environment: &Environment,
    subjects: &[String],
) -> anyhow::Result<Vec<Request>> {
    pool.execute_unprepared(DISABLE_REMINDERS).await?;
    let now: DateTime<Utc> = SystemClock.now();
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        MAKE_CHECK_INS_DUE,
        [subjects.to_vec().into()],
    );
    let rows = pool.query_all_raw(statement).await?;
    let requests = rows.iter().map(|row| {
        let subject: String = row.try_get_by_index(0)?;
        let cycle = CycleId {
            member: MemberId(row.try_get_by_index(1)?),
            id: row.try_get_by_index(2)?,
        };
        let input = json!({
            "idempotencyKey": cycle.id.to_string(),
            "cycleId": cycle.encode(),
            "weightGrams": 70_000,
            "energy": 4,
            "sleep": 3,
        });
        let body = json!({ "query": SUBMIT_CHECK_IN, "variables": { "input": input } });
        Ok(Request {
            token: environment.issuer.token(&subject, &[], now)?,
            body: body.to_string(),
        })
    });
    requests.collect()
}
