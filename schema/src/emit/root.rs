//! The fields of the root types, one trait each, and the `Contract` itself.

use std::fmt::Write as _;

use super::{
    input,
    rust_type::{marker, non_null_marker},
};
use crate::{
    contract::{Contract, Field, Kind},
    names::{pascal, snake, variant},
};

pub(super) fn emit(out: &mut String, contract: &Contract, nouns: &str) {
    let roots: Vec<_> = std::iter::once(contract.query)
        .chain(contract.mutation)
        .collect();
    for &root in &roots {
        let model = &contract.types[root];
        let _ = writeln!(
            out,
            "/// The resolvers of `{}` to write.\npub mod {} {{\n    use super::*;\n",
            model.name,
            snake(&model.name)
        );
        for field in fields(contract, root) {
            let value = answered(contract, root, field);
            let refusable = codes(contract, root, field).is_some();
            resolver(out, &model.name, field, nouns, &value, refusable);
        }
        *out += "}\n\n";
    }
    *out += "/// The contract that the SDL states.\npub struct Contract;\n\nimpl ::coach_execution::Contract for Contract {
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

    fn renewed(context: &RequestContext) -> Arc<RequestContext> {
        Arc::new(context.renewed())
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
        for (place, field) in fields(contract, root).iter().enumerate() {
            let coordinate = format!("{name}.{}", field.name);
            let arguments = if field.arguments.is_empty() {
                ""
            } else {
                ", field.arguments()"
            };
            let value = answered(contract, root, field);
            let call = format!(
                "<Resolvers as {module}::{}>::resolve(&request.context{arguments})",
                pascal(&field.name)
            );
            let completed = match codes(contract, root, field) {
                Some(codes) => format!(
                    "resolve_mutation::<_, _, {value}, _, _>(|| {call}, &{codes:?}, field, request)"
                ),
                None => format!("resolve::<_, _, {value}, _>({call}, field, request)"),
            };
            let _ = writeln!(
                out,
                "            ({root}, {place}) => ::coach_execution::{completed}, // {coordinate}"
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

/// What a resolver answers with. Payloads of mutations and connections are
/// null only where there is an error instead, so resolvers know no `Option`.
fn answered(contract: &Contract, root: usize, field: &Field) -> String {
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

/// The codes that a mutation's payload can give, where it has a place for them.
fn codes<'c>(contract: &'c Contract, root: usize, field: &Field) -> Option<&'c [String]> {
    let mutation = contract.mutation == Some(root);
    mutation.then(|| contract.codes(field)).flatten()
}

fn resolver(
    out: &mut String,
    root: &str,
    field: &Field,
    nouns: &str,
    value: &str,
    refusable: bool,
) {
    let coordinate = format!("{root}.{}", field.name);
    let (function, module) = (pascal(&field.name), snake(root));
    let arguments = if field.arguments.is_empty() {
        String::new()
    } else {
        format!(", arguments: &arguments::{}", input::name(root, field))
    };
    let _ = writeln!(
        out,
        "    /// Resolves `{coordinate}`.
    #[diagnostic::on_unimplemented(
        message = \"`{coordinate}` has no resolver\",
        label = \"`impl {module}::{function} for Resolvers` is missing\",
        note = \"it belongs in {nouns}/{noun}.rs, the file of the noun that declares the field\"
    )]
    pub trait {function} {{ // {coordinate}
        /// What it answers.
        type Value: Output<{value}, Request> + {refusable}Send + Sync; // {coordinate}
        /// Answers the field.
        fn resolve(context: &RequestContext{arguments}) -> impl Future<Output = Result<Self::Value, Error>> + Send; // {coordinate}
    }}
",
        noun = field.noun,
        refusable = if refusable { "Refusable + " } else { "" },
    );
}

fn guard(out: &mut String, contract: &Contract) {
    *out += "    fn guard(type_index: usize, field: usize, context: &RequestContext) -> Result<(), Fault> {
        match (type_index, field) {\n";
    for (index, model) in contract.types.iter().enumerate() {
        let Kind::Object { fields, .. } = &model.kind else {
            continue;
        };
        for (place, field) in fields
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
                "            ({index}, {place}) => {}, // {}.{}",
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
        let place = fields(contract, index)
            .iter()
            .position(|other| other.name == field.name);
        let _ = writeln!(
            out,
            "            ({index}, {}) => Ok(Box::new(arguments::{}::coerce_fields(values)?)), // {owner}.{}",
            place.unwrap_or_default(),
            input::name(owner, field),
            field.name,
        );
    }
    *out += "            _ => Ok(Box::new(())),\n        }\n    }\n\n";
}
