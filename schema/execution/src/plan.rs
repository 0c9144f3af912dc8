//! `CollectFields` and `MergeSelectionSets` (specification 6.3.2 and 6.4.3),
//! done once per request and object type: duplicate keys merged, fragments
//! applied, arguments coerced, access decided, cost added up.

use std::{any::Any, collections::HashSet, sync::Arc};

use async_graphql::{
    Name, Pos, Positioned, ServerError,
    context::QueryEnvInner,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
};

use crate::{
    Fault,
    contract::Contract,
    definition::{CacheHint, FieldDefinition, ListSize, TypeKind},
    input::ArgumentValues,
};

/// The index of `__typename`, which every object has.
pub(crate) const TYPENAME: usize = usize::MAX;
/// The index of `__schema` and `__type`, which async-graphql answers.
pub(crate) const INTROSPECTION: usize = usize::MAX - 1;

static TYPENAME_DEFINITION: FieldDefinition = FieldDefinition {
    name: "__typename",
    description: None,
    ty: "String!",
    named: None,
    nullable: false,
    arguments: &[],
    deprecated: None,
    cost: 0,
    list_size: None,
    cache: None,
};

/// What is asked of one object type at one place of the document.
pub struct ObjectPlan {
    pub(crate) type_index: usize,
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<PlannedField>,
}

/// One response key: the merged fields that share it.
pub struct PlannedField {
    /// The response key (alias or name).
    pub key: Name,
    /// What the SDL says of the field.
    pub definition: &'static FieldDefinition,
    /// The field's place in its type's definition.
    pub index: usize,
    pub(crate) position: Pos,
    pub(crate) refusal: Option<Fault>,
    arguments: Option<Box<dyn Any + Send + Sync>>,
    objects: Vec<ObjectPlan>,
}

impl PlannedField {
    /// The coerced arguments; the generated code knows their type.
    ///
    /// # Panics
    ///
    /// When asked for the type of another field's arguments, which generated
    /// code does not.
    pub fn arguments<T: Any>(&self) -> &T {
        self.arguments
            .as_ref()
            .and_then(|arguments| arguments.downcast_ref())
            .expect("a planned field holds the arguments of its own type")
    }

    /// What is asked of the object type with this index.
    ///
    /// # Panics
    ///
    /// When the field cannot return that type, which validation rules out.
    pub fn object(&self, type_index: usize) -> &ObjectPlan {
        self.objects
            .iter()
            .find(|object| object.type_index == type_index)
            .expect("a planned field holds a plan for each type that it can return")
    }
}

/// What one request's planning is about, and what it adds up.
pub(crate) struct Planner<'d, K: Contract> {
    pub(crate) environment: &'d QueryEnvInner,
    pub(crate) context: &'d Arc<K::Context>,
    pub(crate) cache: CacheHint,
    /// Why the operation must not run.
    pub(crate) conflict: Option<ServerError>,
}

/// The size that a `@listSize` gives to some fields of the object below it.
type Sized = Option<(usize, &'static [&'static str])>;

impl<'d, K: Contract> Planner<'d, K> {
    pub(crate) fn root(&mut self, type_index: usize) -> (ObjectPlan, usize) {
        let set = &self.environment.operation.node.selection_set.node;
        self.object(type_index, &[set], None)
    }

