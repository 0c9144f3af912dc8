//! `coach-bench status`: compares the gateway and nginx as servers of the status file.

use std::{fs, path::Path, process::Command};

use anyhow::Context as _;
use chrono::TimeDelta;
use coach_domain::live::FileState;

use super::BudgetCheck;
use crate::{
    cli::{Common, PairOptions},
    environment::Environment,
    format::{ratio, spread, whole},
    gateway, install,
    load::{Figures, Load},
    log_progress, process,
    rehearsal::{announce, wait_for_status_file},
    report::{Heading, table::Table},
    service::{self, Service},
    statistics::Spread,
};

const VERB: &str = "status";

/// The minimum ratio of the throughputs, gateway to nginx.
const MIN_RATIO: f64 = 0.5;

/// The warm-up of each server before the first pair, in seconds.
const WARM_UP: u32 = 2;

/// One run of a server.
#[derive(Clone, Copy, Debug)]
struct Run {
    figures: Figures,
    /// The CPU usage in cores.
    cpu: f64,
}

pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<BudgetCheck> {
    let wrk = install::WRK.find_or_install()?;
    let nginx = install::NGINX.find_or_install()?;
    let common = common.with_minimal_data_set();
    let mut environment = Environment::start(&common).await?;
    environment.database_url = environment.copy("status").await?;
    let heading = Heading::new(VERB, &common, &environment, &format!("{nginx}, {wrk}")).await?;
    let objects = environment.home.join("status-objects");
    let _ = fs::remove_dir_all(&objects);
    fs::create_dir_all(&objects)?;
    let settings = [("COACH_OBJECTS", objects.display().to_string())];
    let file = objects.join("live/status.json");
    let worker = gateway::start_with_workers("worker", &environment, &settings).await?;
    announce(&environment, &worker, "tomorrow", TimeDelta::days(1)).await?;
    wait_for_status_file(file, "tomorrow".to_owned(), FileState::Scheduled).await?;
    drop(worker);
    let gateway = gateway::start("gateway", &environment, &settings).await?;
    let nginx = start_nginx(&objects, &environment.home).await?;
    let requests = environment.home.join("status.requests");
    fs::write(&requests, "\t\t\n")?;
    let run = async |service: &Service, seconds: u32| {
        let before = process::cpu_with_children(service.pid())?;
        let load = Load {
            url: &service.url("/live/status.json"),
            requests: &requests,
            connections: options.connections,
            seconds,
        };
        let figures = load.drive().await?;
        let cpu = process::cpu_with_children(service.pid())?.saturating_sub(before);
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
        let (gateway_run, nginx_run) = if number % 2 == 1 {
            let gateway_run = run(&gateway, options.seconds).await?;
            (gateway_run, run(&nginx, options.seconds).await?)
        } else {
            let nginx_run = run(&nginx, options.seconds).await?;
            (run(&gateway, options.seconds).await?, nginx_run)
        };
        failed += gateway_run.figures.failed + nginx_run.figures.failed;
        let throughput_ratio = gateway_run.figures.throughput() / nginx_run.figures.throughput();
        log_progress(&format!(
            "  pair {number} of {}: {}",
            options.pairs,
            ratio(throughput_ratio)
        ));
        ratios.push(throughput_ratio);
        table.row([
            number.to_string(),
            whole(gateway_run.figures.throughput()),
            whole(nginx_run.figures.throughput()),
            ratio(throughput_ratio),
            ratio(gateway_run.cpu),
            ratio(nginx_run.cpu),
        ]);
    }
    let summary = Spread::of(ratios).context("no pair")?;
    let check_result = BudgetCheck::of(summary.median >= MIN_RATIO && failed == 0);
    let body = format!(
        "GET /live/status.json at {} connections, {} s each, in turn; wrk on the same cores.\n\n{}\n\
         - gateway/nginx: {}\n- failed: {failed}\n- at least {MIN_RATIO}: {}\n",
        options.connections,
        options.seconds,
        table.markdown(),
        spread(&summary),
        check_result.word()
    );
    heading.publish(&common, &body)?;
    Ok(check_result)
}

/// Starts nginx on the same folder, with a usual configuration for static files.
async fn start_nginx(objects: &Path, home: &Path) -> anyhow::Result<Service> {
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
    let nginx_conf = format!(
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
    fs::write(&configuration, nginx_conf)?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&folder).arg("-c").arg(&configuration);
    command.args(["-e", "stderr"]);
    Service::start("nginx", address, command, home).await
}
