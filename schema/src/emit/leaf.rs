//! Emits scalars and enums.

use std::fmt::Write as _;

use crate::{
    contract::{Contract, EnumValue, Kind, TypeModel},
    names::{literal, pascal, path, variant},
};

pub(super) fn emit(out: &mut String, contract: &Contract) {
    for model in &contract.types {
        let Some(rust) = model.rust.as_deref().map(path) else {
            continue;
        };
        match &model.kind {
            Kind::Scalar { .. } => scalar(out, model, &rust),
            Kind::Enum(values) => enumeration(out, model, &rust, values),
            _ => {}
        }
    }
}

fn scalar(out: &mut String, model: &TypeModel, rust: &str) {
    let (name, marker) = (&model.name, pascal(&model.name));
    let _ = write!(
        out,
        "impl Output<types::{marker}, Request> for {rust} {{
    fn complete<'r>(&self, _: &'r PlannedField, _: &'r Request) -> Completed<'r> {{
        leaf(<types::{marker} as Scalar>::serialize(self)) // {name}
    }}
}}
impl Input<types::{marker}> for {rust} {{
    fn coerce(value: Value) -> Result<Self, InputError> {{
        <types::{marker} as Scalar>::parse(value) // {name}
    }}
}}

"
    );
}

fn enumeration(out: &mut String, model: &TypeModel, rust: &str, values: &[EnumValue]) {
    let (name, marker) = (&model.name, pascal(&model.name));
    let _ = writeln!(
        out,
        "impl Output<types::{marker}, Request> for {rust} {{
    fn complete<'r>(&self, _: &'r PlannedField, _: &'r Request) -> Completed<'r> {{
        leaf(Value::Enum(Name::new(match self {{ // {name}"
    );
    for value in values {
        let _ = writeln!(
            out,
            "            {rust}::{} => {}, // {name}.{}",
            variant(&value.name),
            literal(&value.name),
            value.name
        );
    }
    let _ = writeln!(
        out,
        "        }})))
    }}
}}
impl Input<types::{marker}> for {rust} {{
    fn coerce(value: Value) -> Result<Self, InputError> {{
        let name = match &value {{
            Value::Enum(name) => name.as_str(),
            Value::String(name) => name.as_str(),
            _ => return Err(InputError::new(\"is not a value of the enum {name}\")),
        }};
        match name {{"
    );
    for value in values {
        let _ = writeln!(
            out,
            "            {} => Ok({rust}::{}), // {name}.{}",
            literal(&value.name),
            variant(&value.name),
            value.name
        );
    }
    let _ = writeln!(
        out,
        "            _ => Err(InputError::new(\"is not a value of the enum {name}\")),
        }}
    }}
}}
"
    );
}
