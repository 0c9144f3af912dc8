//! What the verbs of the command line do.

mod answers;
mod backlog;
mod dev;
mod memory;
mod peer;
mod queue;
mod rehearse_live;
mod run;
mod status;
mod telemetry;
mod webhooks;

use anyhow::ensure;

use crate::{
    cli::{Cli, Common, Verb},
    dataset, install,
    operation::{Content, Operation, Prepared, TODAY},
    report::Heading,
    stage::Stage,
};

/// The most members whose requests are sent, each once before the load: enough that none is asked for twice soon.
const MOST_MEMBERS: u32 = 10_000;

/// Whether what was promised holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Kept,
    Broken,
}

impl Verdict {
    fn of(kept: bool) -> Self {
        if kept { Self::Kept } else { Self::Broken }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "BROKEN",
        }
    }
}

/// Does what was asked for.
pub(crate) async fn run(cli: &Cli) -> anyhow::Result<Verdict> {
    let common = &cli.common;
    match &cli.verb {
        Verb::Run(options) => run::run(common, options).await,
        Verb::Telemetry(options) => telemetry::run(common, *options).await,
        Verb::Memory => memory::run(common).await,
        Verb::Peer(options) => peer::run(common, *options).await,
        Verb::Queue(options) => queue::run(common, *options).await,
        Verb::Backlog(options) => backlog::run(common, *options).await,
        Verb::Answers(options) => answers::run(common, *options).await,
        Verb::RehearseLive(options) => rehearse_live::run(common, *options).await,
        Verb::Status(options) => status::run(common, *options).await,
        Verb::Webhooks(options) => webhooks::run(common, *options).await,
        Verb::Dev => dev::run(common).await,
        Verb::Work(options) => {
            crate::work::serve(options).await?;
            Ok(Verdict::Kept)
        }
        Verb::ServePeer(options) => {
            crate::peer::serve(options).await?;
            Ok(Verdict::Kept)
        }
    }
}

/// What every verb needs before it starts a server.
struct Scene {
    stage: Stage,
    heading: Heading,
    content: Content,
    /// Members whose Today answers.
    subjects: Vec<String>,
}

impl Scene {
    async fn set(verb: &'static str, common: &Common) -> anyhow::Result<Self> {
        // First of all: without a load generator the rest would be for nothing.
        let wrk = install::WRK.find()?;
        let stage = Stage::set(common).await?;
        let heading = Heading::new(verb, common, &stage, &wrk).await?;
        let subjects = dataset::driven(&stage.pool, MOST_MEMBERS).await?;
        ensure!(
            !subjects.is_empty(),
            "no member of the data set has a Today"
        );
        Ok(Self {
            content: Content::load(&stage.pool).await?,
            heading,
            subjects,
            stage,
        })
    }

    async fn prepare(&self, operation: &Operation) -> anyhow::Result<Prepared> {
        Prepared::new(operation, &self.stage, &self.content, &self.subjects).await
    }

    async fn prepare_today(&self) -> anyhow::Result<Prepared> {
        self.prepare(&TODAY).await
    }

    /// Prints a table, and saves it where that was asked for.
    fn publish(&self, common: &Common, body: &str) -> anyhow::Result<()> {
        self.heading.publish(common, body)
    }
}
