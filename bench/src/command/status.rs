//! `coach-bench status`: compares the gateway and nginx as servers of the status file.

use std::{fs, path::Path};

use super::start_minimal;
use crate::{
    cli::{Common, PairOptions},
    comparison::Comparison,
    environment::create_empty_folder,
    format::{kept_or_broken, spread},
    gateway, install,
    load::Load,
    nginx,
    rehearsal::announce_tomorrow,
    service::{self, Service},
};

const VERB: &str = "status";

/// The minimum ratio of the throughputs, gateway to nginx.
const MIN_RATIO: f64 = 0.5;

pub(super) async fn run(common: &Common, options: PairOptions) -> anyhow::Result<bool> {
    let wrk = install::WRK.find_or_install()?;
    let nginx = install::NGINX.find_or_install()?;
    let programs = format!("{nginx}, {wrk}");
    let (environment, heading) = start_minimal(VERB, common, &programs).await?;
    let objects = environment.home.join("status-objects");
    create_empty_folder(&objects)?;
    let settings = [("COACH_OBJECTS", objects.display().to_string())];
    let worker = gateway::start("worker", "serve --with-workers", &environment, &settings).await?;
    announce_tomorrow(&environment, &worker, &objects.join("live/status.json")).await?;
    drop(worker);
    let gateway = gateway::start("gateway", "serve", &environment, &settings).await?;
    let nginx = start_nginx(&objects, &environment.home).await?;
    let requests = environment.home.join("status.requests");
    fs::write(&requests, "\t\t\n")?;
    let load = Load {
        path: "/live/status.json",
        requests: &requests,
        connections: options.connections,
    };
    let comparison =
        Comparison::run([&nginx, &gateway], environment.postgres, load, options).await?;
    let kept = comparison.throughput.median >= MIN_RATIO && comparison.failed == 0;
    let body = format!(
        "GET /live/status.json at {} connections, {} s each, in turn; wrk on the same cores.\n\n{}\n\
         - gateway/nginx: {}\n- failed: {}\n- at least {MIN_RATIO}: {}\n",
        options.connections,
        options.seconds,
        comparison.table,
        spread(&comparison.throughput),
        comparison.failed,
        kept_or_broken(kept)
    );
    heading.publish(&body)?;
    Ok(kept)
}

/// Starts nginx on the same folder, with a usual configuration for static files.
async fn start_nginx(objects: &Path, home: &Path) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let http = format!(
        "    types {{ application/json json; }}
    sendfile on;
    tcp_nopush on;
    server {{
        listen {address} backlog=4096;
        root {objects};
        location = /health/ready {{ return 200; }}
        location = /live/status.json {{
            add_header Cache-Control 'public, max-age=2';
            add_header Access-Control-Allow-Origin '*';
        }}
    }}",
        objects = objects.display()
    );
    nginx::start("nginx", address, home, "auto", &http).await
}
