//! From few members to many.

use super::{
    description,
    turns::{self, Case, HEADS},
};
use crate::{
    cli::{Common, GrowthOptions},
    command::Setup,
    dataset::{self, DataSet},
    environment::Environment,
    format::{count, kept_or_broken, ratio},
    gateway, install, log_progress,
    measure::Installation,
    operation::{
        self, CHECK_IN_HISTORY, CYCLE_CALENDAR, Operation, Prepared, RECIPE_SEARCH, TODAY,
        mix::{self, Part},
    },
    report::{self, Heading, table::Table},
    service::Service,
    statistics::float,
};

const VERB: &str = "growth-members";

/// The maximum ratio of the medians of Today, from the fewest members to the most.
const MAX_RATIO: f64 = 1.3;

const OPERATIONS: [Operation; 4] = [TODAY, CYCLE_CALENDAR, RECIPE_SEARCH, CHECK_IN_HISTORY];

/// A number of members, with a gateway of its own.
struct Size {
    members: u32,
    // Dropped before Postgres.
    gateway: Service,
    setup: Setup,
}

/// The ratio of medians from the fewest members to the most.
struct Growth {
    name: &'static str,
    connections: u32,
    p50: [f64; 2],
}

impl Growth {
    fn ratio(&self) -> f64 {
        self.p50[1] / self.p50[0]
    }
}

pub(super) async fn run(common: &Common, options: &GrowthOptions) -> anyhow::Result<bool> {
    let wrk = install::WRK.find_or_install()?;
    let shared_buffers = options
        .shared_buffers
        .unwrap_or_else(default_shared_buffers);
    let sizes = start(common, options, shared_buffers, &wrk).await?;
    let mut table = Table::new(&format!("operation | members | connections | {HEADS}"));
    let (mut growths, mut failed) = (Vec::new(), 0);
    let names = OPERATIONS.map(|operation| operation.name);
    for (index, name) in names.into_iter().chain([Part::All.name()]).enumerate() {
        log_progress(name);
        let mut prepared = Vec::new();
        for size in &sizes {
            prepared.push(size.prepare(OPERATIONS.get(index)).await?);
        }
        let cases: Vec<_> = sizes.iter().zip(&prepared).map(case).collect();
        for &connections in &options.connections {
            let medians = turns::measure(&cases, connections, options).await?;
            for (case, medians) in cases.iter().zip(&medians) {
                failed += medians.failed;
                let cells = medians.cells(case.statements);
                let labels = [
                    name.to_owned(),
                    case.labels[0].clone(),
                    connections.to_string(),
                ];
                table.row(labels.into_iter().chain(cells));
            }
            if let [first, .., last] = medians.as_slice() {
                let p50 = [first.p50, last.p50];
                growths.push(Growth {
                    name,
                    connections,
                    p50,
                });
            }
        }
    }
    let mut todays = growths.iter().filter(|it| it.name == TODAY.name);
    let is_within = todays.all(|growth| growth.ratio() <= MAX_RATIO);
    let body = format!(
        "{} Each size has its own gateway; Postgres has {shared_buffers} MB of shared buffers. Workouts and meals are kept \
         of the last {} cycles of each member; all else is complete.\n\n{}\n{}\n{}\n- failed: {failed}\n\
         - Today at most {MAX_RATIO} times as long: {}\n",
        description(options),
        options.history_cycles,
        sizes_table(&sizes).await?,
        table.markdown(),
        growth_table(&growths),
        kept_or_broken(is_within)
    );
    if let Some(size) = sizes.last() {
        size.setup.heading.publish(&body)?;
    }
    Ok(is_within && failed == 0)
}

/// A quarter of the machine's memory in megabytes, as Postgres' manual advises.
fn default_shared_buffers() -> u32 {
    let quarter = report::memory().map(|bytes| bytes / 4 / 1_000_000);
    quarter
        .and_then(|megabytes| megabytes.try_into().ok())
        .unwrap_or(128)
}

/// Starts a gateway for each size, the smallest first, all on one Postgres.
async fn start(
    common: &Common,
    options: &GrowthOptions,
    shared_buffers: u32,
    wrk: &str,
) -> anyhow::Result<Vec<Size>> {
    let mut numbers = options.sizes.clone();
    numbers.sort_unstable();
    numbers.dedup();
    let mut sizes: Vec<Size> = Vec::new();
    for members in numbers {
        let data_set = DataSet {
            members,
            history_cycles: Some(options.history_cycles),
        };
        let environment = if let Some(first) = sizes.first() {
            first.setup.environment.with_data_set(data_set).await?
        } else {
            Environment::start_with(common, common.home()?, shared_buffers, data_set).await?
        };
        let data = format!("{} members", count(members.into()));
        let heading = Heading::with_data(VERB, common, &environment, wrk, &data).await?;
        let setup = Setup::of(environment, heading).await?;
        let gateway = gateway::start("gateway", "serve", &setup.environment, &[]).await?;
        sizes.push(Size {
            members,
            gateway,
            setup,
        });
    }
    Ok(sizes)
}

impl Size {
    /// Prepares an operation, or a day's mix, and sends each request once.
    async fn prepare(
        &self,
        operation: Option<&Operation>,
    ) -> anyhow::Result<(Prepared, Option<f64>)> {
        let Setup {
            environment,
            content,
            subjects,
            ..
        } = &self.setup;
        let Some(operation) = operation else {
            return mix::prepare(Part::All, environment, content, subjects, &self.gateway).await;
        };
        let prepared = self.setup.prepare(operation).await?;
        let statements = operation::check(operation, &prepared, &self.gateway).await?;
        Ok((prepared, statements))
    }
}

fn case<'a>((size, (prepared, statements)): (&'a Size, &'a (Prepared, Option<f64>))) -> Case<'a> {
    let postgres = size.setup.environment.postgres;
    Case {
        labels: vec![count(size.members.into())],
        installation: Installation::single(&size.gateway, postgres),
        prepared,
        statements: *statements,
    }
}

async fn sizes_table(sizes: &[Size]) -> anyhow::Result<String> {
    let mut table = Table::new("members | rows | GB on disk | members whose requests are sent");
    for size in sizes {
        let pool = &size.setup.environment.pool;
        table.row([
            count(size.members.into()),
            count(dataset::rows(pool).await?),
            format!("{:.2}", float(dataset::bytes(pool).await?) / 1e9),
            count(size.setup.subjects.len() as u64),
        ]);
    }
    Ok(table.markdown())
}

fn growth_table(growths: &[Growth]) -> String {
    let mut table =
        Table::new("operation | connections | p50 ms, fewest members | p50 ms, most | ratio");
    for growth in growths {
        let [first, last] = growth.p50;
        table.row([
            growth.name.to_owned(),
            growth.connections.to_string(),
            format!("{first:.2}"),
            format!("{last:.2}"),
            ratio(growth.ratio()),
        ]);
    }
    table.markdown()
}
