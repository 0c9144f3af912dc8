//! From short lists to long ones.

use anyhow::ensure;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::Client;
use serde_json::{Value, json};

use super::{
    description,
    turns::{self, Case, HEADS},
};
use crate::{
    cli::{Common, GrowthOptions},
    command::Setup,
    dataset::{lists, recipes},
    environment::Environment,
    format::count,
    gateway, log_progress,
    measure::Installation,
    operation::{CHECK_IN_HISTORY, Operation, Prepared, Request, check_each},
    report::table::Table,
    service::Service,
};

const VERB: &str = "growth-lists";

/// The most items of a page, by the schema's `@constraint` of `first`.
const MAX_PAGE: u32 = 100;

/// Members with lists of each length.
const MEMBERS: usize = 200;

/// Concurrent requests for cursors.
const MAX_CONCURRENCY: usize = 8;

const FAVOURITES: &str = "query Favourites($first: Int!, $after: String) {
  me {
    id
    list: favouriteRecipes(first: $first, after: $after) {
      edges { cursor node { id title summary minutes image { url } isFavourite } }
      pageInfo { hasNextPage endCursor }
    }
  }
}";

/// A list, with its query.
struct List {
    name: &'static str,
    text: String,
    /// The field of the member.
    field: &'static str,
    /// Its first item.
    operation: Operation,
}

fn all_lists() -> anyhow::Result<[List; 2]> {
    Ok([
        List {
            name: "favourites",
            text: FAVOURITES.to_owned(),
            field: "list",
            operation: Operation::new(
                "Favourites",
                |_, _| Value::Null,
                "/data/me/list/edges/0/node/id",
            ),
        },
        List {
            name: "check-ins",
            text: CHECK_IN_HISTORY.text()?,
            field: "checkIns",
            operation: Operation::new(
                "CheckInHistory",
                |_, _| Value::Null,
                "/data/me/checkIns/edges/0/node/id",
            ),
        },
    ])
}

pub(super) async fn run(common: &Common, options: &GrowthOptions) -> anyhow::Result<bool> {
    let original = Setup::new(VERB, common).await?;
    let needed = MEMBERS * options.lengths.len();
    ensure!(
        original.subjects.len() >= needed,
        "{needed} members are needed, and {} have a Today: more --members",
        original.subjects.len()
    );
    let environment = original.environment.copied("bench_lists").await?;
    let groups = original.subjects.chunks(MEMBERS).zip(&options.lengths);
    extend(&environment, groups.clone(), &options.lengths).await?;
    let gateway = gateway::start("gateway", "serve", &environment, &[]).await?;
    let mut table = Table::new(&format!(
        "list | length | first | page | connections | {HEADS}"
    ));
    let mut failed = 0;
    for list in all_lists()? {
        log_progress(list.name);
        let mut pages = Vec::new();
        for (subjects, &length) in groups.clone() {
            let first = length.min(MAX_PAGE);
            let mut numbers = vec![1, length / first];
            numbers.dedup();
            for number in numbers {
                let page = Page { first, number };
                let prepared = page.prepare(&list, &environment, &gateway, subjects);
                pages.push((length, page, prepared.await?));
            }
        }
        let cases = pages.iter();
        let cases = cases.map(|(length, page, (prepared, statements))| Case {
            labels: vec![
                count((*length).into()),
                page.first.to_string(),
                page.number.to_string(),
            ],
            installation: Installation::single(&gateway, environment.postgres),
            prepared,
            statements: *statements,
        });
        let cases: Vec<_> = cases.collect();
        for &connections in &options.connections {
            let medians = turns::measure(&cases, connections, options).await?;
            for (case, medians) in cases.iter().zip(&medians) {
                failed += medians.failed;
                let labels = [list.name.to_owned()]
                    .into_iter()
                    .chain(case.labels.clone());
                let labels = labels.chain([connections.to_string()]);
                table.row(labels.chain(medians.cells(case.statements)));
            }
        }
    }
    let body = format!(
        "{} {MEMBERS} members have lists of each length. The schema allows {MAX_PAGE} items for each page at most, so of \
         longer lists the first page and the last one are read.\n\n{}\n- failed: {failed}\n",
        description(options),
        table.markdown()
    );
    original.heading.publish(&body)?;
    Ok(failed == 0)
}

/// Gives the members of each group lists of its length.
async fn extend<'a>(
    environment: &Environment,
    groups: impl Iterator<Item = (&'a [String], &'a u32)>,
    lengths: &[u32],
) -> anyhow::Result<()> {
    let pool = &environment.pool;
    recipes::extend(pool, lengths.iter().copied().max().unwrap_or_default()).await?;
    for (subjects, &length) in groups {
        lists::extend(pool, subjects, length).await?;
    }
    Ok(())
}

/// A page of a list.
#[derive(Clone, Copy)]
struct Page {
    /// The number of items.
    first: u32,
    /// From 1 on.
    number: u32,
}

impl Page {
    /// Prepares a request of each member for this page, and sends each once. Also returns the number of SQL statements per
    /// request.
    async fn prepare(
        self,
        list: &List,
        environment: &Environment,
        gateway: &Service,
        subjects: &[String],
    ) -> anyhow::Result<(Prepared, Option<f64>)> {
        let (client, url) = (Client::new(), gateway.url("/graphql"));
        let (client, url) = (&client, url.as_str());
        let requests = subjects.iter().map(|subject| async move {
            let request = |after: &Value| {
                let variables = json!({ "first": self.first, "after": after });
                Request::new(environment, subject, &list.text, &variables)
            };
            let mut after = Value::Null;
            for _ in 1..self.number {
                let response = request(&after)?.send(client, url, false).await?;
                let mut answer: Value = response.json().await?;
                let page = &mut answer["data"]["me"][list.field]["pageInfo"];
                ensure!(page["hasNextPage"] == true, "a list is too short");
                after = page["endCursor"].take();
            }
            request(&after)
        });
        let requests: Vec<_> = stream::iter(requests)
            .buffered(MAX_CONCURRENCY)
            .try_collect()
            .await?;
        let each = requests.iter().map(|request| (&list.operation, request));
        let statements = check_each(each, gateway).await?;
        let prepared = Prepared::write(requests, "", environment).await?;
        Ok((prepared, statements))
    }
}
