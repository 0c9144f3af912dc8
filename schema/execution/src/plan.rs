//! `CollectFields` and `MergeSelectionSets` (specification 6.3.2 and 6.4.3),
//! done once per request and object type: duplicate keys merged, fragments
//! applied, arguments coerced, access decided, cost added up.

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
    Fault, InputError, Problem,
    contract::Contract,
    definition::{CacheHint, FieldDefinition, ListSize, TypeKind},
    document::Document,
    input::ArgumentValues,
};

/// The index of `__typename`, which every object has.
pub(crate) const TYPENAME: usize = usize::MAX;
/// The index of `__schema` and `__type`, which [`introspection`](crate::introspection) answers.
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
    /// What a person has to mend, where the field has `userErrors` to say it.
    unacceptable: Option<InputError>,
    arguments: Option<Box<dyn Any + Send + Sync>>,
    objects: Vec<Arc<ObjectPlan>>,
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

    /// What is wrong with the arguments, where a person can mend it and the
    /// payload says so; there are no [`arguments`](Self::arguments) then.
    pub fn unacceptable(&self) -> Option<&[Problem]> {
        self.unacceptable.as_ref().map(InputError::problems)
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
    document: &'d Document,
    variables: &'d Variables,
    context: &'d Arc<K::Context>,
    /// What `@cacheControl` says of everything selected.
    pub(crate) cache: CacheHint,
    /// Whether `__schema` or `__type` is selected.
    pub(crate) introspects: bool,
    /// Why the operation must not run.
    pub(crate) conflict: Option<ServerError>,
    /// The plans below fields of abstract types: each possible type that
    /// selects the same comes to the same further down, so that types within
    /// types are not planned once for each way to them.
    planned: HashMap<PlanKey, (Arc<ObjectPlan>, usize)>,
}

/// The size that a `@listSize` gives to some fields of the object below it.
type Sized = Option<(usize, &'static [&'static str])>;

/// An object type, the addresses of the selection sets that are asked of it, and their size.
type PlanKey = (usize, Vec<usize>, Sized);

impl<'d, K: Contract> Planner<'d, K> {
    pub(crate) fn new(
        document: &'d Document,
        variables: &'d Variables,
        context: &'d Arc<K::Context>,
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
            conflict: None,
            planned: HashMap::new(),
        }
    }

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
                    if condition.is_none_or(|on| applies::<K>(type_index, on)) {
                        self.collect(type_index, &fragment.selection_set, visited, groups);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    let document = self.document;
                    if let Some(fragment) = document.fragments().get(name)
                        && visited.insert(name)
                        && applies::<K>(type_index, fragment.type_condition())
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
            let given = match &**value {
                Literal::Boolean(given) => Some(*given),
                Literal::Variable(variable) => match self.variables.get(variable.as_str()) {
                    Some(Value::Boolean(given)) => Some(*given),
                    _ => None,
                },
                _ => None,
            };
            if given.is_none() {
                // A variable may be of a nullable type where it has a default.
                let message = format!("the argument `if` of @{name} must not be null");
                let position = self.document.position(value.location());
                let fault = Fault::new("BAD_USER_INPUT", message);
                self.conflict
                    .get_or_insert_with(|| fault.into_error(Some(position)));
            }
            given
        };
        condition("skip") != Some(true) && condition("include") != Some(false)
    }

    fn field(
        &mut self,
        type_index: usize,
        key: &DocumentName,
        nodes: &[&'d Node<Field>],
        sized: Sized,
    ) -> (PlannedField, usize) {
        let first = nodes[0];
        let mut field = PlannedField {
            key: Name::new(key),
            definition: &TYPENAME_DEFINITION,
            index: TYPENAME,
            position: self.document.position(first.location()),
            refusal: None,
            unacceptable: None,
            arguments: None,
            objects: Vec::new(),
        };
        let name = first.name.as_str();
        if name == "__typename" {
            return (field, 0);
        }
        let definitions = K::TYPES[type_index].fields();
        let Some(index) = definitions.iter().position(|field| field.name == name) else {
            // Validation knows no other fields than those of the schema and these two.
            self.introspects = true;
            field.index = INTROSPECTION;
            return (field, 0);
        };
        let definition = &definitions[index];
        field.definition = definition;
        field.index = index;
        self.count_cache(definition);

        let mut arguments = ArgumentValues::new(&first.arguments, self.variables);
        let size = definition
            .list_size
            .as_ref()
            .map(|size| slice(size, definition, &arguments));
        if let Err(fault) = K::guard(type_index, index, self.context) {
            field.refusal = Some(fault);
        } else if !definition.arguments.is_empty() {
            match K::arguments(type_index, index, &mut arguments) {
                Ok(arguments) => field.arguments = Some(arguments),
                Err(error)
                    if K::MUTATION == Some(type_index)
                        && has_user_errors::<K>(definition)
                        && error.is_for_persons() =>
                {
                    field.unacceptable = Some(error);
                }
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
        nodes: &[&'d Node<Field>],
        sized: Sized,
    ) -> usize {
        let Some(named) = field.definition.named else {
            return 0;
        };
        let sets: Vec<_> = nodes.iter().map(|node| &node.selection_set).collect();
        let own = [named];
        let possible: &[usize] = match K::TYPES[named].kind {
            TypeKind::Object { .. } => &own,
            TypeKind::Interface { possible, .. } | TypeKind::Union(possible) => possible,
            _ => return 0,
        };
        let mut highest = 0;
        for &type_index in possible {
            let (plan, cost) = if possible.len() > 1 {
                self.object_once(type_index, &sets, sized)
            } else {
                let (plan, cost) = self.object(type_index, &sets, sized);
                (Arc::new(plan), cost)
            };
            highest = highest.max(cost);
            field.objects.push(plan);
        }
        highest
    }

    fn object_once(
        &mut self,
        type_index: usize,
        sets: &[&'d SelectionSet],
        sized: Sized,
    ) -> (Arc<ObjectPlan>, usize) {
        let addresses = sets.iter().map(|set| ptr::from_ref(*set).addr());
        let key = (type_index, addresses.collect(), sized);
        if let Some((plan, cost)) = self.planned.get(&key) {
            return (Arc::clone(plan), *cost);
        }
        let (plan, cost) = self.object(type_index, sets, sized);
        let plan = Arc::new(plan);
        self.planned.insert(key, (Arc::clone(&plan), cost));
        (plan, cost)
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
        // Of a value that is private to each viewer there is one for all who are not signed in.
        if hint.private && !composite && K::is_anonymous(self.context) {
            return;
        }
        self.cache.max_age = self.cache.max_age.min(hint.max_age);
        self.cache.private |= hint.private;
    }
}

/// Whether the payload has a place for what a person can mend.
fn has_user_errors<K: Contract>(definition: &FieldDefinition) -> bool {
    definition.named.is_some_and(|named| {
        let mut fields = K::TYPES[named].fields().iter();
        fields.any(|field| field.name == "userErrors")
    })
}

/// `DoesFragmentTypeApply` (6.3.2).
fn applies<K: Contract>(type_index: usize, condition: &DocumentName) -> bool {
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
        arguments.size(name).or_else(|| {
            let definition = definition
                .arguments
                .iter()
                .find(|argument| argument.name == *name);
            definition?.default?.parse().ok()
        })
    });
    given.max().unwrap_or(rule.assumed)
}
