//! Emits objects, and the enums that represent interfaces and unions.

use super::{input::struct_name, rust_type::marker};
use crate::{
    contract::{Contract, Field, Kind, TypeModel},
    names::{pascal, path, snake},
};

pub(super) fn emit(contract: &Contract) -> String {
    let mut out = String::new();
    let mut abstract_types = String::new();
    for (index, model) in contract.types.values().enumerate() {
        if let (Kind::Object { .. }, Some(rust)) = (&model.kind, &model.rust) {
            out += &object(model, index, &path(rust));
        }
        if let Kind::Interface {
            possible: members, ..
        }
        | Kind::Union(members) = &model.kind
        {
            abstract_types += &abstract_type(contract, &model.name, members);
        }
    }
    out + &format!(
        "/// The interfaces and unions, as enums of their possible object types.
pub mod abstract_type {{
    use super::*;

{abstract_types}}}

"
    )
}

fn object(model: &TypeModel, index: usize, rust: &str) -> String {
    let (name, ty) = (&model.name, pascal(&model.name));
    // A field's guard checks only the role of its declared type. If that is an
    // interface or union, the object's own role is checked here.
    let role = model.requires.as_ref().map(|role| {
        let role = pascal(role);
        format!("authorize(&request.context, Role::{role})")
    });
    let owner = model.owner.as_ref();
    let owner = owner.map(|owner| format!("authorize_owner(&request.context, &self.{owner})"));
    let checks = role.into_iter().chain(owner).map(|check| {
        format!(
            "        if let Err(error) = super::{check} {{ // {name}
            return out.item_error(error, field);
        }}\n"
        )
    });
    let checks: String = checks.collect();
    let fields = model.fields().iter().enumerate();
    let fields = fields.map(|(index, field)| {
        let (written, coordinate) = (written(field), &field.coordinate);
        format!("            {index} => {written}, // {coordinate}\n")
    });
    let fields: String = fields.collect();
    format!(
        "impl Output<types::{ty}, Request> for {rust} {{
    fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {{
{checks}        out.object(field.object({index}), |field, out| match field.index {{
{fields}            _ => unreachable!(\"{name} has {count} fields\"),
        }})
    }}
}}

",
        count = model.fields().len()
    )
}

/// A Rust expression that writes a field of an object.
fn written(field: &Field) -> String {
    let Some(batch) = &field.batch else {
        let (marker, field) = (marker(&field.ty, false), snake(&field.name));
        return format!("Output::<{marker}, Request>::write(&self.{field}, field, request, out)");
    };
    let keys = batch.keys.iter();
    let keys = keys.map(|key| format!("Clone::clone(&self.{})", snake(key)));
    let mut key = keys.collect::<Vec<_>>().join(", ");
    if batch.keys.len() > 1 {
        key = format!("({key})");
    }
    if !field.arguments.is_empty() {
        let arguments = struct_name(field);
        key = format!("({key}, out.prepared().arguments::<arguments::{arguments}>(field).clone())");
    }
    let loader = snake(&batch.function);
    format!("request.loaders.{loader}.write({key}, field, request, out)")
}

fn abstract_type(contract: &Contract, name: &str, members: &[String]) -> String {
    let ty = pascal(name);
    let (mut variants, mut arms) = (String::new(), String::new());
    for member in members {
        let model = contract.named(member);
        let Some(rust) = model.and_then(|model| model.rust.as_deref()) else {
            continue;
        };
        let (variant, rust) = (pascal(member), path(rust));
        variants += &format!(
            "        /// `{member}`.
        {variant}(Arc<{rust}>), // {name}: {member}\n"
        );
        arms += &format!(
            "                Self::{variant}(value) => Output::<types::{variant}, Request>::write(&**value, field, request, out), // {name}: {member}\n"
        );
    }
    format!(
        "    /// `{name}`.
    pub enum {ty} {{
{variants}    }}
    impl Output<types::{ty}, Request> for {ty} {{
        fn write<'r>(&self, field: &'r PlannedField, request: &'r Request, out: &mut Writer<'r, Request>) -> Written {{
            match self {{
{arms}            }}
        }}
    }}
"
    )
}
