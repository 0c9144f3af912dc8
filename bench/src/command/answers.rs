//! `coach-bench answers`: checks that responses wait for nothing but the database.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use coach_domain::{
    database::Pool,
    id::{CycleId, MemberId, OpaqueId as _},
};
use reqwest::Client;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::Setup;
use crate::{
    cli::{AnswersOptions, Common},
    environment::Environment,
    format::{kept_or_broken, ratio, spread},
    gateway, log_progress,
    operation::Request,
    pipeline,
    report::table::Table,
    service::Service,
    sql::{count_unsent, statement},
    statistics::{Spread, milliseconds},
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
    /// The median latency of each run in milliseconds.
    medians: Vec<f64>,
}

/// Submits check-ins alternately to several servers, for some of which external services are unresponsive.
pub(super) async fn run(common: &Common, options: AnswersOptions) -> anyhow::Result<bool> {
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
    let all_services = vec![("COACH_PARTNERS", stub::partner_setting(&partner))];
    let without_mail = vec![
        ("COACH_MAIL", format!("smtp://{unresponsive}")),
        ("COACH_MAIL_FROM", "bench@coach.test".to_owned()),
        ("COACH_MAIL_APP_URL", "https://coach.test".to_owned()),
        ("COACH_MAIL_IMPRINT", "Bench, 1 Test Street".to_owned()),
        (
            "COACH_PARTNERS",
            stub::partner_setting(&format!("http://{unresponsive}")),
        ),
    ];
    let without_all = [without_mail.clone(), stub::sqs_settings(&unresponsive)].concat();
    let with_workers = "serve --with-workers";
    let mut servers = Vec::new();
    for (number, (name, arguments, services)) in [
        ("all there", with_workers, all_services),
        ("without mail and partner", with_workers, without_mail),
        ("without queue, mail and partner", with_workers, without_all),
        ("nothing behind", "serve", Vec::new()),
    ]
    .into_iter()
    .enumerate()
    {
        let database = format!("bench_answers_{}", number + 1);
        servers.push(Server::start(name, arguments, &database, &setup, services).await?);
    }
    for round in 0..=options.rounds {
        for turn in 0..servers.len() {
            // Each round starts with another server.
            let index = (turn + round as usize) % servers.len();
            servers[index].submit(options.check_ins).await?;
        }
        log_progress(&format!("  round {round} of {}", options.rounds));
    }
    let mut table =
        Table::new("server | p50 ms, the least | median | the most | ratio to the first");
    let mut kept = true;
    for server in &servers {
        // The first round is the warm-up.
        let (medians, baseline) = (&server.medians[1..], &servers[0].medians[1..]);
        let all = Spread::of(medians.iter().copied())?;
        let ratios = medians.iter().zip(baseline);
        let ratios = Spread::of(ratios.map(|(median, baseline)| median / baseline))?;
        kept &= ratios.median <= MAX_RATIO;
        table.row([
            server.service.name.to_owned(),
            ratio(all.min),
            ratio(all.median),
            ratio(all.max),
            spread(&ratios),
        ]);
    }
    let unsent = count_unsent(&servers[2].pool).await?;
    // Otherwise the queue was not unresponsive.
    kept &= unsent > 0;
    let body = format!(
        "submitCheckIn, one after the other, {} for each of {} runs; `coach serve --with-workers` in turn, each over a \
         database of its own, and paused meanwhile. What is away takes connections and says nothing. With all there the \
         work on letters takes the same cores; with nothing behind, which is `coach serve` alone, there is no work.\n\n{}\n\
         - effects that wait for the queue in the end: {unsent}\n- at most {MAX_RATIO} times as long: {}\n",
        options.check_ins,
        options.rounds,
        table.markdown(),
        kept_or_broken(kept)
    );
    setup.heading.publish(&body)?;
    Ok(kept)
}

impl Server {
    /// Starts `coach` with the settings of external services.
    async fn start(
        name: &'static str,
        arguments: &str,
        database: &str,
        setup: &Setup,
        mut settings: Vec<(&str, String)>,
    ) -> anyhow::Result<Self> {
        let url = setup.environment.copy(database).await?;
        let pool = pipeline::connect(&url).await?;
        let check_ins = make_check_ins_due(&pool, &setup.environment, &setup.subjects).await?;
        settings.push(("COACH_DATABASE_URL", url));
        let service = gateway::start(name, arguments, &setup.environment, &settings).await?;
        service.pause()?;
        Ok(Self {
            service,
            pool,
            check_ins,
            medians: Vec::new(),
        })
    }

    /// Submits this number of check-ins.
    async fn submit(&mut self, count: u32) -> anyhow::Result<()> {
        self.service.resume()?;
        let client = Client::new();
        let url = self.service.url("/graphql");
        let mut latencies = Vec::new();
        for _ in 0..count {
            let request = self.check_ins.pop().context("no check-in is left")?;
            let started = Instant::now();
            let response = request.send(&client, &url, false).await?;
            let body: Value = response.json().await?;
            latencies.push(milliseconds(started.elapsed()));
            let errors = &body["data"]["submitCheckIn"]["userErrors"];
            ensure!(errors == &json!([]), "a check-in was refused: {body}");
        }
        self.service.pause()?;
        self.medians.push(Spread::of(latencies)?.median);
        Ok(())
    }
}

/// Makes the check-ins of all members due, and prepares the requests that submit them.
async fn make_check_ins_due(
    pool: &Pool,
    environment: &Environment,
    subjects: &[String],
) -> anyhow::Result<Vec<Request>> {
    pool.execute_unprepared(DISABLE_REMINDERS).await?;
    let statement = statement(MAKE_CHECK_INS_DUE, [subjects.to_vec().into()]);
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
        let variables = json!({ "input": input });
        Request::new(environment, &subject, SUBMIT_CHECK_IN, &variables)
    });
    requests.collect()
}
