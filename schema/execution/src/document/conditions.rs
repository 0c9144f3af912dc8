//! The variables that decide which fields are selected.

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::Value,
    executable::{Selection, SelectionSet},
};

/// The variables in `@skip` and `@include`, each once.
pub(super) fn variables(document: &ExecutableDocument) -> Vec<Name> {
    let mut found = Vec::new();
    for operation in document.operations.iter() {
        collect(&operation.selection_set, &mut found);
    }
    for fragment in document.fragments.values() {
        collect(&fragment.selection_set, &mut found);
    }
    found
}

fn collect(set: &SelectionSet, found: &mut Vec<Name>) {
    for selection in &set.selections {
        let directives = selection.directives().iter();
        let conditions = directives.filter(|it| it.name == "skip" || it.name == "include");
        let values = conditions.filter_map(|it| it.specified_argument_by_name("if"));
        for value in values {
            if let Value::Variable(name) = &**value
                && !found.contains(name)
            {
                found.push(name.clone());
            }
        }
        match selection {
            Selection::Field(field) => collect(&field.selection_set, found),
            Selection::InlineFragment(fragment) => collect(&fragment.selection_set, found),
            Selection::FragmentSpread(_) => {}
        }
    }
}
