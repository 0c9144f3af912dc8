//! Emits a trait for each batch function, and the loaders that call them.

use std::collections::BTreeMap;

use super::{input::struct_name, rust_type::non_null_marker};
use crate::{
    contract::{Batch, Contract, Field, TypeModel},
    names::{pascal, snake},
};

/// The batch functions, each with the fields that share it. Messages name the first field.
fn functions(contract: &Contract) -> BTreeMap<&str, Vec<(&TypeModel, &Field, &Batch)>> {
    let mut functions: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for ((index, _), field) in contract.fields() {
        if let Some(batch) = &field.batch {
            let fields = functions.entry(&batch.function).or_default();
            fields.push((&contract.types[index], field, batch));
        }
    }
    functions
}

pub(super) fn emit(contract: &Contract, resolvers_dir: &str) -> String {
    let (mut traits, mut loads, mut loaders) = (String::new(), String::new(), String::new());
    for (function, fields) in functions(contract) {
        let (model, field, batch) = fields[0];
        let (coordinate, file_stem) = (&field.coordinate, &model.file_stem);
        let all = fields.iter();
        let all = all.map(|(_, field, _)| format!("`{}`", field.coordinate));
        let all = all.collect::<Vec<_>>().join(", ");
        let keys = batch.keys.join(" and ");
        let value = non_null_marker(&field.ty);
        let with_arguments = |key: String| {
            if field.arguments.is_empty() {
                key
            } else {
                format!("({key}, arguments::{})", struct_name(field))
            }
        };
        let looks_ahead = fields.iter().any(|(_, field, _)| field.looks_ahead);
        let selection = pascal(field.ty.inner_named_type());
        let (from, parameter) = if looks_ahead {
            (
                "request: &Request",
                format!(", selection: selection::{selection}<'_>"),
            )
        } else {
            ("context: &RequestContext", String::new())
        };
        let key = with_arguments("Self::Key".to_owned());
        traits += &format!(
            "    /// Loads {all}.
    #[diagnostic::on_unimplemented(
        message = \"`{coordinate}` has no batch function\",
        label = \"`impl batch::{function} for Resolvers` is missing\",
        note = \"batch functions live in {resolvers_dir}/{file_stem}.rs, the file of the noun that has the field\"
    )]
    pub trait {function} {{ // {coordinate}
        /// The key by which the field is loaded: the model's {keys}.
        type Key: Clone + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static; // {coordinate}
        /// The value that is loaded for a key.
        type Value: Output<{value}, Request> + Send + Sync + 'static; // {coordinate}
        /// Loads all keys of a batch.
        fn load({from}, keys: &[{key}]{parameter}) -> impl Future<Output = Result<Batch<{key}, Self::Value>, Error>> + Send; // {coordinate}
    }}

"
        );
        let key = with_arguments(format!("<Resolvers as batch::{function}>::Key"));
        // Only functions that look ahead hold the request, whose loaders are Send only if no function is missing.
        let (selected, call) = if looks_ahead {
            let call = format!("load(request, keys, selection::{selection}(selection))");
            ("selection", call)
        } else {
            ("_", "load(context, keys)".to_owned())
        };
        loads += &format!(
            "    /// Loads {all}.
    pub struct {function};
    impl BatchFunction for {function} {{
        type Request = Request;
        type Key = {key}; // {coordinate}
        type Value = <Resolvers as batch::{function}>::Value; // {coordinate}
        type Type = {value};
        const FIELD: &'static str = {coordinate:?};
        const LOOKS_AHEAD: bool = {looks_ahead};
        fn span(request: &Request) -> &::tracing::Span {{
            request.context.span()
        }}
        fn load(request: &Request, keys: &[Self::Key], {selected}: Selection<'_>, span: ::tracing::Span) -> impl Future<Output = Result<Batch<Self::Key, Self::Value>, ResolverError>> + Send {{
            let context = &*request.context;
            async move {{ context.run_batch(Self::FIELD, keys.len(), span, <Resolvers as batch::{function}>::{call}).await.map_err(Into::into) }} // {coordinate}
        }}
    }}
"
        );
        let loader = snake(function);
        loaders += &format!(
            "    /// Loads {all}.\n    pub {loader}: BatchLoader<functions::{function}>,\n"
        );
    }
    format!(
        "/// The traits to implement for batch functions, which load the data of fields.
pub mod batch {{
    use super::*;

{traits}}}

/// The batch functions, as the loaders call them.
pub mod functions {{
    use super::*;

{loads}}}

/// The loaders of one request.
#[derive(Default)]
pub struct Loaders {{
{loaders}}}

/// The context of a request, with its loaders.
pub struct Request {{
    /// The context that resolvers receive.
    pub context: Arc<RequestContext>,
    /// The loaders of the fields that wait for data.
    pub loaders: Loaders,
}}

impl ::coach_execution::Request for Request {{
    type Context = RequestContext;

    fn context(&self) -> &RequestContext {{
        &self.context
    }}
}}

"
    )
}
