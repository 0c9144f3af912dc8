//! `CollectFields` and `MergeSelectionSets` (specification 6.3.2 and 6.4.3), once per operation, object type and
//! position: merges duplicate keys and applies fragments. A plan depends on the document and on the variables in `@skip`
//! and `@include`; what else a request contributes is in `prepared`.

use std::{
    any::Any,
    collections::{HashMap, HashSet},
    marker::PhantomData,
    ptr,
    sync::{Arc, atomic::AtomicUsize},
};

use apollo_compiler::{
    Name as DocumentName, Node,
    ast::{Argument, DirectiveList, Value as Literal},
    executable::{Field, Operation, Selection, SelectionSet},
};
use async_graphql::{ServerError, Value, Variables, indexmap::IndexMap};

use crate::{
    ResolverError,
    cost::cost,
    definition::{CacheHint, FieldDefinition, TypeKind},
    document::Document,
    generated_schema::GeneratedSchema,
    input::ArgumentValues,
    plan::{
        Arguments, Cacheability, INTROSPECTION, ObjectPlan, Plan, PlannedField, Size, SizedFields,
        TYPENAME,
    },
};

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

/// How long, in seconds, an answer may be kept that no field limits, such as one about the schema, which changes with
/// releases.
const MAX_AGE_SECONDS: u32 = 300;

/// Plans one operation.
pub(crate) struct Planner<'d, S> {
    document: &'d Document,
    variables: &'d Variables,
    objects: Vec<Arc<ObjectPlan>>,
    fields: usize,
    slots: usize,
    cache: Cacheability,
    introspects: bool,
    /// The error because of which the operation must not run.
    request_error: Option<ServerError>,
    /// The plans below fields of abstract types. Possible types
    /// often share selection sets further down; without this cache, nested
    /// abstract types would be planned once for each path to them, which is
    /// exponential.
    cached_plans: HashMap<PlanKey, Arc<ObjectPlan>>,
    schema: PhantomData<S>,
}

/// An object type, the addresses of the selection sets on it, and the sizes of its list fields.
type PlanKey = (usize, Vec<usize>, SizedFields);

impl<'d, S: GeneratedSchema> Planner<'d, S> {
    /// Plans an operation. Its variables are coerced.
    ///
    /// # Errors
    ///
    /// `BAD_USER_INPUT` when the argument of `@skip` or `@include` is null.
    pub(crate) fn plan(
        document: &'d Document,
        operation: &'d Operation,
        variables: &'d Variables,
    ) -> Result<Plan, ServerError> {
        let unrestricted = CacheHint {
            max_age: MAX_AGE_SECONDS,
            private: false,
        };
        let mut planner = Self {
            document,
            variables,
            objects: Vec::new(),
            fields: 0,
            slots: 0,
            cache: Cacheability {
                for_anonymous: unrestricted,
                for_others: unrestricted,
            },
            introspects: false,
            request_error: None,
            cached_plans: HashMap::new(),
            schema: PhantomData,
        };
        let root = if operation.is_mutation() {
            S::MUTATION.unwrap_or(S::QUERY)
        } else {
            S::QUERY
        };
        let root = planner.object(root, &[&operation.selection_set], None);
        match planner.request_error {
            Some(error) => Err(error),
            None => Ok(Plan {
                root,
                constant_cost: (planner.slots == 0).then(|| cost(&planner.objects, &[])),
                objects: planner.objects,
                slots: planner.slots,
                answer_bytes: AtomicUsize::new(0),
                cache: planner.cache,
                introspects: planner.introspects,
            }),
        }
    }

