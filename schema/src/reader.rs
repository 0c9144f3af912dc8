//! Reads a valid schema into a [`Contract`], with its bindings and policies.

use std::collections::HashMap;

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, FieldDefinition, InputValueDefinition},
    parser::SourceSpan,
    schema::ExtendedType,
    validation::Valid,
};

use crate::{
    Error,
    contract::{
        Batch, Constraint, Contract, EnumValue, Field, InputField, Kind, ListSize, TypeModel,
        USER_ERRORS,
    },
    directive::{Applied, BUILT_IN, CONSTRAINT, PRIVATE},
    expected_errors,
    reachable::{reachable, returned},
};

/// Reads the schema, or fails with all that the generator does not support.
pub(crate) fn read(schema: &Valid<Schema>) -> Result<Contract, Error> {
    Reader {
        schema,
        errors: Vec::new(),
    }
    .read()
}

struct Reader<'a> {
    schema: &'a Valid<Schema>,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Contract, Error> {
        let schema = self.schema;
        for directive in schema.directive_definitions.values() {
            let known = directive.is_built_in()
                || [BUILT_IN, CONSTRAINT].contains(&directive.name.as_str());
            if !known && !PRIVATE.contains(&directive.name.as_str()) {
                let message = format!(
                    "the directive `@{}` has no implementation; the generator knows {}, {CONSTRAINT}",
                    directive.name,
                    PRIVATE.join(", ")
                );
                self.report(directive.location(), &message);
            }
        }
        if let Some(root) = &schema.schema_definition.subscription {
            let message = format!(
                "nothing serves the root type `{root}`: operations are queries and mutations; remove `subscription` from the schema"
            );
            self.report(root.location(), &message);
        }
        for name in ["Query", "Mutation", "Subscription"] {
            let is_root = schema
                .schema_definition
                .iter_root_operations()
                .any(|(_, root)| root == name);
            if let Some(definition) = schema.types.get(name).filter(|_| !is_root) {
                let message = format!(
                    "`{name}` is no root, but clients' tools take a type of that name for one; give it another name"
                );
                self.report(definition.location(), &message);
            }
        }
        let public = reachable(schema);
        let returned = returned(schema);
        for (name, definition) in &schema.types {
            if definition.is_interface()
                && !definition.is_built_in()
                && !returned.contains(name.as_str())
            {
                let message = format!(
                    "the interface `{name}` is the type of no field, so introspection would leave it out; add a field that returns it, or remove it"
                );
                self.report(definition.location(), &message);
            }
        }
        let mut types = Vec::new();
        for (name, definition) in &schema.types {
            if !definition.is_built_in() && public.contains(name.as_str()) {
                types.push(self.type_model(name, definition));
            }
        }
        if !self.errors.is_empty() {
            return Err(Error::Invalid(self.errors));
        }
        let names = types.iter().enumerate();
        let index: HashMap<_, _> = names
            .map(|(index, model)| (model.name.clone(), index))
            .collect();
        let root = |name: Option<&Name>| name.and_then(|name| index.get(name.as_str())).copied();
        let query = root(schema.schema_definition.query.as_deref()).unwrap_or_default();
        let mutation = root(schema.schema_definition.mutation.as_deref());
        Ok(Contract {
            types,
            index,
            query,
            mutation,
        })
    }

    fn report(&mut self, span: Option<SourceSpan>, message: &str) {
        let location = span.and_then(|span| {
            let file = self.schema.sources.get(&span.file_id())?.path();
            let start = span.line_column_range(&self.schema.sources)?.start;
            Some(format!(
                "{}:{}:{}: ",
                file.display(),
                start.line,
                start.column
            ))
        });
        self.errors.push(location.unwrap_or_default() + message);
    }

    fn file_stem(&self, span: Option<SourceSpan>) -> String {
        let path = span.and_then(|span| self.schema.sources.get(&span.file_id()));
        let stem = path.and_then(|file| file.path().file_stem());
        stem.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn type_model(&mut self, name: &Name, definition: &ExtendedType) -> TypeModel {
        let applied = |directive| {
            Applied::find(
                definition
                    .directives()
                    .iter()
                    .map(|component| &component.node),
                directive,
            )
        };
        let mut rust = applied("model")
            .and_then(|model| model.text("rust"))
            .map(str::to_owned);
        let is_root = self
            .schema
            .schema_definition
            .iter_root_operations()
            .any(|(_, root)| root == name);
        if matches!(definition, ExtendedType::Scalar(_)) {
            let scalar = applied("scalar").and_then(|scalar| scalar.text("rust"));
            rust = scalar.map(str::to_owned);
            if rust.is_none() {
                let message =
                    format!("the scalar `{name}` has no Rust type; add @scalar(rust: \"...\")");
                self.report(definition.location(), &message);
            }
        }
        let kind = self.kind(name, definition);
        let is_payload = matches!(&kind, Kind::Object { fields, .. } if fields.iter().any(|field| field.name == USER_ERRORS));
        if is_payload {
            if rust.is_some() {
                let message =
                    format!("the Rust type of the payload `{name}` is generated; remove @model");
                self.report(definition.location(), &message);
            }
            rust = Some(format!("self::payload::{}", crate::names::pascal(name)));
        }
        if !is_root && rust.is_none() && matches!(kind, Kind::Enum(_) | Kind::Object { .. }) {
            self.report(
                definition.location(),
                &format!("`{name}` has no Rust type; add @model(rust: \"...\")"),
            );
        }
        TypeModel {
            name: name.to_string(),
            description: description(definition.description()),
            file_stem: self.file_stem(definition.location()),
            requires: applied("auth").map(|auth| auth.role().to_owned()),
            owner: applied("auth")
                .and_then(|auth| auth.text("owner"))
                .map(str::to_owned),
            rust,
            is_payload,
            kind,
        }
    }

    fn kind(&mut self, name: &Name, definition: &ExtendedType) -> Kind {
        match definition {
            ExtendedType::Scalar(ty) => {
                let directives = ty.directives.iter().map(|component| &component.node);
                let specified_by = Applied::find(directives, "specifiedBy");
                Kind::Scalar {
                    specified_by: specified_by
                        .and_then(|by| by.text("url"))
                        .map(str::to_owned),
                }
            }
            ExtendedType::Enum(ty) => Kind::Enum(
                ty.values
                    .values()
                    .map(|value| EnumValue {
                        name: value.value.to_string(),
                        description: description(value.description.as_ref()),
                        deprecated: deprecated(value.directives.iter()),
                    })
                    .collect(),
            ),
            ExtendedType::InputObject(ty) => {
                let fields = ty.fields.values().map(|field| self.input(&field.node));
                let fields = fields.collect();
                if ty.directives.has(BUILT_IN) {
                    Kind::OneOf(fields)
                } else {
                    Kind::Input(fields)
                }
            }
            ExtendedType::Object(ty) => Kind::Object {
                fields: ty
                    .fields
                    .values()
                    .map(|field| self.field(name, &field.node))
                    .collect(),
                implements: ty
                    .implements_interfaces
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            },
            ExtendedType::Interface(ty) => {
                let implementers = self.schema.implementers_map();
                let objects = implementers.get(name).map(|implementers| {
                    implementers
                        .objects
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                });
                let mut possible = objects.unwrap_or_default();
                possible.sort();
                Kind::Interface {
                    fields: ty
                        .fields
                        .values()
                        .map(|field| self.field(name, &field.node))
                        .collect(),
                    implements: ty
                        .implements_interfaces
                        .iter()
                        .map(ToString::to_string)
                        .collect(),
                    possible,
                }
            }
            ExtendedType::Union(ty) => {
                Kind::Union(ty.members.iter().map(ToString::to_string).collect())
            }
        }
    }

    /// The codes that `@userErrors` declares for the field `userErrors`.
    fn codes(&mut self, coordinate: &str, field: &Node<FieldDefinition>) -> Vec<String> {
        let codes = Applied::find(field.directives.iter(), USER_ERRORS)
            .map(|codes| codes.texts("codes"))
            .unwrap_or_default();
        if field.name == USER_ERRORS && codes.is_empty() {
            self.report(
                field.location(),
                &format!(
                    "`{coordinate}` does not say which codes it can give; add @userErrors(codes: [...])"
                ),
            );
        }
        codes.into_iter().map(str::to_owned).collect()
    }

    fn field(&mut self, parent: &Name, field: &Node<FieldDefinition>) -> Field {
        let applied = |directive| Applied::find(field.directives.iter(), directive);
        let named = self.schema.types.get(field.ty.inner_named_type());
        let on_type = |directive| {
            let directives =
                named.map(|named| named.directives().iter().map(|component| &component.node));
            Applied::find(directives.into_iter().flatten(), directive)
        };
        let composite = named.is_some_and(|named| !named.is_leaf());
        let cache = applied("cacheControl").or_else(|| on_type("cacheControl"));
        let cost = applied("cost")
            .or_else(|| on_type("cost"))
            .and_then(|cost| cost.integer("weight"));
        let batch = applied("batch").map(|batch| {
            let keys: Vec<_> = batch.texts("key").into_iter().map(str::to_owned).collect();
            let default = crate::names::pascal(parent) + &crate::names::pascal(&field.name);
            Batch {
                keys: if keys.is_empty() {
                    vec!["id".to_owned()]
                } else {
                    keys
                },
                function: batch.text("by").map_or(default, str::to_owned),
            }
        });
        let is_root = self
            .schema
            .schema_definition
            .iter_root_operations()
            .any(|(_, root)| root == parent);
        let coordinate = format!("{parent}.{}", field.name);
        if is_root && batch.is_some() {
            self.report(
                field.location(),
                &format!(
                    "`{coordinate}` is a root field, which has no parent to load for; remove @batch"
                ),
            );
        }
        if !is_root
            && batch.is_none()
            && !field.arguments.is_empty()
            && !matches!(
                self.schema.types.get(parent),
                Some(ExtendedType::Interface(_))
            )
        {
            self.report(
                field.location(),
                &format!("`{coordinate}` has arguments and so needs a batch function; add @batch"),
            );
        }
        for mistake in expected_errors::check(self.schema, parent, field) {
            self.report(field.location(), &format!("`{coordinate}` {mistake}"));
        }
        Field {
            codes: self.codes(&coordinate, field),
            name: field.name.to_string(),
            description: description(field.description.as_ref()),
            ty: field.ty.clone(),
            arguments: field
                .arguments
                .iter()
                .map(|argument| self.input(argument))
                .collect(),
            deprecated: deprecated(field.directives.iter()),
            batch,
            requires: applied("auth")
                .into_iter()
                .chain(on_type("auth"))
                .map(|auth| auth.role().to_owned())
                .collect(),
            cost: cost.unwrap_or(usize::from(composite)),
            list_size: applied("listSize").map(|size| ListSize {
                assumed: size.integer("assumedSize").unwrap_or(1),
                slicing: size
                    .texts("slicingArguments")
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                sized_fields: size
                    .texts("sizedFields")
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
            }),
            cache: cache.map(|cache| {
                (
                    cache.integer("maxAge").unwrap_or(0),
                    cache.text("scope") == Some("PRIVATE"),
                )
            }),
            file_stem: self.file_stem(field.location()),
        }
    }

    fn input(&mut self, input: &Node<InputValueDefinition>) -> InputField {
        let constraint = Applied::find(input.directives.iter(), CONSTRAINT).map(|applied| {
            let mut constraint = Constraint::default();
            for bound in ["min", "max"] {
                if applied.has_argument(bound) && applied.integer::<i64>(bound).is_none() {
                    let message = format!(
                        "`{}` has a bound that is no whole number, which has no implementation",
                        input.name
                    );
                    self.report(input.location(), &message);
                }
            }
            for (argument, field) in [
                ("min", "min"),
                ("max", "max"),
                ("minLength", "min_length"),
                ("maxLength", "max_length"),
            ] {
                constraint
                    .bounds
                    .extend(applied.integer(argument).map(|bound| (field, bound)));
            }
            for (argument, field) in [("minItems", "min_items"), ("maxItems", "max_items")] {
                constraint
                    .items
                    .extend(applied.integer(argument).map(|bound| (field, bound)));
            }
            constraint.pattern = applied.text("pattern").map(str::to_owned);
            constraint
        });
        InputField {
            name: input.name.to_string(),
            description: description(input.description.as_ref()),
            ty: (*input.ty).clone(),
            default: input.default_value.as_ref().map(|value| (**value).clone()),
            deprecated: deprecated(input.directives.iter()),
            constraint,
        }
    }
}

fn description(text: Option<&Node<str>>) -> Option<String> {
    text.map(ToString::to_string)
}

fn deprecated<'a>(directives: impl IntoIterator<Item = &'a Node<Directive>>) -> Option<String> {
    let deprecated = Applied::find(directives, "deprecated")?;
    Some(
        deprecated
            .text("reason")
            .unwrap_or("No longer supported")
            .to_owned(),
    )
}
