//! What dashboards and alerts name is there to be scraped.

use std::{collections::BTreeSet, fs, path::Path};

use coach_tests::{
    cluster::Server,
    member::{RAVI, SAM},
    wait_for,
};
use serde_json::json;
use tokio::runtime::Runtime;

use super::series::{scrape, use_everything};
use crate::coach::{Dev, command, folder, operator, port, run, share_machine};

const MONITORING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/monitoring");

/// How names of metrics begin. Labels begin so, too.
const PREFIXES: [&str; 6] = [
    "coach_",
    "db_client_",
    "http_server_",
    "messaging_",
    "node_filesystem_",
    "patroni_",
];

/// Metrics that come from elsewhere: from `node_exporter` 1.5.0 and Patroni 3.0.2, which are Debian's. `make cluster-drill`
/// scrapes both, and waits for the alerts that name these.
const ELSEWHERE: [&str; 8] = [
    "node_filesystem_avail_bytes",
    "node_filesystem_readonly",
    "node_filesystem_size_bytes",
    "patroni_postgres_running",
    "patroni_postgres_timeline",
    "patroni_primary",
    "patroni_replica",
    "patroni_sync_standby",
];

/// The names in a dashboard or in rules that are of metrics or labels.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let is_ours = |word: &&str| PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    words.filter(is_ours).collect()
}

/// The names of the series and labels in a scrape.
fn exposed(scraped: &str) -> BTreeSet<&str> {
    let lines = scraped.lines().filter(|line| !line.starts_with('#'));
    let parts = lines.flat_map(|line| line.split("=\""));
    // The series before its first label, or a label behind the value before it.
    parts
        .flat_map(|part| {
            let label = part.rsplit(['{', ',']).next();
            [part.split(['{', ' ']).next(), label]
        })
        .flatten()
        .collect()
}

/// What a gateway with workers exposes that is used in all ways: one that sends mail, and keeps some back.
fn scrape_gateway(dev: &Dev) -> String {
    use_everything(dev);
    wait_until_exposed(dev, "coach_mail_sent_total");
    // The address has to be confirmed when the archive is requested, and not any more when the mail is to be sent.
    let staff = dev.token_of(SAM);
    let queue = r#", queue: "email-attachments""#;
    change(dev, &staff, "pauseQueue", queue);
    change(dev, &dev.token_of(RAVI), "requestDataExport", "");
    let unconfirmed = format!(
        "UPDATE member SET email_confirmed_at = NULL WHERE email = '{RAVI}' RETURNING 1::bigint"
    );
    assert_eq!(dev.sql(&unconfirmed), 1);
    change(dev, &staff, "resumeQueue", queue);
    wait_until_exposed(dev, "coach_mail_suppressed_total");
    scrape(dev)
}

fn change(dev: &Dev, token: &str, mutation: &str, input: &str) {
    let input = format!("{{ idempotencyKey: \"{mutation}\" {input} }}");
    let query = format!("mutation {{ {mutation}(input: {input}) {{ userErrors {{ code }} }} }}");
    let (_, answer) = dev.graphql(token, &query);
    assert_eq!(
        answer["data"][mutation]["userErrors"],
        json!([]),
        "{answer}"
    );
}

fn wait_until_exposed(dev: &Dev, metric: &str) {
    let is_exposed = || scrape(dev).contains(metric).then_some(());
    wait_for(is_exposed, || format!("{metric}: {}", scrape(dev)));
}

/// What the probe writes for `node_exporter`.
fn probe(dev: &Dev) -> String {
    let file = dev.folder.join("coach_probe.prom");
    let output = operator(&dev.folder)
        .args(["probe", &dev.base, "--metrics"])
        .arg(&file)
        .env("COACH_PROBE_TOKEN", dev.token())
        .output();
    assert!(output.expect("it runs").status.code().is_some());
    fs::read_to_string(file).expect("metrics")
}

/// What a gateway with a replica exposes.
fn scrape_with_replica(folder: &Path) -> String {
    let runtime = Runtime::new().expect("a runtime");
    let (primary, standby) = runtime.block_on(async {
        let primary = Server::create(&folder.join("primary")).await;
        let standby = primary.standby(&folder.join("standby")).await;
        (primary, standby)
    });
    let port = port();
    let with_settings = || {
        let mut command = command(folder, port);
        command
            .env("COACH_DATABASE_URL", primary.url("postgres"))
            .env("COACH_DATABASE_READ_URL", standby.url("postgres"))
            .env("COACH_AUTH_LOCAL", "yes")
            // It is for other databases than that of `coach dev` to obey.
            .env_remove("PGOPTIONS");
        command
    };
    let mut migrate = with_settings();
    migrate.arg("migrate");
    let (status, output) = run(migrate);
    assert!(status.success(), "{output}");
    let mut serve = with_settings().arg("serve").spawn().expect("it starts");
    let scrape = || {
        let answer = reqwest::blocking::get(format!("http://127.0.0.1:{port}/metrics"));
        answer.and_then(reqwest::blocking::Response::text).ok()
    };
    let scraped = wait_for(
        || scrape().filter(|scraped| scraped.contains("coach_replica_lag_seconds_bucket")),
        || format!("the standby is followed: {:?}", scrape()),
    );
    serve.kill().expect("it runs");
    serve.wait().expect("it ends");
    scraped
}

#[test]
fn every_metric_that_a_dashboard_or_an_alert_names_is_exposed() {
    let _lock = share_machine();
    let (first, second) = (folder(), folder());
    let dev = Dev::start(&first, port());
    let scrapes = [
        scrape_gateway(&dev),
        probe(&dev),
        scrape_with_replica(&second),
    ];
    let exposed: BTreeSet<_> = scrapes
        .iter()
        .flat_map(|scraped| exposed(scraped))
        .chain(ELSEWHERE)
        .collect();
    let mut count = 0;
    for folder in ["grafana/dashboards", "prometheus/rules"] {
        for file in fs::read_dir(Path::new(MONITORING).join(folder)).expect("a folder") {
            let path = file.expect("a file").path();
            let text = fs::read_to_string(&path).expect("text");
            let named = names(&text);
            count += named.len();
            let missing: Vec<_> = named.difference(&exposed).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", path.display());
        }
    }
    assert!(count > 50, "{count}");
}