    fn object(
        &mut self,
        type_index: usize,
        sets: &[&'d SelectionSet],
        sized: Sized,
    ) -> (ObjectPlan, usize) {
        let mut groups = IndexMap::new();
        let mut visited = HashSet::new();
        for set in sets {
            self.collect(type_index, set, &mut visited, &mut groups);
        }
        let mut fields = Vec::with_capacity(groups.len());
        let mut cost = 0_usize;
        for (key, nodes) in groups {
            let (field, field_cost) = self.field(type_index, key, &nodes, sized);
            cost = cost.saturating_add(field_cost);
            fields.push(field);
        }
        let name = K::TYPES[type_index].name;
        let plan = ObjectPlan {
            type_index,
            name,
            fields,
        };
        (plan, cost)
    }

    /// `CollectFields`; async-graphql has already taken out what `@skip` and
    /// `@include` exclude.
    fn collect(
        &self,
        type_index: usize,
        set: &'d SelectionSet,
        visited: &mut HashSet<&'d Name>,
        groups: &mut IndexMap<&'d Name, Vec<&'d Positioned<Field>>>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    groups.entry(key).or_default().push(field);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|on| applies::<K>(type_index, &on.node.on.node)) {
                        let set = &fragment.node.selection_set.node;
                        self.collect(type_index, set, visited, groups);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.environment.fragments.get(name);
                    if let Some(fragment) = fragment
                        && visited.insert(name)
                        && applies::<K>(type_index, &fragment.node.type_condition.node.on.node)
                    {
                        let set = &fragment.node.selection_set.node;
                        self.collect(type_index, set, visited, groups);
                    }
                }
            }
        }
    }

    fn field(
        &mut self,
        type_index: usize,
        key: &Name,
        nodes: &[&'d Positioned<Field>],
        sized: Sized,
    ) -> (PlannedField, usize) {
        let first = nodes[0];
        let mut field = PlannedField {
            key: key.clone(),
            definition: &TYPENAME_DEFINITION,
            index: TYPENAME,
            position: first.pos,
            refusal: None,
            arguments: None,
            objects: Vec::new(),
        };
        let name = first.node.name.node.as_str();
        // async-graphql compares fields only within one selection set.
        if let Some(other) = nodes.iter().find(|other| !same_field(first, other)) {
            let message = format!(
                "fields under the key {key} conflict: they are not the same field with the same arguments"
            );
            self.refuse(&message, other.pos);
        }
        if name == "__typename" {
            return (field, 0);
        }
        let definitions = K::TYPES[type_index].fields();
        let Some(index) = definitions.iter().position(|field| field.name == name) else {
            if !(type_index == K::QUERY && matches!(name, "__schema" | "__type")) {
                let message = format!("{} has no field {name}", K::TYPES[type_index].name);
                self.refuse(&message, first.pos);
            }
            field.index = INTROSPECTION;
            return (field, 0);
        };
        let definition = &definitions[index];
        field.definition = definition;
        field.index = index;
        self.count_cache(definition);

        let mut arguments = ArgumentValues::new(&first.node.arguments, &self.environment.variables);
        let size = definition
            .list_size
            .as_ref()
            .map(|size| slice(size, definition, &arguments));
        if let Err(fault) = K::guard(type_index, index, self.context) {
            field.refusal = Some(fault);
        } else if !definition.arguments.is_empty() {
            match K::arguments(type_index, index, &mut arguments) {
                Ok(arguments) => field.arguments = Some(arguments),
                Err(error) => field.refusal = Some(error.into_fault(definition.name)),
            }
        }

        let (mut times, mut below) = (1, None);
        match (size, &definition.list_size) {
            (Some(size), Some(rule)) if rule.sized_fields.is_empty() => times = size,
            (Some(size), Some(rule)) => below = Some((size, rule.sized_fields)),
            _ => {}
        }
        if let Some((size, names)) = sized
            && names.contains(&name)
        {
            times = size;
        }
        let children = self.children(&mut field, nodes, below);
        let cost = times.saturating_mul(definition.cost.saturating_add(children));
        (field, cost)
    }

    /// Plans the selection for each object type that the field can return;
    /// the dearest counts.
    fn children(
        &mut self,
        field: &mut PlannedField,
        nodes: &[&'d Positioned<Field>],
        sized: Sized,
    ) -> usize {
        let Some(named) = field.definition.named else {
            return 0;
        };
        let sets: Vec<_> = nodes
            .iter()
            .map(|node| &node.node.selection_set.node)
            .collect();
        let own = [named];
        let possible: &[usize] = match K::TYPES[named].kind {
            TypeKind::Object { .. } => &own,
            TypeKind::Interface { possible, .. } | TypeKind::Union(possible) => possible,
            _ => return 0,
        };
        let mut dearest = 0;
        for &type_index in possible {
            let (plan, cost) = self.object(type_index, &sets, sized);
            dearest = dearest.max(cost);
            field.objects.push(plan);
        }
        dearest
    }

    fn refuse(&mut self, message: &str, position: Pos) {
        let fault = Fault::new("GRAPHQL_VALIDATION_FAILED", message);
        self.conflict
            .get_or_insert_with(|| fault.into_error(Some(position)));
    }

    /// The strictest hint counts; a composite field without one forbids caching,
    /// as in Apollo Server.
    fn count_cache(&mut self, definition: &FieldDefinition) {
        let composite = definition.named.is_some_and(|named| {
            !matches!(
                K::TYPES[named].kind,
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
        self.cache.max_age = self.cache.max_age.min(hint.max_age);
        self.cache.private |= hint.private;
    }
}

/// Whether two fields may share a response key (specification 5.3.2).
fn same_field(one: &Positioned<Field>, other: &Positioned<Field>) -> bool {
    let (one, other) = (&one.node, &other.node);
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            let given = other.get_argument(&name.node);
            given.is_some_and(|given| given.node == value.node)
        })
}

/// `DoesFragmentTypeApply` (6.3.2).
fn applies<K: Contract>(type_index: usize, condition: &Name) -> bool {
    let object = &K::TYPES[type_index];
    if object.name == condition.as_str() {
        return true;
    }
    match object.kind {
        TypeKind::Object { implements, .. } if implements.contains(&condition.as_str()) => true,
        _ => K::TYPES.iter().any(|candidate| {
            candidate.name == condition.as_str()
                && matches!(candidate.kind, TypeKind::Union(members) if members.contains(&type_index))
        }),
    }
}

/// The largest slicing argument given or defaulted, else the assumed size.
fn slice(rule: &ListSize, definition: &FieldDefinition, arguments: &ArgumentValues) -> usize {
    let given = rule.slicing.iter().filter_map(|name| {
        arguments.integer(name).or_else(|| {
            let definition = definition
                .arguments
                .iter()
                .find(|argument| argument.name == *name);
            definition?.default?.parse().ok()
        })
    });
    given.max().unwrap_or(rule.assumed)
}
