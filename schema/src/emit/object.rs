//! Emits objects, and the enums that represent interfaces and unions.

use std::fmt::Write as _;

use super::{
    input,
    rust_type::{marker, non_null_marker},
};
use crate::{
    contract::{Contract, Field, Kind, TypeModel},
    names::{pascal, path, snake, variant},
};

pub(super) fn emit(out: &mut String, contract: &Contract) {
    for (index, model) in contract.types.iter().enumerate() {
        if let (Kind::Object { fields, .. }, Some(rust)) = (&model.kind, &model.rust) {
            emit_object(out, model, index, &path(rust), fields);
        }
    }
    *out += "/// The interfaces and unions, as enums of their possible object types.\npub mod abstract_type {\n    use super::*;\n\n";
    for model in &contract.types {
        if let Kind::Interface {
            possible: members, ..
        }
        | Kind::Union(members) = &model.kind
        {
            emit_abstract_type(out, contract, model, members);
        }
    }
    *out += "}\n\n";
}

fn emit_object(out: &mut String, model: &TypeModel, index: usize, rust: &str, fields: &[Field]) {
    let (name, ty) = (&model.name, pascal(&model.name));
    let _ = writeln!(
        out,
        "impl Output<types::{ty}, Request> for {rust} {{
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r Request) -> Completed<'r> {{"
    );
    // A field's guard checks only the role of its declared type. If that is an
    // interface or union, the object's own role is checked here.
    if let Some(role) = &model.requires {
        let _ = writeln!(
            out,
            "        if let Err(error) = super::authorize(&request.context, Role::{}) {{ // {name}
            return Completed::Ready(FieldResult::item_error(error, field));
        }}",
            variant(role)
        );
    }
    if let Some(owner) = &model.owner {
        let _ = writeln!(
            out,
            "        if let Err(error) = super::authorize_owner(&request.context, &self.{owner}) {{ // {name}
            return Completed::Ready(FieldResult::item_error(error, field));
        }}"
        );
    }
    let _ = writeln!(
        out,
        "        complete_object(field.object({index}), |field| match field.index {{"
    );
    for (index, field) in fields.iter().enumerate() {
        let coordinate = format!("{name}.{}", field.name);
        if let Some(batch) = &field.batch {
            let parts = batch
                .keys
                .iter()
                .map(|key| format!("Clone::clone(&self.{})", snake(key)));
            let parts: Vec<_> = parts.collect();
            let mut key = if parts.len() == 1 {
                parts[0].clone()
            } else {
                format!("({})", parts.join(", "))
            };
            if !field.arguments.is_empty() {
                key = format!(
                    "({key}, field.arguments::<arguments::{}>().clone())",
                    input::struct_name(name, field)
                );
            }
            let _ = writeln!(
                out,
                "            {index} => request.loaders.{}.complete::<{}, Request>({key}, &request.context, field, request), // {coordinate}",
                snake(&batch.function),
                non_null_marker(&field.ty),
            );
        } else {
            let _ = writeln!(
                out,
                "            {index} => Output::<{}, Request>::complete(&self.{}, field, request), // {coordinate}",
                marker(&field.ty, false),
                snake(&field.name),
            );
        }
    }
    let _ = writeln!(
        out,
        "            _ => unreachable!(\"{name} has {} fields\"),\n        }})\n    }}\n}}\n",
        fields.len()
    );
}

fn emit_abstract_type(
    out: &mut String,
    contract: &Contract,
    model: &TypeModel,
    members: &[String],
) {
    let (name, ty) = (&model.name, pascal(&model.name));
    let members = members.iter().filter_map(|member| contract.named(member));
    let members: Vec<_> = members
        .filter_map(|member| {
            Some((
                pascal(&member.name),
                &member.name,
                path(member.rust.as_deref()?),
            ))
        })
        .collect();
    let _ = writeln!(out, "    /// `{name}`.\n    pub enum {ty} {{");
    for (variant, member, rust) in &members {
        let _ = writeln!(
            out,
            "        /// `{member}`.\n        {variant}(Arc<{rust}>), // {name}: {member}"
        );
    }
    let _ = writeln!(
        out,
        "    }}
    impl Output<types::{ty}, Request> for {ty} {{
        fn complete<'r>(&self, field: &'r PlannedField, request: &'r Request) -> Completed<'r> {{
            match self {{"
    );
    for (variant, member, _) in &members {
        let _ = writeln!(
            out,
            "                Self::{variant}(value) => Output::<types::{variant}, Request>::complete(&**value, field, request), // {name}: {member}"
        );
    }
    *out += "            }\n        }\n    }\n";
}
