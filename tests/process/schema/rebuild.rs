//! Builds SDL from an introspection result, as client generators do.

use serde_json::Value;

/// The SDL of all types that are not built in.
pub(super) fn rebuild(schema: &Value) -> String {
    let types = list(&schema["types"]).filter(|ty| {
        let name = name(ty);
        !name.starts_with("__") && !["Int", "Float", "String", "Boolean", "ID"].contains(&name)
    });
    let roots = ["query", "mutation", "subscription"].map(|root| {
        let ty = schema[format!("{root}Type")]["name"].as_str();
        ty.map_or_else(String::new, |ty| format!("{root}: {ty} "))
    });
    format!("schema {{ {} }}\n", roots.concat()) + &types.map(definition).collect::<String>()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().expect("a name")
}

fn names(value: &Value, between: &str) -> String {
    list(value).map(name).collect::<Vec<_>>().join(between)
}

fn definition(ty: &Value) -> String {
    let (name, description) = (name(ty), description(ty));
    let defined = match ty["kind"].as_str().expect("a kind") {
        "SCALAR" => match &ty["specifiedByURL"] {
            Value::Null => format!("scalar {name}"),
            url => format!("scalar {name} @specifiedBy(url: {url})"),
        },
        "ENUM" => {
            let values = list(&ty["enumValues"])
                .map(|value| format!("{} {}", described_name(value), deprecated(value)));
            format!("enum {name} {{ {} }}", values.collect::<String>())
        }
        "UNION" => format!("union {name} = {}", names(&ty["possibleTypes"], " | ")),
        "INPUT_OBJECT" => {
            assert_eq!(ty["isOneOf"], false);
            format!("input {name} {{ {} }}", inputs(&ty["inputFields"]))
        }
        kind @ ("OBJECT" | "INTERFACE") => {
            let keyword = if kind == "OBJECT" {
                "type"
            } else {
                "interface"
            };
            let interfaces = match &names(&ty["interfaces"], " & ")[..] {
                "" => String::new(),
                names => format!("implements {names} "),
            };
            let fields: String = list(&ty["fields"]).map(field).collect();
            format!("{keyword} {name} {interfaces}{{ {fields} }}")
        }
        kind => panic!("{kind}"),
    };
    format!("{description}{defined}\n")
}

fn field(field: &Value) -> String {
    let arguments = match &inputs(&field["args"])[..] {
        "" => String::new(),
        arguments => format!("({arguments})"),
    };
    format!(
        "{}{arguments}: {} {}\n",
        described_name(field),
        reference(&field["type"]),
        deprecated(field)
    )
}

fn inputs(inputs: &Value) -> String {
    let inputs = list(inputs).map(|input| {
        let default = input["defaultValue"].as_str();
        let default = default.map_or_else(String::new, |default| format!("= {default}"));
        format!(
            "{}: {} {default} {}\n",
            described_name(input),
            reference(&input["type"]),
            deprecated(input)
        )
    });
    inputs.collect()
}

fn reference(ty: &Value) -> String {
    match ty["kind"].as_str().expect("a kind") {
        "NON_NULL" => reference(&ty["ofType"]) + "!",
        "LIST" => format!("[{}]", reference(&ty["ofType"])),
        _ => name(ty).to_owned(),
    }
}

fn described_name(value: &Value) -> String {
    description(value) + name(value)
}

/// GraphQL strings have the syntax of JSON's.
fn description(value: &Value) -> String {
    match &value["description"] {
        Value::Null => String::new(),
        description => format!("{description} "),
    }
}

fn deprecated(value: &Value) -> String {
    match &value["deprecationReason"] {
        Value::Null => String::new(),
        reason => format!("@deprecated(reason: {reason})"),
    }
}
