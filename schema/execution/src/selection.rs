//! What is selected below a field, for resolvers that load it together with the field (`@lookahead`).

use std::sync::Arc;

use smallvec::SmallVec;

use crate::{PlannedField, plan::ObjectPlan};

/// The fields that are selected on objects, wherever in the document these are. The generator emits a type with named
/// methods around it for each object type.
#[derive(Clone, Default)]
pub struct Selection<'p>(Objects<'p>);

/// Almost always one.
type Objects<'p> = SmallVec<[&'p Arc<ObjectPlan>; 1]>;

impl<'p> Selection<'p> {
    /// What is selected below these fields.
    pub fn below(fields: impl IntoIterator<Item = &'p PlannedField>) -> Self {
        let mut objects = Objects::new();
        for object in fields.into_iter().flat_map(|field| &field.objects) {
            if !objects.iter().any(|known| Arc::ptr_eq(known, object)) {
                objects.push(object);
            }
        }
        Self(objects)
    }

    /// What is selected below the field with this index.
    #[must_use]
    pub fn field(&self, index: usize) -> Self {
        Self::below(self.fields(index))
    }

    /// Whether the field with this index is selected.
    pub fn contains(&self, index: usize) -> bool {
        self.fields(index).next().is_some()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn fields(&self, index: usize) -> impl Iterator<Item = &'p PlannedField> {
        let fields = self.0.iter().flat_map(|object| &object.fields);
        fields.filter(move |field| field.index == index)
    }
}
