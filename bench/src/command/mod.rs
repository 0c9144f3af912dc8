//! The subcommands.

mod answers;
mod backlog;
mod bare_server;
mod dev;
mod growth;
mod memory;
mod peers;
mod queue;
mod rehearse_live;
mod run;
mod status;
mod telemetry;
mod webhooks;

use anyhow::ensure;

use crate::{
    cli::{Cli, Common, Verb},
    dataset,
    environment::Environment,
    install,
    operation::{Content, Operation, Prepared, TODAY},
    report::Heading,
};

/// The maximum number of members whose requests are sent. Each is sent once before the load. The number is large enough
/// that requests of the same member are far apart.
const MAX_MEMBERS: u32 = 10_000;

/// Runs the subcommand, and returns whether the limits were kept. The process fails if they were not.
pub(crate) async fn run(cli: &Cli) -> anyhow::Result<bool> {
    let common = &cli.common;
    match &cli.verb {
        Verb::Run(options) => run::run(common, options).await,
        Verb::Telemetry(options) => telemetry::run(common, *options).await,
        Verb::Growth(options) => growth::run(common, options).await,
        Verb::Memory => memory::run(common).await,
        Verb::BareServer(options) => bare_server::run(common, *options).await,
        Verb::Peers(options) => peers::run(common, options).await,
        Verb::Queue(options) => queue::run(common, *options).await,
        Verb::Backlog(options) => backlog::run(common, *options).await,
        Verb::Answers(options) => answers::run(common, *options).await,
        Verb::RehearseLive(options) => rehearse_live::run(common, *options).await,
        Verb::Status(options) => status::run(common, *options).await,
        Verb::Webhooks(options) => webhooks::run(common, *options).await,
        Verb::Dev => dev::run(common).await,
        Verb::Work(options) => crate::pipeline::run_process(options).await.map(|()| true),
        Verb::ServePeer(options) => crate::peer_server::serve(options).await.map(|()| true),
    }
}

/// Starts what measurements need that do not depend on members: an environment with a minimal data set, whose database
/// is a copy that they may modify, and a heading.
async fn start_minimal(
    verb: &'static str,
    common: &Common,
    programs: &str,
) -> anyhow::Result<(Environment, Heading)> {
    let common = common.with_minimal_data_set();
    let mut environment = Environment::start(&common).await?;
    environment.database_url = environment.copy(verb).await?;
    let heading = Heading::new(verb, &common, &environment, programs).await?;
    Ok((environment, heading))
}

/// What most subcommands need before they start a server.
struct Setup {
    environment: Environment,
    heading: Heading,
    content: Content,
    /// The subjects of members whose Today has a result.
    subjects: Vec<String>,
}

impl Setup {
    async fn new(verb: &'static str, common: &Common) -> anyhow::Result<Self> {
        Self::with_programs(verb, common, &[]).await
    }

    /// For measurements that use other programs too, which the heading names.
    async fn with_programs(
        verb: &'static str,
        common: &Common,
        others: &[String],
    ) -> anyhow::Result<Self> {
        // First, because without a load generator the rest would be in vain.
        let wrk = install::WRK.find_or_install()?;
        let environment = Environment::start(common).await?;
        let programs = [&[wrk], others].concat().join(", ");
        let heading = Heading::new(verb, common, &environment, &programs).await?;
        Self::of(environment, heading).await
    }

    /// The same for an environment that has been started.
    async fn of(environment: Environment, heading: Heading) -> anyhow::Result<Self> {
        let subjects = dataset::active_subjects(&environment.pool, MAX_MEMBERS).await?;
        ensure!(
            !subjects.is_empty(),
            "no member of the data set has a Today"
        );
        Ok(Self {
            content: Content::load(&environment.pool).await?,
            heading,
            subjects,
            environment,
        })
    }

    async fn prepare(&self, operation: &Operation) -> anyhow::Result<Prepared> {
        Prepared::new(operation, &self.environment, &self.content, &self.subjects).await
    }

    async fn prepare_today(&self) -> anyhow::Result<Prepared> {
        self.prepare(&TODAY).await
    }
}
