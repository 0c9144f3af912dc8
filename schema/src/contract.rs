//! What the generator reads from a valid schema.

use std::collections::{HashMap, HashSet};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, FieldDefinition, InputValueDefinition, Type, Value},
    parser::SourceSpan,
    schema::ExtendedType,
    validation::Valid,
};

use crate::{
    Error,
    directive::{Applied, PRIVATE},
};

/// The schema with its bindings and policy.
pub(crate) struct Contract {
    pub(crate) types: Vec<TypeModel>,
    pub(crate) index: HashMap<String, usize>,
    pub(crate) query: usize,
    pub(crate) mutation: Option<usize>,
}

pub(crate) struct TypeModel {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The stem of the file that defines it, which is the noun.
    pub(crate) noun: String,
    /// The Rust type behind it.
    pub(crate) rust: Option<String>,
    pub(crate) owner: Option<String>,
    /// Whether an implemented field reaches it; nothing is generated otherwise.
    pub(crate) implemented: bool,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Scalar {
        specified_by: Option<String>,
    },
    Enum(Vec<EnumValue>),
    Input(Vec<InputField>),
    Object {
        fields: Vec<Field>,
        implements: Vec<String>,
    },
    Interface {
        fields: Vec<Field>,
        implements: Vec<String>,
        possible: Vec<String>,
    },
    Union(Vec<String>),
}

pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: Option<String>,
}

pub(crate) struct InputField {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Value>,
    pub(crate) deprecated: Option<String>,
    pub(crate) constraint: Option<Constraint>,
}

#[derive(Default)]
pub(crate) struct Constraint {
    pub(crate) bounds: Vec<(&'static str, i64)>,
    pub(crate) items: Vec<(&'static str, i64)>,
    pub(crate) pattern: Option<String>,
}

pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) ty: Type,
    pub(crate) arguments: Vec<InputField>,
    pub(crate) deprecated: Option<String>,
    pub(crate) batch: Option<Batch>,
    /// The roles that `@auth` asks for: the field's and that of its type.
    pub(crate) requires: Vec<String>,
    pub(crate) cost: usize,
    pub(crate) list_size: Option<ListSize>,
    pub(crate) cache: Option<(u32, bool)>,
    pub(crate) implemented: bool,
    /// The stem of the file that declares it, for a root field the noun.
    pub(crate) noun: String,
}

pub(crate) struct Batch {
    pub(crate) keys: Vec<String>,
    /// Its name in Rust.
    pub(crate) function: String,
}

pub(crate) struct ListSize {
    pub(crate) assumed: usize,
    pub(crate) slicing: Vec<String>,
    pub(crate) sized_fields: Vec<String>,
}

impl Contract {
    pub(crate) fn read(schema: &Valid<Schema>) -> Result<Self, Error> {
        Reader {
            schema,
            errors: Vec::new(),
        }
        .read()
    }

    pub(crate) fn named(&self, name: &str) -> Option<&TypeModel> {
        self.index.get(name).map(|&index| &self.types[index])
    }

    pub(crate) fn is_root(&self, index: usize) -> bool {
        index == self.query || self.mutation == Some(index)
    }

    /// Every `Type.field` that has a resolver or a binding.
    pub(crate) fn fields(&self) -> Vec<String> {
        let bound = self.types.iter().enumerate();
        let bound = bound.filter(|(index, model)| self.is_root(*index) || model.implemented);
        let fields = bound.flat_map(|(_, model)| match &model.kind {
            Kind::Object { fields, .. } => fields
                .iter()
                .map(|field| format!("{}.{}", model.name, field.name))
                .collect(),
            _ => Vec::new(),
        });
        fields.collect()
    }
}

