//! From one gateway to several behind nginx.

use std::fmt::Write as _;

use super::{
    description,
    turns::{self, Case, HEADS},
};
use crate::{
    cli::{Common, GrowthOptions},
    command::Setup,
    gateway, install, log_progress,
    measure::Installation,
    nginx,
    operation::{self, Operation, RECIPE_SEARCH, TODAY},
    report::table::Table,
    service::{self, Service},
};

const VERB: &str = "growth-gateways";

const OPERATIONS: [Operation; 2] = [TODAY, RECIPE_SEARCH];

/// The names of the gateways, and of nginx in front of so many.
const NAMES: [(&str, &str); 8] = [
    ("gateway 1", "nginx 1"),
    ("gateway 2", "nginx 2"),
    ("gateway 3", "nginx 3"),
    ("gateway 4", "nginx 4"),
    ("gateway 5", "nginx 5"),
    ("gateway 6", "nginx 6"),
    ("gateway 7", "nginx 7"),
    ("gateway 8", "nginx 8"),
];

pub(super) async fn run(common: &Common, options: &GrowthOptions) -> anyhow::Result<bool> {
    install::NGINX.find_or_install()?;
    let setup = Setup::new(VERB, common).await?;
    let names = &NAMES[..options.gateways.into()];
    let (mut gateways, mut entries) = (Vec::new(), Vec::new());
    for (name, _) in names {
        gateways.push(gateway::start(name, "serve", &setup.environment, &[]).await?);
    }
    for (index, (_, name)) in names.iter().enumerate() {
        let entry = start_nginx(name, &gateways[..=index], &setup);
        entries.push(entry.await?);
    }
    let mut table = Table::new(&format!("operation | gateways | connections | {HEADS}"));
    let mut failed = 0;
    for operation in OPERATIONS {
        log_progress(operation.name);
        let prepared = setup.prepare(&operation).await?;
        let mut statements = None;
        // Every gateway is warm then.
        for gateway in &gateways {
            statements = operation::check(&operation, &prepared, gateway).await?;
        }
        let case = |label: String, entry, behind: &[_]| Case {
            labels: vec![label],
            installation: Installation {
                entry,
                gateways: behind.to_vec(),
                postgres: setup.environment.postgres,
                standby: None,
            },
            prepared: &prepared,
            statements,
        };
        let all: Vec<_> = gateways.iter().collect();
        let mut cases = vec![case("1, without nginx".to_owned(), all[0], &all[..1])];
        for (index, entry) in entries.iter().enumerate() {
            cases.push(case((index + 1).to_string(), entry, &all[..=index]));
        }
        for &connections in &options.connections {
            let medians = turns::measure(&cases, connections, options).await?;
            for (case, medians) in cases.iter().zip(&medians) {
                failed += medians.failed;
                let labels = [
                    operation.name.to_owned(),
                    case.labels[0].clone(),
                    connections.to_string(),
                ];
                table.row(labels.into_iter().chain(medians.cells(case.statements)));
            }
        }
    }
    let body = format!(
        "{} nginx is not part of the CPU times. With as many cores as here, more gateways only show that they do not \
         disturb each other.\n\n{}\n- failed: {failed}\n",
        description(options),
        table.markdown()
    );
    setup.heading.publish(&body)?;
    Ok(failed == 0)
}

/// Starts nginx in front of these gateways, with connections that are kept open.
async fn start_nginx(
    name: &'static str,
    gateways: &[Service],
    setup: &Setup,
) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let mut servers = String::new();
    for gateway in gateways {
        write!(servers, "server {}; ", gateway.address)?;
    }
    let http = format!(
        "    upstream gateways {{ {servers} keepalive 64; keepalive_requests 1000000000; }}
    server {{
        listen {address} backlog=4096;
        location / {{
            proxy_pass http://gateways;
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            proxy_set_header Host $host;
        }}
    }}"
    );
    nginx::start(name, address, &setup.environment.home, "1", &http).await
}
