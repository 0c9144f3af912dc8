//! Emits a trait for each field of the root types, and the implementation of `GeneratedSchema`.

use super::{
    input::{struct_name, with_arguments},
    rust_type::{marker, non_null_marker},
};
use crate::{
    contract::{Contract, Field},
    names::{pascal, snake},
};

pub(super) fn emit(contract: &Contract, resolvers_dir: &str) -> String {
    let (mut modules, mut arms) = (String::new(), String::new());
    for root in std::iter::once(contract.query).chain(contract.mutation) {
        let model = &contract.types[root];
        let (name, module) = (&model.name, snake(&model.name));
        let mut traits = String::new();
        for (index, field) in model.fields().iter().enumerate() {
            let (resolver, completed) = resolver(contract, root, field, &module, resolvers_dir);
            traits += &resolver;
            arms += &format!(
                "            ({root}, {index}) => ::coach_execution::{completed}, // {}\n",
                field.coordinate
            );
        }
        modules += &format!(
            "/// The traits to implement for the fields of `{name}`.
pub mod {module} {{
    use super::*;

{traits}}}

"
        );
    }
    format!(
        "{modules}/// The schema that the SDL declares.
pub struct Schema;

impl ::coach_execution::GeneratedSchema for Schema {{
    type Context = RequestContext;
    type Request = Request;
    const SDL: &'static str = SDL;
    const TYPES: &'static [TypeDefinition] = TYPES;
    const QUERY: usize = {query};
    const MUTATION: Option<usize> = {mutation:?};

    fn request(context: Arc<RequestContext>) -> Request {{
        Request {{ context, loaders: Loaders::default() }}
    }}

    fn fork(context: &RequestContext) -> Arc<RequestContext> {{
        Arc::new(context.fork())
    }}

    fn is_anonymous(context: &RequestContext) -> bool {{
        context.is_anonymous()
    }}

    fn guard(type_index: usize, field: usize, context: &RequestContext) -> Result<(), ResolverError> {{
        match (type_index, field) {{
{guards}            _ => Ok(()),
        }}
    }}

    fn arguments(type_index: usize, field: usize, values: &mut ArgumentValues) -> Result<Box<dyn std::any::Any + Send + Sync>, InputError> {{
        match (type_index, field) {{
{arguments}            _ => Ok(Box::new(())),
        }}
    }}

    fn resolve_root<'r>(type_index: usize, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {{
        let prepared = out.prepared();
        match (type_index, field.index) {{
{arms}            _ => unreachable!(\"no other root fields\"),
        }}
    }}
}}


",
        query = contract.query,
        mutation = contract.mutation,
        guards = guards(contract),
        arguments = arguments(contract),
    )
}

/// The trait of a root field, and a Rust expression for its value.
fn resolver(
    contract: &Contract,
    root: usize,
    field: &Field,
    module: &str,
    resolvers_dir: &str,
) -> (String, String) {
    let is_mutation = contract.mutation == Some(root);
    // The codes that the payload of a mutation declares, if it has `userErrors`.
    let codes = contract.codes(field).filter(|_| is_mutation);
    // Mutation payloads and connections are null only if there is an error, so
    // resolvers do not return `Option`.
    let mut arguments = field.arguments.iter();
    let value = if is_mutation || arguments.any(|argument| argument.name == "after") {
        non_null_marker(&field.ty)
    } else {
        marker(&field.ty, false)
    };
    let (coordinate, function) = (&field.coordinate, pascal(&field.name));
    let arguments = struct_name(field);
    let (parameter, argument) = match field.arguments.as_slice() {
        [] => (String::new(), String::new()),
        [input] if codes.is_some() && input.name == "input" && input.ty.is_non_null() => {
            let ty = pascal(input.ty.inner_named_type());
            (
                format!(", input: &input::{ty}"),
                format!(", &prepared.arguments::<arguments::{arguments}>(field).input"),
            )
        }
        _ => (
            format!(", arguments: &arguments::{arguments}"),
            ", prepared.arguments(field)".to_owned(),
        ),
    };
    let (from, context, selection, selected) = if field.looks_ahead {
        let selection = pascal(field.ty.inner_named_type());
        (
            "request: &Request",
            "request",
            format!(", selection: selection::{selection}<'_>"),
            format!(", selection::{selection}(Selection::below([field]))"),
        )
    } else {
        (
            "context: &RequestContext",
            "&request.context",
            String::new(),
            String::new(),
        )
    };
    let call =
        format!("<Resolvers as {module}::{function}>::resolve({context}{argument}{selected})");
    let (value_type, result, completed) = match codes {
        Some(codes) => (
            String::new(),
            format!(
                "payload::{}, super::super::MutationError",
                pascal(field.ty.inner_named_type())
            ),
            format!(
                "resolve_mutation::<RequestContext, _, {value}, _, _>(|prepared| {call}, &{codes:?}, field, request, out)"
            ),
        ),
        None => (
            format!(
                "        /// The value of the field.
        type Value: Output<{value}, Request> + Send + Sync; // {coordinate}\n"
            ),
            "Self::Value, Error".to_owned(),
            format!("resolve::<_, _, {value}, _>({call}, field, request, out)"),
        ),
    };
    let resolver = format!(
        "    /// Resolves `{coordinate}`.
    #[diagnostic::on_unimplemented(
        message = \"`{coordinate}` has no resolver\",
        label = \"`impl {module}::{function} for Resolvers` is missing\",
        note = \"it belongs in {resolvers_dir}/{file_stem}.rs, the file of the noun that declares the field\"
    )]
    pub trait {function} {{ // {coordinate}
{value_type}        /// Resolves the field.
        fn resolve({from}{parameter}{selection}) -> impl Future<Output = Result<{result}>> + Send; // {coordinate}
    }}

",
        file_stem = field.file_stem,
    );
    (resolver, completed)
}

fn guards(contract: &Contract) -> String {
    let guarded = contract
        .fields()
        .filter(|(_, field)| !field.requires.is_empty());
    let arms = guarded.map(|(position, field)| {
        let checks = field.requires.iter();
        let checks =
            checks.map(|role| format!("super::authorize(context, Role::{})", pascal(role)));
        let checks: Vec<_> = checks.collect();
        format!(
            "            {position:?} => {}{}, // {}\n",
            checks.join(".and_then(|()| "),
            ")".repeat(checks.len() - 1),
            field.coordinate
        )
    });
    arms.collect()
}

fn arguments(contract: &Contract) -> String {
    let arms = with_arguments(contract).map(|(position, field)| {
        format!(
            "            {position:?} => Ok(Box::new(arguments::{}::coerce_fields(values)?)), // {}\n",
            struct_name(field),
            field.coordinate,
        )
    });
    arms.collect()
}