struct Reader<'a> {
    schema: &'a Valid<Schema>,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Contract, Error> {
        let schema = self.schema;
        for directive in schema.directive_definitions.values() {
            if !directive.is_built_in() && !PRIVATE.contains(&directive.name.as_str()) {
                let message = format!(
                    "the directive `@{}` has no implementation; the generator knows {}",
                    directive.name,
                    PRIVATE.join(", ")
                );
                self.refuse(directive.location(), &message);
            }
        }
        let public = reachable(schema, |_| true);
        let implemented = reachable(schema, |field| {
            Applied::find(field.directives.iter(), "notImplemented").is_none()
        });
        let returned = returned(schema);
        for (name, definition) in &schema.types {
            if definition.is_interface()
                && !definition.is_built_in()
                && !returned.contains(name.as_str())
            {
                let message = format!(
                    "the interface `{name}` is the type of no field, so introspection would leave it out; add a field that returns it, or remove it"
                );
                self.refuse(definition.location(), &message);
            }
        }
        let mut types = Vec::new();
        for (name, definition) in &schema.types {
            if !definition.is_built_in() && public.contains(name.as_str()) {
                types.push(self.type_model(name, definition, implemented.contains(name.as_str())));
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

    fn refuse(&mut self, span: Option<SourceSpan>, message: &str) {
        let place = span.and_then(|span| {
            let file = self.schema.sources.get(&span.file_id())?.path();
            let start = span.line_column_range(&self.schema.sources)?.start;
            Some(format!(
                "{}:{}:{}: ",
                file.display(),
                start.line,
                start.column
            ))
        });
        self.errors.push(place.unwrap_or_default() + message);
    }

    fn noun(&self, span: Option<SourceSpan>) -> String {
        let path = span.and_then(|span| self.schema.sources.get(&span.file_id()));
        let stem = path.and_then(|file| file.path().file_stem());
        stem.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn type_model(
        &mut self,
        name: &Name,
        definition: &ExtendedType,
        implemented: bool,
    ) -> TypeModel {
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
        let root = self
            .schema
            .schema_definition
            .iter_root_operations()
            .any(|(_, root)| root == name);
        let needs_model = implemented && !root;
        let kind = match definition {
            ExtendedType::Scalar(_) => {
                rust = applied("scalar")
                    .and_then(|scalar| scalar.text("rust"))
                    .map(str::to_owned);
                if rust.is_none() {
                    self.refuse(
                        definition.location(),
                        &format!(
                            "the scalar `{name}` has no Rust type; add @scalar(rust: \"...\")"
                        ),
                    );
                }
                let specified_by = applied("specifiedBy").and_then(|by| by.text("url"));
                Kind::Scalar {
                    specified_by: specified_by.map(str::to_owned),
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
            ExtendedType::InputObject(ty) => Kind::Input(
                ty.fields
                    .values()
                    .map(|field| self.input(&field.node))
                    .collect(),
            ),
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
        };
        if needs_model && rust.is_none() && matches!(kind, Kind::Enum(_) | Kind::Object { .. }) {
            self.refuse(
                definition.location(),
                &format!("`{name}` has no Rust type; add @model(rust: \"...\")"),
            );
        }
        TypeModel {
            name: name.to_string(),
            description: description(definition.description()),
            noun: self.noun(definition.location()),
            owner: applied("auth")
                .and_then(|auth| auth.text("owner"))
                .map(str::to_owned),
            rust,
            implemented,
            kind,
        }
    }

    fn field(&mut self, parent: &Name, field: &Node<FieldDefinition>) -> Field {
        let applied = |directive| Applied::find(field.directives.iter(), directive);
        let named = self.schema.types.get(field.ty.inner_named_type());
        let of_type = |directive| {
            let directives =
                named.map(|named| named.directives().iter().map(|component| &component.node));
            Applied::find(directives.into_iter().flatten(), directive)
        };
        let composite = named.is_some_and(|named| !named.is_leaf());
        let role = |auth: Applied<'_>| auth.text("requires").unwrap_or("MEMBER").to_owned();
        let cache = applied("cacheControl").or_else(|| of_type("cacheControl"));
        let cost = applied("cost")
            .or_else(|| of_type("cost"))
            .and_then(|cost| cost.integer("weight"));
        let batch = applied("batch").map(|batch| {
            let keys: Vec<_> = batch.texts("key").into_iter().map(str::to_owned).collect();
            let own = crate::names::pascal(parent) + &crate::names::pascal(&field.name);
            Batch {
                keys: if keys.is_empty() {
                    vec!["id".to_owned()]
                } else {
                    keys
                },
                function: batch.text("by").map_or(own, str::to_owned),
            }
        });
        let root = self
            .schema
            .schema_definition
            .iter_root_operations()
            .any(|(_, root)| root == parent);
        let coordinate = format!("{parent}.{}", field.name);
        if root && batch.is_some() {
            self.refuse(
                field.location(),
                &format!(
                    "`{coordinate}` is a root field, which has no parent to load for; remove @batch"
                ),
            );
        }
        if !root
            && batch.is_none()
            && !field.arguments.is_empty()
            && !matches!(
                self.schema.types.get(parent),
                Some(ExtendedType::Interface(_))
            )
        {
            self.refuse(
                field.location(),
                &format!("`{coordinate}` has arguments and so needs a batch function; add @batch"),
            );
        }
        Field {
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
                .chain(of_type("auth"))
                .map(role)
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
            implemented: applied("notImplemented").is_none(),
            noun: self.noun(field.location()),
        }
    }

    fn input(&mut self, input: &Node<InputValueDefinition>) -> InputField {
        let constraint = Applied::find(input.directives.iter(), "constraint").map(|given| {
            let mut constraint = Constraint::default();
            for (argument, field) in [("min", "min"), ("max", "max"), ("minLength", "min_length"), ("maxLength", "max_length")] {
                constraint.bounds.extend(given.integer(argument).map(|bound| (field, bound)));
            }
            for (argument, field) in [("minItems", "min_items"), ("maxItems", "max_items")] {
                constraint.items.extend(given.integer(argument).map(|bound| (field, bound)));
            }
            constraint.pattern = given.text("pattern").map(str::to_owned);
            constraint.pattern = constraint.pattern.or_else(|| match given.text("format")? {
                "EMAIL" => Some(r"^[^@\s]+@[^@\s]+\.[^@\s]+$".to_owned()),
                "URL" => Some(r"^https?://[^\s/]+(/\S*)?$".to_owned()),
                other => {
                    self.refuse(input.location(), &format!("the format `{other}` has no implementation; use EMAIL, URL or a pattern"));
                    None
                }
            });
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

/// The types that the roots reach through the fields that `follow` lets pass:
/// private types are used by private directives alone.
pub(crate) fn reachable<'a>(
    schema: &'a Valid<Schema>,
    follow: impl Fn(&FieldDefinition) -> bool,
) -> HashSet<&'a str> {
    let mut reached = HashSet::new();
    let mut open: Vec<&Name> = schema
        .schema_definition
        .iter_root_operations()
        .map(|(_, name)| &name.name)
        .collect();
    let implementers = schema.implementers_map();
    while let Some(name) = open.pop() {
        let Some((name, definition)) = schema.types.get_key_value(name) else {
            continue;
        };
        if !reached.insert(name.as_str()) {
            continue;
        }
        let fields = match definition {
            ExtendedType::Object(ty) => {
                open.extend(ty.implements_interfaces.iter().map(|name| &name.name));
                Some(&ty.fields)
            }
            ExtendedType::Interface(ty) => {
                open.extend(ty.implements_interfaces.iter().map(|name| &name.name));
                Some(&ty.fields)
            }
            ExtendedType::Union(ty) => {
                open.extend(ty.members.iter().map(|name| &name.name));
                None
            }
            ExtendedType::InputObject(ty) => {
                open.extend(ty.fields.values().map(|field| field.ty.inner_named_type()));
                None
            }
            _ => None,
        };
        for field in fields
            .into_iter()
            .flat_map(|fields| fields.values())
            .filter(|field| follow(field))
        {
            open.push(field.ty.inner_named_type());
            open.extend(
                field
                    .arguments
                    .iter()
                    .map(|argument| argument.ty.inner_named_type()),
            );
        }
        // An interface reaches the objects that implement it.
        if let Some((_, implementers)) = implementers.get_key_value(name) {
            open.extend(
                implementers
                    .objects
                    .iter()
                    .filter_map(|object| schema.types.get_key_value(object).map(|(name, _)| name)),
            );
        }
    }
    reached
}

/// The types that fields return.
fn returned(schema: &Valid<Schema>) -> HashSet<&str> {
    let fields = schema
        .types
        .values()
        .flat_map(|definition| match definition {
            ExtendedType::Object(ty) => ty.fields.values().collect(),
            ExtendedType::Interface(ty) => ty.fields.values().collect(),
            _ => Vec::new(),
        });
    fields
        .map(|field| field.ty.inner_named_type().as_str())
        .collect()
}
