//! `ExecuteQuery` and `ExecuteMutation` (specification 6.2), level by level.

use std::{
    future::poll_fn,
    ptr,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::Poll,
};

use async_graphql::{ServerError, Variables};
use futures_util::future::BoxFuture;
use smallvec::SmallVec;

use crate::{
    ResolverError, Selection, Writer, Written,
    assembly::{Completed, assemble},
    generated_schema::GeneratedSchema,
    introspection::Introspected,
    plan::{INTROSPECTION, ObjectPlan, Plan},
    prepared::Prepared,
    writer::{Fill, Hole, Level, Loads, Segment, Source},
};

/// Executes an operation, whose variables are coerced. Returns its cost, too.
///
/// # Errors
///
/// A request error: no field was executed.
pub(crate) async fn run<S: GeneratedSchema>(
    plan: &Plan,
    introspected: &Introspected,
    variables: &Variables,
    context: &Arc<S::Context>,
    cost_limit: usize,
) -> (usize, Result<Completed, ServerError>) {
    let prepared = Prepared::new::<S>(plan, variables, context);
    let cost = prepared.cost;
    if cost > cost_limit {
        let message = format!("the operation costs {cost}, which is more than {cost_limit}");
        let error = ResolverError::new("COST_LIMIT_EXCEEDED", message);
        return (cost, Err(error.into_error(None)));
    }
    let completed = if S::MUTATION == Some(plan.root.type_index) {
        execute_serially::<S>(&plan.root, &prepared, context).await
    } else {
        let request = S::request(Arc::clone(context));
        let mut writer = Writer::new(&prepared, plan.answer_bytes.load(Relaxed));
        let written = writer.object(&plan.root, |field, out| match field.index {
            INTROSPECTION => match introspected.get(&*field.key) {
                Some(value) => out.json(value),
                None => out.null(),
            },
            _ => S::resolve_root(plan.root.type_index, field, &request, out),
        });
        let completed = complete(writer, written, &request).await;
        let bytes = completed.json.as_ref().map_or(0, Vec::len);
        plan.answer_bytes.fetch_max(bytes, Relaxed);
        completed
    };
    (cost, Ok(completed))
}

/// Executes the root fields of a mutation in document order. Each sees the data
/// that the previous one wrote, so each has its own context and loaders.
async fn execute_serially<S: GeneratedSchema>(
    root: &ObjectPlan,
    prepared: &Prepared,
    context: &Arc<S::Context>,
) -> Completed {
    let mut json = Some(b"{".to_vec());
    let mut errors = Vec::new();
    for (index, field) in root.fields.iter().enumerate() {
        let request = S::request(S::fork(context));
        let mut writer = Writer::new(prepared, 0);
        let written = writer.field(root, field, |field, out| {
            S::resolve_root(root.type_index, field, &request, out)
        });
        let completed = complete(writer, written, &request).await;
        errors.extend(completed.errors);
        json = json.zip(completed.json).map(|(mut json, value)| {
            if index > 0 {
                json.push(b',');
            }
            json.extend_from_slice(&field.key_json);
            json.extend_from_slice(&value);
            json
        });
    }
    if let Some(json) = &mut json {
        json.push(b'}');
    }
    Completed { json, errors }
}

/// Fills the holes of what was written, level by level, and puts the levels together.
async fn complete<'r, R: Sync>(
    mut writer: Writer<'r, R>,
    written: Written,
    request: &'r R,
) -> Completed {
    let mut levels = Vec::new();
    while !writer.level.holes.is_empty() {
        let mut level = writer.next_level();
        fill(&mut level, &mut writer, request).await;
        levels.push(level);
    }
    levels.push(writer.level);
    assemble(levels, written)
}

/// Fills the holes of a level. What needs no waiting is done first, so that the keys of fields below it are in the batches
/// of this level.
async fn fill<'r, R: Sync>(level: &mut Level<'r, R>, writer: &mut Writer<'r, R>, request: &'r R) {
    fill_loaded(&mut level.holes, &level.paths, writer, request);
    let mut resolvers = SmallVec::<[_; 1]>::new();
    for (index, mut resolver) in level.resolvers.drain(..).enumerate() {
        match poll_once(&mut resolver).await {
            Some(fill) => fill_resolved(&mut level.holes, &level.paths, writer, index, fill),
            None => resolvers.push((index, resolver)),
        }
    }
    let mut batches = SmallVec::<[_; 4]>::new();
    for batch in level.batches.drain(..) {
        let mut load = batch.load(request, selection(batch, &level.holes));
        match poll_once(&mut load).await {
            Some(()) => fill_loaded(&mut level.holes, &level.paths, writer, request),
            None => batches.push(load),
        }
    }
    poll_fn(|context| {
        resolvers.retain(|(index, resolver)| match resolver.as_mut().poll(context) {
            Poll::Ready(fill) => {
                fill_resolved(&mut level.holes, &level.paths, writer, *index, fill);
                false
            }
            Poll::Pending => true,
        });
        batches.retain(|load| load.as_mut().poll(context).is_pending());
        if resolvers.is_empty() && batches.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    fill_loaded(&mut level.holes, &level.paths, writer, request);
}

/// What is selected below the fields that wait for a batch, if its function asks for that.
fn selection<'r, R>(batch: &'r dyn Loads<R>, holes: &[Hole<'r, R>]) -> Selection<'r> {
    if !batch.looks_ahead() {
        return Selection::default();
    }
    let fields = holes.iter().filter(
        |hole| matches!(hole.source, Some(Source::Batch(source, _)) if ptr::addr_eq(source, batch)),
    );
    Selection::below(fields.map(|hole| hole.field))
}

/// Fills the holes whose keys are loaded.
fn fill_loaded<'r, R: Sync>(
    holes: &mut [Hole<'r, R>],
    paths: &[Segment<'r>],
    writer: &mut Writer<'r, R>,
    request: &'r R,
) {
    for (index, hole) in holes.iter_mut().enumerate() {
        if let Some(Source::Batch(batch, place)) = hole.source
            && batch.is_loaded(place)
        {
            let field = hole.field;
            writer.fill(index, hole, paths, |out| {
                batch.write_loaded(place, field, request, out)
            });
        }
    }
}

/// Fills the hole that waits for a resolver.
fn fill_resolved<'r, R>(
    holes: &mut [Hole<'r, R>],
    paths: &[Segment<'r>],
    writer: &mut Writer<'r, R>,
    resolver: usize,
    fill: Fill<'r, R>,
) {
    let waits = |hole: &(usize, &mut Hole<'r, R>)| matches!(hole.1.source, Some(Source::Resolver(it)) if it == resolver);
    if let Some((index, hole)) = holes.iter_mut().enumerate().find(waits) {
        writer.fill(index, hole, paths, fill);
    }
}

async fn poll_once<T>(future: &mut BoxFuture<'_, T>) -> Option<T> {
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
