//! Emits a trait for each batch function, and the loaders that call them.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{input, rust_type::non_null_marker};
use crate::{
    contract::{Contract, Field, Kind, TypeModel},
    names::snake,
};

/// The batch functions, each with the fields that share it. Messages name the first field.
fn functions(contract: &Contract) -> BTreeMap<&str, Vec<(&TypeModel, &Field)>> {
    let mut functions: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for model in &contract.types {
        if let Kind::Object { fields, .. } = &model.kind {
            for field in fields {
                if let Some(batch) = &field.batch {
                    functions
                        .entry(&batch.function)
                        .or_default()
                        .push((model, field));
                }
            }
        }
    }
    functions
}

pub(super) fn emit(out: &mut String, contract: &Contract, resolvers_dir: &str) {
    let functions = functions(contract);
    *out += "/// The traits to implement for batch functions, which load the data of fields.\npub mod batch {\n    use super::*;\n\n";
    for (function, fields) in &functions {
        let (model, field) = fields[0];
        let coordinate = format!("{}.{}", model.name, field.name);
        let all: Vec<_> = fields
            .iter()
            .map(|(model, field)| format!("`{}.{}`", model.name, field.name))
            .collect();
        let key = if field.arguments.is_empty() {
            "Self::Key".to_owned()
        } else {
            format!(
                "(Self::Key, arguments::{})",
                input::struct_name(&model.name, field)
            )
        };
        let _ = writeln!(
            out,
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
        fn load(context: &RequestContext, keys: &[{key}]) -> impl Future<Output = Result<Batch<{key}, Self::Value>, Error>> + Send; // {coordinate}
    }}
",
            all = all.join(", "),
            file_stem = model.file_stem,
            keys = field.batch.as_ref().map(|batch| batch.keys.join(" and ")).unwrap_or_default(),
            value = non_null_marker(&field.ty),
        );
    }
    *out += "}\n\nmod functions {\n    use super::*;\n\n";
    for (function, fields) in &functions {
        let (model, field) = fields[0];
        let coordinate = format!("{}.{}", model.name, field.name);
        let parent_key = format!("<Resolvers as batch::{function}>::Key");
        let key = if field.arguments.is_empty() {
            parent_key
        } else {
            format!(
                "({parent_key}, arguments::{})",
                input::struct_name(&model.name, field)
            )
        };
        let _ = writeln!(
            out,
            "    pub struct {function};
    impl BatchFunction for {function} {{
        type Context = RequestContext;
        type Key = {key}; // {coordinate}
        type Value = <Resolvers as batch::{function}>::Value; // {coordinate}
        const FIELD: &'static str = {coordinate:?};
        fn span(context: &RequestContext) -> &::tracing::Span {{
            context.span()
        }}
        async fn load(context: &RequestContext, keys: &[Self::Key], span: ::tracing::Span) -> Result<Batch<Self::Key, Self::Value>, ResolverError> {{
            context.in_span(span, <Resolvers as batch::{function}>::load(context, keys)).await.map_err(Into::into) // {coordinate}
        }}
    }}"
        );
    }
    *out += "}\n\n/// The loaders of one request.\n#[derive(Default)]\npub struct Loaders {\n";
    for function in functions.keys() {
        let _ = writeln!(
            out,
            "    {}: BatchLoader<functions::{function}>,",
            snake(function)
        );
    }
    *out += "}\n\n/// The context of a request, with its loaders.\npub struct Request {\n    /// The context that resolvers receive.\n    pub context: Arc<RequestContext>,\n    loaders: Loaders,\n}\n\n";
}
