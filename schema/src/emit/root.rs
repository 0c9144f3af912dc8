//! Emits a trait for each field of the root types, and the implementation of `GeneratedSchema`.

use std::fmt::Write as _;

use super::{
    input,
    rust_type::{marker, non_null_marker},
};
use crate::{
    contract::{Contract, Field, Kind},
    names::{pascal, snake, variant},
};

pub(super) fn emit(out: &mut String, contract: &Contract, resolvers_dir: &str) {
    let roots: Vec<_> = std::iter::once(contract.query)
        .chain(contract.mutation)
        .collect();
    for &root in &roots {
        let model = &contract.types[root];
        let _ = writeln!(
            out,
            "/// The traits to implement for the fields of `{}`.\npub mod {} {{\n    use super::*;\n",
            model.name,
            snake(&model.name)
        );
        for field in fields(contract, root) {
            let value = value_marker(contract, root, field);
            let has_user_errors = declared_codes(contract, root, field).is_some();
            resolver_trait(
                out,
                &model.name,
                field,
                resolvers_dir,
                &value,
                has_user_errors,
            );
        }
        *out += "}\n\n";
    }
    *out += "/// The schema that the SDL declares.\npub struct Schema;\n\nimpl ::coach_execution::GeneratedSchema for Schema {
    type Context = RequestContext;
    type Request = Request;
    const SDL: &'static str = SDL;
    const TYPES: &'static [TypeDefinition] = TYPES;\n";
    let _ = writeln!(out, "    const QUERY: usize = {};", contract.query);
    let _ = writeln!(
        out,
        "    const MUTATION: Option<usize> = {:?};\n",
        contract.mutation
    );
    *out += "    fn request(context: Arc<RequestContext>) -> Request {
        Request { context, loaders: Loaders::default() }
    }

    fn fork(context: &RequestContext) -> Arc<RequestContext> {
        Arc::new(context.fork())
    }\n\n";
    *out += "    fn is_anonymous(context: &RequestContext) -> bool {
        context.is_anonymous()
    }\n\n";
    guard(out, contract);
    arguments(out, contract);
    *out += "    fn resolve_root<'r>(type_index: usize, field: &'r PlannedField, request: &'r Request) -> Completed<'r> {
        match (type_index, field.index) {\n";
    for &root in &roots {
        let (name, module) = (
            &contract.types[root].name,
            snake(&contract.types[root].name),
        );
        for (index, field) in fields(contract, root).iter().enumerate() {
            let coordinate = format!("{name}.{}", field.name);
            let codes = declared_codes(contract, root, field);
            let arguments = if field.arguments.is_empty() {
                String::new()
            } else if codes.is_some() && single_input(field).is_some() {
                let ty = input::struct_name(name, field);
                format!(", &field.arguments::<arguments::{ty}>().input")
            } else {
                ", field.arguments()".to_owned()
            };
            let value = value_marker(contract, root, field);
            let call = format!(
                "<Resolvers as {module}::{}>::resolve(&request.context{arguments})",
                pascal(&field.name)
            );
            let completed = match codes {
                Some(codes) => format!(
                    "resolve_mutation::<RequestContext, _, {value}, _, _>(|| {call}, &{codes:?}, field, request)"
                ),
                None => format!("resolve::<_, _, {value}, _>({call}, field, request)"),
            };
            let _ = writeln!(
                out,
                "            ({root}, {index}) => ::coach_execution::{completed}, // {coordinate}"
            );
        }
    }
    *out += "            _ => unreachable!(\"no other root fields\"),
        }
    }
}
\n\n";
}

fn fields(contract: &Contract, index: usize) -> &[Field] {
    match &contract.types[index].kind {
        Kind::Object { fields, .. } => fields,
        _ => &[],
    }
}

/// The marker of the value that a resolver returns. Mutation payloads and
/// connections are null only if there is an error, so resolvers do not return
/// `Option`.
fn value_marker(contract: &Contract, root: usize, field: &Field) -> String {
    let connection = field
        .arguments
        .iter()
        .any(|argument| argument.name == "after");
    if connection || contract.mutation == Some(root) {
        non_null_marker(&field.ty)
    } else {
        marker(&field.ty, false)
    }
}

