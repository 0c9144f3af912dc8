//! `CollectFields` and `MergeSelectionSets` (specification 6.3.2 and 6.4.3),
//! once per request, object type and position: merges duplicate keys, applies fragments,
//! coerces arguments, checks authorization and sums up the cost.

use std::{
    any::Any,
    collections::{HashMap, HashSet},
    ptr,
    sync::Arc,
};

use apollo_compiler::{
    Name as DocumentName, Node,
    ast::{DirectiveList, Value as Literal},
    executable::{Field, Operation, Selection, SelectionSet},
};
use async_graphql::{Name, Pos, ServerError, Value, Variables, indexmap::IndexMap};

use crate::{
    InputError, Problem, ResolverError,
    definition::{CacheHint, FieldDefinition, ListSize, TypeKind},
    document::Document,
    generated_schema::GeneratedSchema,
    input::ArgumentValues,
};

/// The field index of `__typename`, which every object has.
pub(crate) const TYPENAME: usize = usize::MAX;
/// The field index of `__schema` and `__type`, which [`introspection`](crate::introspection) resolves.
pub(crate) const INTROSPECTION: usize = usize::MAX - 1;

static TYPENAME_DEFINITION: FieldDefinition = FieldDefinition {
    name: "__typename",
    description: None,
    ty: "String!",
    named_type: None,
    nullable: false,
    arguments: &[],
    deprecated: None,
    cost: 0,
    list_size: None,
    cache: None,
};

/// The fields selected on one object type at one position of the document.
pub struct ObjectPlan {
    pub(crate) type_index: usize,
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<PlannedField>,
}

/// A response key with the merged fields that share it.
pub struct PlannedField {
    /// The response key (alias or name).
    pub key: Name,
    /// The definition of the field in the SDL.
    pub definition: &'static FieldDefinition,
    /// The index among the fields of the parent type.
    pub index: usize,
    pub(crate) position: Pos,
    /// The authorization or argument error that is reported instead of resolving the field.
    pub(crate) error: Option<ResolverError>,
    /// Invalid arguments that the payload reports in its `userErrors`.
    user_error: Option<InputError>,
    arguments: Option<Box<dyn Any + Send + Sync>>,
    /// A plan for each object type that the field can return.
    objects: Vec<Arc<ObjectPlan>>,
}

impl PlannedField {
    /// The coerced arguments as the type that the generator emits for them.
    ///
    /// # Panics
    ///
    /// If `T` is not the argument type of this field; generated code always
    /// passes the right one.
    pub fn arguments<T: Any>(&self) -> &T {
        self.arguments
            .as_ref()
            .and_then(|arguments| arguments.downcast_ref())
            .expect("a planned field holds the arguments of its own type")
    }

    /// The problems of invalid arguments that the payload reports in its
    /// `userErrors`; there are no [`arguments`](Self::arguments) in that case.
    pub fn user_errors(&self) -> Option<&[Problem]> {
        self.user_error.as_ref().map(InputError::problems)
    }

    /// The fields selected on the object type with this index.
    ///
    /// # Panics
    ///
    /// If the field cannot return that type, which validation rules out.
    pub fn object(&self, type_index: usize) -> &ObjectPlan {
        self.objects
            .iter()
            .find(|object| object.type_index == type_index)
            .expect("a planned field holds a plan for each type that it can return")
    }
}

/// Plans one operation, and accumulates its cache hint and errors.
pub(crate) struct Planner<'d, S: GeneratedSchema> {
    document: &'d Document,
    variables: &'d Variables,
    context: &'d Arc<S::Context>,
    /// The strictest `@cacheControl` hint of all selected fields.
    pub(crate) cache: CacheHint,
    /// Whether `__schema` or `__type` is selected.
    pub(crate) introspects: bool,
    /// The error because of which the operation must not run.
    pub(crate) request_error: Option<ServerError>,
    /// The plans below fields of abstract types, with their costs. Possible types
    /// often share selection sets further down; without this cache, nested
    /// abstract types would be planned once for each path to them, which is
    /// exponential.
    cached_plans: HashMap<PlanKey, (Arc<ObjectPlan>, usize)>,
}

/// The list size that `@listSize(sizedFields:)` of the parent assigns to these fields of the object.
type SizedFields = Option<(usize, &'static [&'static str])>;

/// An object type, the addresses of the selection sets on it, and the sizes of its list fields.
type PlanKey = (usize, Vec<usize>, SizedFields);

impl<'d, S: GeneratedSchema> Planner<'d, S> {
    pub(crate) fn new(
        document: &'d Document,
        variables: &'d Variables,
        context: &'d Arc<S::Context>,
    ) -> Self {
        Self {
            document,
            variables,
            context,
            cache: CacheHint {
                max_age: u32::MAX,
                private: false,
            },
            introspects: false,
            request_error: None,
            cached_plans: HashMap::new(),
        }
    }

