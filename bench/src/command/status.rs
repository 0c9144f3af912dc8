//! `coach-bench status`: the status file from the gateway, and from nginx.

use std::{fs, path::Path, process::Command};

use anyhow::Context as _;
use chrono::TimeDelta;
use coach_domain::live::FileState;

use super::Verdict;
use crate::{
    cli::{Common, PairOptions},
    gateway, install,
    load::{Figures, Load},
    process,
    rehearsal::{announce, written},
    report::{Heading, ratio, spread, table::Table, whole},
    say,
    service::{self, Service},
    stage::Stage,
    statistics::Spread,
};

const VERB: &str = "status";

/// What the gateway answers at the least, for each answer of nginx.
const LEAST: f64 = 0.5;

/// Before the first pair, each server for so many seconds.
const WARM_UP: u32 = 2;

/// One run of a server.
#[derive(Clone, Copy, Debug)]
struct Run {
    figures: Figures,
    /// Of a core.
    cpu: f64,
}

pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<Verdict> {
    let wrk = install::WRK.find()?;
    let nginx = install::NGINX.find()?;
    let common = common.without_load();
    let mut stage = Stage::set(&common).await?;
    stage.database_url = stage.copy("status").await?;
    let heading = Heading::new(VERB, &common, &stage, &format!("{nginx}, {wrk}")).await?;
    let objects = stage.home.join("status-objects");
    let _ = fs::remove_dir_all(&objects);
    fs::create_dir_all(&objects)?;
    let set = [("COACH_OBJECTS", objects.display().to_string())];
    let file = objects.join("live/status.json");
    let worker = gateway::start_with_workers("worker", &stage, &set).await?;
    announce(&stage, &worker, "tomorrow", TimeDelta::days(1)).await?;
    written(file, "tomorrow".to_owned(), FileState::Scheduled).await?;
    drop(worker);
    let gateway = gateway::start("gateway", &stage, &set).await?;
    let nginx = serve(&objects, &stage.home).await?;
    let requests = stage.home.join("status.requests");
    fs::write(&requests, "\t\t\n")?;
    let run = async |service: &Service, seconds: u32| {
        let before = process::cpu_of_family(service.pid())?;
        let load = Load {
            url: &service.url("/live/status.json"),
            requests: &requests,
            connections: options.connections,
            seconds,
        };
        let figures = load.drive().await?;
        let cpu = process::cpu_of_family(service.pid())?.saturating_sub(before);
        let cpu = cpu.as_secs_f64() / f64::from(seconds);
        anyhow::Ok(Run { figures, cpu })
    };
    for service in [&gateway, &nginx] {
        run(service, WARM_UP).await?;
    }
    let mut table = Table::new([
        "pair",
        "gateway/s",
        "nginx/s",
        "ratio",
        "gateway, cores",
        "nginx, cores",
    ]);
    let mut ratios = Vec::new();
    let mut failed = 0;
    for number in 1..=options.pairs {
        let (ours, theirs) = if number % 2 == 1 {
            let ours = run(&gateway, options.seconds).await?;
            (ours, run(&nginx, options.seconds).await?)
        } else {
            let theirs = run(&nginx, options.seconds).await?;
            (run(&gateway, options.seconds).await?, theirs)
        };
        failed += ours.figures.failed + theirs.figures.failed;
        let part = ours.figures.throughput() / theirs.figures.throughput();
        say(&format!(
            "  pair {number} of {}: {}",
            options.pairs,
            ratio(part)
        ));
        ratios.push(part);
        table.row([
            number.to_string(),
            whole(ours.figures.throughput()),
            whole(theirs.figures.throughput()),
            ratio(part),
            ratio(ours.cpu),
            ratio(theirs.cpu),
        ]);
    }
    let spread_of = Spread::of(ratios).context("no pair")?;
    let verdict = Verdict::of(spread_of.median >= LEAST && failed == 0);
    let body = format!(
        "GET /live/status.json at {} connections, {} s each, in turn; wrk on the same cores.\n\n{}\n\
         - gateway/nginx: {}\n- failed: {failed}\n- at least {LEAST}: {}\n",
        options.connections,
        options.seconds,
        table.markdown(),
        spread(&spread_of),
        verdict.word()
    );
    heading.publish(&common, &body)?;
    Ok(verdict)
}

/// nginx over the same folder, as one configures it for files.
async fn serve(objects: &Path, home: &Path) -> anyhow::Result<Service> {
    let folder = home.join("nginx");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let address = service::free_address()?;
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let (base, objects) = (folder.display(), objects.display());
    let text = format!(
        "{user}
daemon off;
pid {base}/nginx.pid;
worker_processes auto;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {base}/body;
    proxy_temp_path {base}/proxy;
    fastcgi_temp_path {base}/fastcgi;
    uwsgi_temp_path {base}/uwsgi;
    scgi_temp_path {base}/scgi;
    types {{ application/json json; }}
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    server {{
        listen {address} backlog=4096;
        root {objects};
        location = /health/ready {{ return 200; }}
        location = /live/status.json {{
            add_header Cache-Control 'public, max-age=2';
            add_header Access-Control-Allow-Origin '*';
        }}
    }}
}}
"
    );
    let configuration = folder.join("nginx.conf");
    fs::write(&configuration, text)?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&folder).arg("-c").arg(&configuration);
    command.args(["-e", "stderr"]);
    Service::start("nginx", address, command, home).await
}
