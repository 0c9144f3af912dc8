//! Emits the payloads of mutations as Rust types: the objects with `userErrors`.

use super::rust_type::output;
use crate::{
    contract::Contract,
    names::{pascal, snake},
};

pub(super) fn emit(contract: &Contract) -> String {
    let mut out =
        "/// The payloads of mutations.\npub mod payload {\n    use super::*;\n\n".to_owned();
    for model in contract.types.values().filter(|model| model.is_payload) {
        let (name, ty) = (&model.name, pascal(&model.name));
        let fields = model.fields().iter().map(|field| {
            let (variable, coordinate) = (snake(&field.name), &field.coordinate);
            let ty = output(contract, &field.ty);
            format!(
                "        /// `{coordinate}`.
        pub {variable}: {ty}, // {coordinate}\n"
            )
        });
        let fields: String = fields.collect();
        out += &format!(
            "    /// `{name}`.
    #[derive(Debug, Default)]
    pub struct {ty} {{
{fields}    }}

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
    out + "}\n\n"
}