/// The codes that the payload of a mutation declares; `None` if it has no `userErrors`.
fn declared_codes<'c>(contract: &'c Contract, root: usize, field: &Field) -> Option<&'c [String]> {
    let mutation = contract.mutation == Some(root);
    mutation.then(|| contract.codes(field)).flatten()
}

fn resolver_trait(
    out: &mut String,
    root: &str,
    field: &Field,
    resolvers_dir: &str,
    value: &str,
    has_user_errors: bool,
) {
    let coordinate = format!("{root}.{}", field.name);
    let (function, module) = (pascal(&field.name), snake(root));
    let arguments = match (single_input(field), field.arguments.is_empty()) {
        (Some(ty), _) if has_user_errors => format!(", input: &input::{ty}"),
        (_, true) => String::new(),
        (_, false) => format!(
            ", arguments: &arguments::{}",
            input::struct_name(root, field)
        ),
    };
    let (ty, result) = if has_user_errors {
        let payload = pascal(field.ty.inner_named_type());
        (
            String::new(),
            format!("payload::{payload}, super::super::MutationError"),
        )
    } else {
        (
            format!(
                "        /// The value of the field.
        type Value: Output<{value}, Request> + Send + Sync; // {coordinate}\n"
            ),
            "Self::Value, Error".to_owned(),
        )
    };
    let _ = writeln!(
        out,
        "    /// Resolves `{coordinate}`.
    #[diagnostic::on_unimplemented(
        message = \"`{coordinate}` has no resolver\",
        label = \"`impl {module}::{function} for Resolvers` is missing\",
        note = \"it belongs in {resolvers_dir}/{file_stem}.rs, the file of the noun that declares the field\"
    )]
    pub trait {function} {{ // {coordinate}
{ty}        /// Resolves the field.
        fn resolve(context: &RequestContext{arguments}) -> impl Future<Output = Result<{result}>> + Send; // {coordinate}
    }}
",
        file_stem = field.file_stem,
    );
}

/// The type of the argument `input`, if a field has no other.
fn single_input(field: &Field) -> Option<String> {
    match field.arguments.as_slice() {
        [argument] if argument.name == "input" && argument.ty.is_non_null() => {
            Some(pascal(argument.ty.inner_named_type()))
        }
        _ => None,
    }
}

fn guard(out: &mut String, contract: &Contract) {
    *out += "    fn guard(type_index: usize, field: usize, context: &RequestContext) -> Result<(), ResolverError> {
        match (type_index, field) {\n";
    for (index, model) in contract.types.iter().enumerate() {
        let Kind::Object { fields, .. } = &model.kind else {
            continue;
        };
        for (field_index, field) in fields
            .iter()
            .enumerate()
            .filter(|(_, field)| !field.requires.is_empty())
        {
            let checks = field
                .requires
                .iter()
                .map(|role| format!("super::authorize(context, Role::{})", variant(role)));
            let checks: Vec<_> = checks.collect();
            let _ = writeln!(
                out,
                "            ({index}, {field_index}) => {}, // {}.{}",
                checks.join(".and_then(|()| ") + &")".repeat(checks.len() - 1),
                model.name,
                field.name
            );
        }
    }
    *out += "            _ => Ok(()),\n        }\n    }\n\n";
}

fn arguments(out: &mut String, contract: &Contract) {
    *out += "    fn arguments(type_index: usize, field: usize, values: &mut ArgumentValues) -> Result<Box<dyn std::any::Any + Send + Sync>, InputError> {
        match (type_index, field) {\n";
    for (owner, field) in input::with_arguments(contract) {
        let index = contract.index[owner];
        let field_index = fields(contract, index)
            .iter()
            .position(|other| other.name == field.name);
        let _ = writeln!(
            out,
            "            ({index}, {}) => Ok(Box::new(arguments::{}::coerce_fields(values)?)), // {owner}.{}",
            field_index.unwrap_or_default(),
            input::struct_name(owner, field),
            field.name,
        );
    }
    *out += "            _ => Ok(Box::new(())),\n        }\n    }\n\n";
}
