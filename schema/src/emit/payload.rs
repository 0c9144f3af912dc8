//! Emits the payloads of mutations as Rust types: the objects with `userErrors`.

use std::fmt::Write as _;

use super::rust_type::output;
use crate::{
    contract::{Contract, Kind},
    names::{pascal, snake},
};

pub(super) fn emit(out: &mut String, contract: &Contract) {
    *out += "/// The payloads of mutations.\npub mod payload {\n    use super::*;\n\n";
    for model in contract.types.iter().filter(|model| model.is_payload) {
        let Kind::Object { fields, .. } = &model.kind else {
            continue;
        };
        let (name, ty) = (&model.name, pascal(&model.name));
        let _ = writeln!(
            out,
            "    /// `{name}`.\n    #[derive(Debug, Default)]\n    pub struct {ty} {{"
        );
        for field in fields {
            let _ = writeln!(
                out,
                "        /// `{name}.{field}`.\n        pub {}: {}, // {name}.{field}",
                snake(&field.name),
                output(contract, &field.ty),
                field = field.name,
            );
        }
        let _ = writeln!(
            out,
            "    }}

    impl UserErrorPayload for {ty} {{
        type UserError = <RequestContext as UserErrors>::UserError;

        fn rejected(user_errors: Vec<Self::UserError>) -> Self {{
            Self {{ user_errors, ..Self::default() }}
        }}

        fn user_errors(&self) -> &[Self::UserError] {{
            &self.user_errors
        }}
    }}
"
        );
    }
    *out += "}\n\n";
}
