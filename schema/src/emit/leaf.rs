//! Emits scalars and enums.

use crate::{
    contract::{Contract, EnumValue, Kind},
    names::{pascal, path},
};

pub(super) fn emit(contract: &Contract) -> String {
    let mut out = String::new();
    for model in contract.types.values() {
        let Some(rust) = model.rust.as_deref().map(path) else {
            continue;
        };
        match &model.kind {
            Kind::Scalar { .. } => out += &scalar(&model.name, &rust),
            Kind::Enum(values) => out += &enumeration(&model.name, &rust, values),
            _ => {}
        }
    }
    out
}

fn scalar(name: &str, rust: &str) -> String {
    let marker = pascal(name);
    format!(
        "impl Output<types::{marker}, Request> for {rust} {{
    fn write<'r>(&self, _: &'r PlannedField, _: &'r Request, out: &mut Writer<'r, Request>) -> Written {{
        <types::{marker} as Scalar>::write(self, out) // {name}
    }}
}}
impl Input<types::{marker}> for {rust} {{
    fn coerce(value: Value) -> Result<Self, InputError> {{
        <types::{marker} as Scalar>::parse(value) // {name}
    }}
}}

"
    )
}

fn enumeration(name: &str, rust: &str, values: &[EnumValue]) -> String {
    let marker = pascal(name);
    let (mut to_name, mut to_variant) = (String::new(), String::new());
    for EnumValue { name: value, .. } in values {
        let variant = format!("{rust}::{}", pascal(value));
        to_name += &format!("            {variant} => {value:?}, // {name}.{value}\n");
        to_variant += &format!("            {value:?} => Ok({variant}), // {name}.{value}\n");
    }
    format!(
        "impl Output<types::{marker}, Request> for {rust} {{
    fn write<'r>(&self, _: &'r PlannedField, _: &'r Request, out: &mut Writer<'r, Request>) -> Written {{
        out.plain_text(match self {{ // {name}
{to_name}        }})
    }}
}}
impl Input<types::{marker}> for {rust} {{
    fn coerce(value: Value) -> Result<Self, InputError> {{
        let name = match &value {{
            Value::Enum(name) => name.as_str(),
            Value::String(name) => name.as_str(),
            _ => return Err(InputError::new(\"is not a value of the enum {name}\")),
        }};
        match name {{
{to_variant}            _ => Err(InputError::new(\"is not a value of the enum {name}\")),
        }}
    }}
}}

"
    )
}