    /// Plans the root type; also returns the cost of the operation.
    pub(crate) fn root(
        &mut self,
        type_index: usize,
        operation: &'d Operation,
    ) -> (ObjectPlan, usize) {
        self.object(type_index, &[&operation.selection_set], None)
    }

    fn object(
        &mut self,
        type_index: usize,
        sets: &[&'d SelectionSet],
        sized_fields: SizedFields,
    ) -> (ObjectPlan, usize) {
        let mut groups = IndexMap::new();
        let mut visited = HashSet::new();
        for set in sets {
            self.collect(type_index, set, &mut visited, &mut groups);
        }
        let mut fields = Vec::with_capacity(groups.len());
        let mut cost = 0_usize;
        for (key, nodes) in groups {
            let (field, field_cost) = self.field(type_index, key, &nodes, sized_fields);
            cost = cost.saturating_add(field_cost);
            fields.push(field);
        }
        let name = S::TYPES[type_index].name;
        let plan = ObjectPlan {
            type_index,
            name,
            fields,
        };
        (plan, cost)
    }

    /// `CollectFields`.
    fn collect(
        &mut self,
        type_index: usize,
        set: &'d SelectionSet,
        visited: &mut HashSet<&'d DocumentName>,
        groups: &mut IndexMap<&'d DocumentName, Vec<&'d Node<Field>>>,
    ) {
        for selection in &set.selections {
            if !self.includes(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    groups.entry(field.response_key()).or_default().push(field);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    if condition.is_none_or(|on| fragment_type_applies::<S>(type_index, on)) {
                        self.collect(type_index, &fragment.selection_set, visited, groups);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    let document = self.document;
                    if let Some(fragment) = document.fragments().get(name)
                        && visited.insert(name)
                        && fragment_type_applies::<S>(type_index, fragment.type_condition())
                    {
                        self.collect(type_index, &fragment.selection_set, visited, groups);
                    }
                }
            }
        }
    }

    /// `@skip` and `@include` (3.13.1 and 3.13.2).
    fn includes(&mut self, directives: &DirectiveList) -> bool {
        let mut condition = |name: &str| {
            let directive = directives.get(name)?;
            let value = directive.specified_argument_by_name("if")?;
            let condition = match &**value {
                Literal::Boolean(condition) => Some(*condition),
                Literal::Variable(variable) => match self.variables.get(variable.as_str()) {
                    Some(Value::Boolean(condition)) => Some(*condition),
                    _ => None,
                },
                _ => None,
            };
            if condition.is_none() {
                // The type of a variable may be nullable if it has a default.
                let message = format!("the argument `if` of @{name} must not be null");
                let position = self.document.position(value.location());
                let error = ResolverError::new("BAD_USER_INPUT", message);
                self.request_error
                    .get_or_insert_with(|| error.into_error(Some(position)));
            }
            condition
        };
        condition("skip") != Some(true) && condition("include") != Some(false)
    }

    fn field(
        &mut self,
        type_index: usize,
        key: &DocumentName,
        nodes: &[&'d Node<Field>],
        sized_fields: SizedFields,
    ) -> (PlannedField, usize) {
        let first = nodes[0];
        let mut field = PlannedField {
            key: Name::new(key),
            definition: &TYPENAME_DEFINITION,
            index: TYPENAME,
            position: self.document.position(first.location()),
            error: None,
            user_error: None,
            arguments: None,
            objects: Vec::new(),
        };
        let name = first.name.as_str();
        if name == "__typename" {
            return (field, 0);
        }
        let definitions = S::TYPES[type_index].fields();
        let Some(index) = definitions.iter().position(|field| field.name == name) else {
            // Validation rejects unknown fields, so this is `__schema` or `__type`.
            self.introspects = true;
            field.index = INTROSPECTION;
            return (field, 0);
        };
        let definition = &definitions[index];
        field.definition = definition;
        field.index = index;
        self.apply_cache_hint(definition);

        let mut arguments = ArgumentValues::new(&first.arguments, self.variables);
        let size = definition
            .list_size
            .as_ref()
            .map(|rule| list_size(rule, definition, &arguments));
        if let Err(error) = S::guard(type_index, index, self.context) {
            field.error = Some(error);
        } else if !definition.arguments.is_empty() {
            match S::arguments(type_index, index, &mut arguments) {
                Ok(arguments) => field.arguments = Some(arguments),
                Err(error)
                    if S::MUTATION == Some(type_index)
                        && has_user_errors::<S>(definition)
                        && error.is_user_error() =>
                {
                    field.user_error = Some(error);
                }
                Err(error) => field.error = Some(error.into_resolver_error(definition.name)),
            }
        }

        // The size multiplies the field itself or, with `sizedFields`, the fields of these names below it.
        let (mut length, mut sized_below) = (1, None);
        match (size, &definition.list_size) {
            (Some(size), Some(rule)) if rule.sized_fields.is_empty() => length = size,
            (Some(size), Some(rule)) => sized_below = Some((size, rule.sized_fields)),
            _ => {}
        }
        if let Some((size, names)) = sized_fields
            && names.contains(&name)
        {
            length = size;
        }
        let children = self.children(&mut field, nodes, sized_below);
        let cost = length.saturating_mul(definition.cost.saturating_add(children));
        (field, cost)
    }

    /// Plans the selection for each object type that the field can return, and
    /// returns the cost of the most expensive one.
    fn children(
        &mut self,
        field: &mut PlannedField,
        nodes: &[&'d Node<Field>],
        sized_fields: SizedFields,
    ) -> usize {
        let Some(named_type) = field.definition.named_type else {
            return 0;
        };
        let sets: Vec<_> = nodes.iter().map(|node| &node.selection_set).collect();
        let own = [named_type];
        let possible: &[usize] = match S::TYPES[named_type].kind {
            TypeKind::Object { .. } => &own,
            TypeKind::Interface { possible, .. } | TypeKind::Union(possible) => possible,
            _ => return 0,
        };
        let mut max_cost = 0;
        for &type_index in possible {
            let (plan, cost) = if possible.len() > 1 {
                self.cached_object(type_index, &sets, sized_fields)
            } else {
                let (plan, cost) = self.object(type_index, &sets, sized_fields);
                (Arc::new(plan), cost)
            };
            max_cost = max_cost.max(cost);
            field.objects.push(plan);
        }
        max_cost
    }

    /// Like [`Self::object`], but plans equal selections only once.
    fn cached_object(
        &mut self,
        type_index: usize,
        sets: &[&'d SelectionSet],
        sized_fields: SizedFields,
    ) -> (Arc<ObjectPlan>, usize) {
        let addresses = sets.iter().map(|set| ptr::from_ref(*set).addr());
        let key = (type_index, addresses.collect(), sized_fields);
        if let Some((plan, cost)) = self.cached_plans.get(&key) {
            return (Arc::clone(plan), *cost);
        }
        let (plan, cost) = self.object(type_index, sets, sized_fields);
        let plan = Arc::new(plan);
        self.cached_plans.insert(key, (Arc::clone(&plan), cost));
        (plan, cost)
    }

    /// Keeps the strictest hint. A composite field without a hint forbids caching,
    /// as in Apollo Server.
    fn apply_cache_hint(&mut self, definition: &FieldDefinition) {
        let composite = definition.named_type.is_some_and(|named_type| {
            !matches!(
                S::TYPES[named_type].kind,
                TypeKind::Scalar { .. } | TypeKind::Enum(_)
            )
        });
        let hint = match definition.cache {
            Some(hint) => hint,
            None if composite => CacheHint {
                max_age: 0,
                private: false,
            },
            None => return,
        };
        // A private value is the same for all anonymous viewers, so it does not restrict their responses.
        if hint.private && !composite && S::is_anonymous(self.context) {
            return;
        }
        self.cache.max_age = self.cache.max_age.min(hint.max_age);
        self.cache.private |= hint.private;
    }
}

/// Whether the payload of a mutation has the field `userErrors`.
fn has_user_errors<S: GeneratedSchema>(definition: &FieldDefinition) -> bool {
    definition.named_type.is_some_and(|named_type| {
        let mut fields = S::TYPES[named_type].fields().iter();
        fields.any(|field| field.name == "userErrors")
    })
}

/// `DoesFragmentTypeApply` (6.3.2).
fn fragment_type_applies<S: GeneratedSchema>(type_index: usize, condition: &DocumentName) -> bool {
    let object = &S::TYPES[type_index];
    if object.name == condition.as_str() {
        return true;
    }
    match object.kind {
        TypeKind::Object { implements, .. } if implements.contains(&condition.as_str()) => true,
        _ => S::TYPES.iter().any(|candidate| {
            candidate.name == condition.as_str()
                && matches!(candidate.kind, TypeKind::Union(members) if members.contains(&type_index))
        }),
    }
}

/// The largest slicing argument, given or default; the assumed size if there is none.
fn list_size(rule: &ListSize, definition: &FieldDefinition, arguments: &ArgumentValues) -> usize {
    let sizes = rule.slicing.iter().filter_map(|name| {
        arguments.size(name).or_else(|| {
            let definition = definition
                .arguments
                .iter()
                .find(|argument| argument.name == *name);
            definition?.default?.parse().ok()
        })
    });
    sizes.max().unwrap_or(rule.assumed)
}
