//! The servers that `coach-bench peers` compares.

mod node;

pub(crate) use node::{Node, install};

use sea_orm::ConnectionTrait as _;

use self::node::NodePeer;
use crate::{cli::RustPeer, environment::Environment, gateway, peer_server, service::Service};

/// Our own.
pub(crate) const GATEWAY: &str = "gateway";
/// The gateway without GraphQL.
pub(crate) const BARE: &str = "bare server";
/// Seven statements by hand.
pub(crate) const PLAIN: &str = "axum, seven statements";
/// One statement.
pub(crate) const JSON: &str = "axum, one json_agg";
/// Mercurius with the catalogue in memory.
pub(crate) const MERCURIUS: &str = "Mercurius";
/// Mercurius with all from Postgres.
pub(crate) const MERCURIUS_POSTGRES: &str = "Mercurius, all from Postgres";
/// Apollo Server with the catalogue in memory.
pub(crate) const APOLLO: &str = "Apollo Server";
/// Apollo Server with all from Postgres.
pub(crate) const APOLLO_POSTGRES: &str = "Apollo Server, all from Postgres";
/// `PostGraphile`.
pub(crate) const POSTGRAPHILE: &str = "PostGraphile, all from Postgres";

/// A server to compare.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// The name in tables.
    pub(crate) name: &'static str,
    program: Program,
}

#[derive(Clone, Copy, Debug)]
enum Program {
    Gateway,
    Rust(RustPeer),
    Node(NodePeer),
}

const fn rust(name: &'static str, peer: RustPeer) -> Peer {
    Peer {
        name,
        program: Program::Rust(peer),
    }
}

const fn node(name: &'static str, peer: NodePeer) -> Peer {
    Peer {
        name,
        program: Program::Node(peer),
    }
}

/// All of them. The gateway is the first.
pub(crate) const PEERS: [Peer; 13] = [
    Peer {
        name: GATEWAY,
        program: Program::Gateway,
    },
    rust(BARE, RustPeer::Bare),
    rust(PLAIN, RustPeer::Plain),
    rust(JSON, RustPeer::Json),
    rust("async-graphql, DataLoader", RustPeer::Stock),
    node(MERCURIUS, NodePeer::in_memory("mercurius")),
    node("GraphQL Yoga", NodePeer::in_memory("yoga")),
    node(APOLLO, NodePeer::in_memory("apollo")),
    rust("axum, one json_agg, all from Postgres", RustPeer::Views),
    node(MERCURIUS_POSTGRES, NodePeer::in_postgres("mercurius")),
    node(
        "GraphQL Yoga, all from Postgres",
        NodePeer::in_postgres("yoga"),
    ),
    node(APOLLO_POSTGRES, NodePeer::in_postgres("apollo")),
    node(POSTGRAPHILE, NodePeer::in_postgres("postgraphile")),
];

/// Creates the views that some of them read, in a schema of their own.
pub(crate) async fn create_views(environment: &Environment) -> anyhow::Result<()> {
    let sql = include_str!("../../peers/views.sql");
    environment.pool.execute_unprepared(sql).await?;
    // The script has changed settings of the connection.
    environment.pool.execute_unprepared("RESET ALL").await?;
    Ok(())
}

impl Peer {
    /// Whether it is one of the given names, ignoring case; parts of names are enough. The gateway always is.
    pub(crate) fn is_selected(&self, names: &[String]) -> bool {
        let own = self.name.to_lowercase();
        self.name == GATEWAY
            || names.is_empty()
            || names.iter().any(|name| own.contains(&name.to_lowercase()))
    }

    /// Starts the server.
    pub(crate) async fn start(
        &self,
        environment: &Environment,
        node: &Node,
    ) -> anyhow::Result<Service> {
        match self.program {
            Program::Gateway => gateway::start(self.name, "serve", environment, &[]).await,
            Program::Rust(peer) => peer_server::start(self.name, peer, environment).await,
            Program::Node(peer) => node.start(self.name, peer, environment).await,
        }
    }
}
