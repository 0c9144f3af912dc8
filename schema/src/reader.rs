//! Reads a valid schema into a [`Contract`], with its bindings and policies.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{DirectiveList, FieldDefinition, InputValueDefinition, OperationType},
    collections::IndexMap,
    parser::SourceSpan,
    schema::{Component, ExtendedType},
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
    names::pascal,
    reachable::{possible_types, reachable, returned},
    source::location,
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
            let name = directive.name.as_str();
            let known = directive.is_built_in() || [BUILT_IN, CONSTRAINT].contains(&name);
            if !known && !PRIVATE.contains(&name) {
                let message = format!(
                    "the directive `@{name}` has no implementation; the generator knows {}, {CONSTRAINT}",
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
            let is_root = self.is_root(name);
            if let Some(definition) = schema.types.get(name).filter(|_| !is_root) {
                let message = format!(
                    "`{name}` is no root, but clients' tools take a type of that name for one; give it another name"
                );
                self.report(definition.location(), &message);
            }
        }
        let returned = returned(schema);
        let own = |(_, definition): &(&Name, &ExtendedType)| !definition.is_built_in();
        for (name, definition) in schema.types.iter().filter(own) {
            if definition.is_interface() && !returned.contains(name.as_str()) {
                let message = format!(
                    "the interface `{name}` is the type of no field, so introspection would leave it out; add a field that returns it, or remove it"
                );
                self.report(definition.location(), &message);
            }
        }
        let public = reachable(schema);
        let mut types = IndexMap::default();
        for (name, definition) in schema.types.iter().filter(own) {
            if public.contains(name.as_str()) {
                types.insert(name.to_string(), self.type_model(name, definition));
            }
        }
        if !self.errors.is_empty() {
            return Err(Error::Invalid(self.errors));
        }
        let root = |operation| types.get_index_of(schema.root_operation(operation)?.as_str());
        Ok(Contract {
            query: root(OperationType::Query).unwrap_or_default(),
            mutation: root(OperationType::Mutation),
            types,
        })
    }

    fn report(&mut self, span: Option<SourceSpan>, message: &str) {
        let location = location(span, &self.schema.sources);
        let location = location.map(|location| format!("{location}: "));
        self.errors.push(location.unwrap_or_default() + message);
    }

    fn is_root(&self, name: &str) -> bool {
        let mut roots = self.schema.schema_definition.iter_root_operations();
        roots.any(|(_, root)| root == name)
    }

    fn is_query(&self, name: &str) -> bool {
        let query = self.schema.schema_definition.query.as_ref();
        query.is_some_and(|query| query.name == name)
    }

    fn file_stem(&self, span: Option<SourceSpan>) -> String {
        let path = span.and_then(|span| self.schema.sources.get(&span.file_id()));
        let stem = path.and_then(|file| file.path().file_stem());
        stem.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn type_model(&mut self, name: &Name, definition: &ExtendedType) -> TypeModel {
        let applied = |directive| Applied::find(definition.directives(), directive);
        let kind = self.kind(name, definition);
        let is_payload = matches!(&kind, Kind::Object { fields, .. } if fields.iter().any(|field| field.name == USER_ERRORS));
        let binding = if definition.is_scalar() {
            "scalar"
        } else {
            "model"
        };
        let mut rust = applied(binding).and_then(|binding| binding.text("rust"));
        let mistake = match kind {
            Kind::Object { .. } if is_payload => rust.is_some().then(|| {
                format!("the Rust type of the payload `{name}` is generated; remove @model")
            }),
            Kind::Scalar { .. } if rust.is_none() => Some(format!(
                "the scalar `{name}` has no Rust type; add @scalar(rust: \"...\")"
            )),
            Kind::Enum(_) | Kind::Object { .. } if rust.is_none() && !self.is_root(name) => Some(
                format!("`{name}` has no Rust type; add @model(rust: \"...\")"),
            ),
            _ => None,
        };
        if let Some(mistake) = mistake {
            self.report(definition.location(), &mistake);
        }
        if is_payload {
            rust = Some(format!("self::payload::{}", pascal(name)));
        }
        TypeModel {
            name: name.to_string(),
            description: definition.description().map(ToString::to_string),
            file_stem: self.file_stem(definition.location()),
            requires: applied("auth").map(Applied::role),
            owner: applied("auth").and_then(|auth| auth.text("owner")),
            rust,
            is_payload,
            kind,
        }
    }

    fn kind(&mut self, name: &Name, definition: &ExtendedType) -> Kind {
        match definition {
            ExtendedType::Scalar(ty) => {
                let specified_by = Applied::find(&ty.directives, "specifiedBy");
                Kind::Scalar {
                    specified_by: specified_by.and_then(|by| by.text("url")),
                }
            }
            ExtendedType::Enum(ty) => {
                let values = ty.values.values().map(|value| EnumValue {
                    name: value.value.to_string(),
                    description: value.description.as_ref().map(ToString::to_string),
                    deprecated: deprecated(&value.directives),
                });
                Kind::Enum(values.collect())
            }
            ExtendedType::InputObject(ty) => {
                let fields = ty.fields.values();
                let fields =
                    fields.map(|field| self.input(field, format!("{name}.{}", field.name)));
                let fields = fields.collect();
                if ty.directives.has(BUILT_IN) {
                    Kind::OneOf(fields)
                } else {
                    Kind::Input(fields)
                }
            }
            ExtendedType::Object(ty) => Kind::Object {
                fields: self.fields(name, &ty.fields),
                implements: names(&ty.implements_interfaces),
            },
            ExtendedType::Interface(ty) => {
                let mut possible = names(possible_types(self.schema, name));
                possible.sort();
                Kind::Interface {
                    fields: self.fields(name, &ty.fields),
                    implements: names(&ty.implements_interfaces),
                    possible,
                }
            }
            ExtendedType::Union(ty) => Kind::Union(names(&ty.members)),
        }
    }

    fn fields(
        &mut self,
        parent: &Name,
        fields: &IndexMap<Name, Component<FieldDefinition>>,
    ) -> Vec<Field> {
        let fields = fields.values();
        fields.map(|field| self.field(parent, field)).collect()
    }

    fn field(&mut self, parent: &Name, field: &Node<FieldDefinition>) -> Field {
        let applied = |directive| Applied::find(&field.directives, directive);
        let named = self.schema.types.get(field.ty.inner_named_type());
        let on_type = |directive| Applied::find(named?.directives(), directive);
        let composite = named.is_some_and(|named| !named.is_leaf());
        let cache = applied("cacheControl").or_else(|| on_type("cacheControl"));
        let cost = applied("cost").or_else(|| on_type("cost"));
        let cost = cost.and_then(|cost| cost.integer("weight"));
        let batch = applied("batch").map(|batch| {
            let mut keys = batch.texts("key");
            if keys.is_empty() {
                keys.push("id".to_owned());
            }
            let function = batch.text("by");
            Batch {
                keys,
                function: function.unwrap_or_else(|| pascal(parent) + &pascal(&field.name)),
            }
        });
        let codes = applied(USER_ERRORS).map(|codes| codes.texts("codes"));
        let codes = codes.unwrap_or_default();
        let coordinate = format!("{parent}.{}", field.name);
        let is_root = self.is_root(parent);
        let mut mistakes = Vec::new();
        if is_root && batch.is_some() {
            mistakes
                .push("is a root field, which has no parent to load for; remove @batch".to_owned());
        }
        let resolved_alone = is_root || batch.is_some() || field.arguments.is_empty();
        if !resolved_alone && self.schema.get_interface(parent).is_none() {
            mistakes.push("has arguments and so needs a batch function; add @batch".to_owned());
        }
        let looks_ahead = applied("lookahead").is_some();
        let is_function = self.is_query(parent) || batch.is_some();
        if looks_ahead && !(is_function && matches!(named, Some(ExtendedType::Object(_)))) {
            mistakes.push(
                "looks ahead, but is no object that a query or a batch function returns; remove @lookahead"
                    .to_owned(),
            );
        }
        mistakes.extend(expected_errors::check(self.schema, parent, field));
        if field.name == USER_ERRORS && codes.is_empty() {
            mistakes.push(
                "does not say which codes it can give; add @userErrors(codes: [...])".to_owned(),
            );
        }
        for mistake in mistakes {
            self.report(field.location(), &format!("`{coordinate}` {mistake}"));
        }
        let arguments = field
            .arguments
            .iter()
            .map(|argument| self.input(argument, format!("{coordinate}({}:)", argument.name)));
        Field {
            arguments: arguments.collect(),
            codes,
            name: field.name.to_string(),
            coordinate,
            description: field.description.as_ref().map(ToString::to_string),
            ty: field.ty.clone(),
            deprecated: deprecated(&field.directives),
            batch,
            looks_ahead,
            requires: applied("auth")
                .into_iter()
                .chain(on_type("auth"))
                .map(Applied::role)
                .collect(),
            cost: cost.unwrap_or(usize::from(composite)),
            list_size: applied("listSize").map(|size| ListSize {
                assumed: size.integer("assumedSize").unwrap_or(1),
                slicing: size.texts("slicingArguments"),
                sized_fields: size.texts("sizedFields"),
            }),
            cache: cache.map(|cache| {
                let private = cache.text("scope").as_deref() == Some("PRIVATE");
                (cache.integer("maxAge").unwrap_or(0), private)
            }),
            file_stem: self.file_stem(field.location()),
        }
    }

    fn input(&mut self, input: &Node<InputValueDefinition>, coordinate: String) -> InputField {
        let constraint = Applied::find(&input.directives, CONSTRAINT).map(|applied| {
            for bound in ["min", "max"] {
                if applied.argument(bound).is_some() && applied.integer::<i64>(bound).is_none() {
                    let message = format!(
                        "`{}` has a bound that is no whole number, which has no implementation",
                        input.name
                    );
                    self.report(input.location(), &message);
                }
            }
            let limits = |names: &[&'static str]| {
                let names = names.iter();
                let limits = names.filter_map(|name| Some((*name, applied.integer(name)?)));
                limits.collect()
            };
            Constraint {
                bounds: limits(&["min", "max", "minLength", "maxLength"]),
                items: limits(&["minItems", "maxItems"]),
                pattern: applied.text("pattern"),
            }
        });
        InputField {
            name: input.name.to_string(),
            coordinate,
            description: input.description.as_ref().map(ToString::to_string),
            ty: (*input.ty).clone(),
            default: input.default_value.as_ref().map(|value| (**value).clone()),
            deprecated: deprecated(&input.directives),
            constraint,
        }
    }
}

fn names(names: impl IntoIterator<Item: ToString>) -> Vec<String> {
    names.into_iter().map(|name| name.to_string()).collect()
}

fn deprecated(directives: &DirectiveList) -> Option<String> {
    let reason = Applied::find(directives, "deprecated")?.text("reason");
    Some(reason.unwrap_or_else(|| "No longer supported".to_owned()))
}