    fn object(
        &mut self,
        type_index: usize,
        sets: &[&'d SelectionSet],
        sized_by: SizedFields,
    ) -> Arc<ObjectPlan> {
        let mut groups = IndexMap::new();
        let mut visited = HashSet::new();
        for set in sets {
            self.collect(type_index, set, &mut visited, &mut groups);
        }
        let groups = groups.into_iter();
        let fields = groups.map(|(key, nodes)| self.field(type_index, key, &nodes));
        let fields = fields.collect();
        let plan = Arc::new(ObjectPlan {
            index: self.objects.len(),
            type_index,
            name: S::TYPES[type_index].name,
            fields,
            sized_by,
        });
        self.objects.push(Arc::clone(&plan));
        plan
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
    ) -> PlannedField {
        let first = nodes[0];
        self.fields += 1;
        let mut field = PlannedField {
            key: key.as_str().into(),
            key_json: format!("\"{key}\":").into_bytes().into(),
            definition: &TYPENAME_DEFINITION,
            index: TYPENAME,
            position: self.document.position(first.location()),
            id: self.fields,
            arguments: Arguments::Constant(Box::new(())),
            size: Size::Constant(1),
            has_user_errors: false,
            objects: Vec::new(),
        };
        let name = first.name.as_str();
        if name == "__typename" {
            return field;
        }
        let definitions = S::TYPES[type_index].fields();
        let Some(index) = definitions.iter().position(|field| field.name == name) else {
            // Validation rejects unknown fields, so this is `__schema` or `__type`.
            self.introspects = true;
            field.index = INTROSPECTION;
            return field;
        };
        let definition = &definitions[index];
        field.definition = definition;
        field.index = index;
        field.has_user_errors = S::MUTATION == Some(type_index) && has_user_errors::<S>(definition);
        (field.arguments, field.size) = self.arguments(type_index, index, &first.arguments);
        self.apply_cache_hint(definition);
        let rule = definition.list_size.as_ref();
        let sized_fields = rule.map(|rule| rule.sized_fields).unwrap_or_default();
        let sized_below = (!sized_fields.is_empty()).then_some((field.size, sized_fields));
        field.objects = self.children(definition, nodes, sized_below);
        field
    }

    /// The arguments of a field, and its number of items.
    fn arguments(
        &mut self,
        type_index: usize,
        index: usize,
        arguments: &[Node<Argument>],
    ) -> (Arguments, Size) {
        let definition = &S::TYPES[type_index].fields()[index];
        let is_constant = arguments
            .iter()
            .all(|argument| is_constant(&argument.value));
        let mut values = ArgumentValues::new(arguments, self.variables);
        let size = values.list_size(definition);
        let coerced = if !is_constant {
            None
        } else if definition.arguments.is_empty() {
            Some(Box::new(()) as Box<dyn Any + Send + Sync>)
        } else {
            S::arguments(type_index, index, &mut values).ok()
        };
        if let Some(coerced) = coerced {
            return (Arguments::Constant(coerced), Size::Constant(size));
        }
        let slot = self.slots;
        self.slots += 1;
        (
            Arguments::Variable(slot, arguments.to_vec()),
            Size::Variable(slot),
        )
    }

    /// Plans the selection for each object type that the field can return.
    fn children(
        &mut self,
        definition: &FieldDefinition,
        nodes: &[&'d Node<Field>],
        sized_by: SizedFields,
    ) -> Vec<Arc<ObjectPlan>> {
        let Some(named_type) = definition.named_type else {
            return Vec::new();
        };
        let sets: Vec<_> = nodes.iter().map(|node| &node.selection_set).collect();
        match S::TYPES[named_type].kind {
            TypeKind::Object { .. } => vec![self.object(named_type, &sets, sized_by)],
            TypeKind::Interface { possible, .. } | TypeKind::Union(possible) => {
                let possible = possible.iter();
                possible
                    .map(|&type_index| self.cached_object(type_index, &sets, sized_by))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Like [`Self::object`], but plans equal selections only once.
    fn cached_object(
        &mut self,
        type_index: usize,
        sets: &[&'d SelectionSet],
        sized_by: SizedFields,
    ) -> Arc<ObjectPlan> {
        let addresses = sets.iter().map(|set| ptr::from_ref(*set).addr());
        let key = (type_index, addresses.collect(), sized_by);
        if let Some(plan) = self.cached_plans.get(&key) {
            return Arc::clone(plan);
        }
        let plan = self.object(type_index, sets, sized_by);
        self.cached_plans.insert(key, Arc::clone(&plan));
        plan
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
        let Cacheability {
            for_anonymous,
            for_others,
        } = &mut self.cache;
        for_others.max_age = for_others.max_age.min(hint.max_age);
        for_others.private |= hint.private;
        if !hint.private || composite {
            for_anonymous.max_age = for_anonymous.max_age.min(hint.max_age);
            for_anonymous.private |= hint.private;
        }
    }
}

/// Whether there are no variables in a literal.
fn is_constant(value: &Literal) -> bool {
    match value {
        Literal::Variable(_) => false,
        Literal::List(items) => items.iter().all(|item| is_constant(item)),
        Literal::Object(fields) => fields.iter().all(|(_, value)| is_constant(value)),
        _ => true,
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
