//! The kinds of changes, with names and criticality.

use std::fmt;

/// The severity of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criticality {
    /// Operations that were accepted are rejected, or clients cannot read the
    /// responses.
    Breaking,
    /// Every operation is still accepted, but some clients may receive values that
    /// they do not expect.
    Dangerous,
}

impl Criticality {
    /// `BREAKING` or `DANGEROUS`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "BREAKING",
            Self::Dangerous => "DANGEROUS",
        }
    }
}

impl fmt::Display for Criticality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Defines all kinds in one table, so that each has a name and a criticality.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $criticality:ident;)*) => {
        /// The kind of a change, named as in graphql-js.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds, breaking ones first.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The name in graphql-js, such as `FIELD_REMOVED`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// Whether it breaks clients or may only surprise them.
            pub fn criticality(self) -> Criticality {
                match self {
                    $(Self::$kind => Criticality::$criticality,)*
                }
            }
        }
    };
}

kinds! {
    /// A type was removed; also a built-in scalar that is no longer used.
    TypeRemoved = "TYPE_REMOVED", Breaking;
    /// A type has become a type of another kind, for example an enum instead of a scalar.
    TypeChangedKind = "TYPE_CHANGED_KIND", Breaking;
    /// A member of a union was removed.
    TypeRemovedFromUnion = "TYPE_REMOVED_FROM_UNION", Breaking;
    /// A value of an enum was removed.
    ValueRemovedFromEnum = "VALUE_REMOVED_FROM_ENUM", Breaking;
    /// An input object has a new required field.
    RequiredInputFieldAdded = "REQUIRED_INPUT_FIELD_ADDED", Breaking;
    /// A type no longer implements an interface.
    ImplementedInterfaceRemoved = "IMPLEMENTED_INTERFACE_REMOVED", Breaking;
    /// A field of an object, an interface or an input object was removed.
    FieldRemoved = "FIELD_REMOVED", Breaking;
    /// The new type of a field is incompatible: existing clients cannot read it, or
    /// what they send is rejected.
    FieldChangedKind = "FIELD_CHANGED_KIND", Breaking;
    /// A field has a new required argument.
    RequiredArgAdded = "REQUIRED_ARG_ADDED", Breaking;
    /// An argument of a field was removed.
    ArgRemoved = "ARG_REMOVED", Breaking;
    /// The new type of an argument rejects what existing clients send. For directive
    /// arguments, graphql-js finds this only from version 17.
    ArgChangedKind = "ARG_CHANGED_KIND", Breaking;
    /// A directive was removed.
    DirectiveRemoved = "DIRECTIVE_REMOVED", Breaking;
    /// An argument of a directive was removed.
    DirectiveArgRemoved = "DIRECTIVE_ARG_REMOVED", Breaking;
    /// A directive has a new required argument.
    RequiredDirectiveArgAdded = "REQUIRED_DIRECTIVE_ARG_ADDED", Breaking;
    /// A directive is no longer repeatable.
    DirectiveRepeatableRemoved = "DIRECTIVE_REPEATABLE_REMOVED", Breaking;
    /// A location of a directive was removed.
    DirectiveLocationRemoved = "DIRECTIVE_LOCATION_REMOVED", Breaking;
    /// Queries, mutations or subscriptions have another root type. graphql-js does
    /// not find this.
    RootTypeChanged = "ROOT_TYPE_CHANGED", Breaking;
    /// The root type of mutations or subscriptions was removed from the schema
    /// definition. graphql-js finds this only if the type is removed too.
    RootTypeRemoved = "ROOT_TYPE_REMOVED", Breaking;
    /// An argument lost its default and so became required. graphql-js only finds
    /// the dangerous `ARG_DEFAULT_VALUE_CHANGE`, which is reported as well.
    ArgBecameRequired = "ARG_BECAME_REQUIRED", Breaking;
    /// A field of an input object lost its default and so became required.
    /// graphql-js does not find this.
    InputFieldBecameRequired = "INPUT_FIELD_BECAME_REQUIRED", Breaking;
    /// An input object has become a `@oneOf` input object. graphql-js does not find
    /// this.
    InputObjectBecameOneOf = "INPUT_OBJECT_BECAME_ONE_OF", Breaking;
    /// `@constraint` accepts fewer values than before. graphql-js does not find
    /// this, because it ignores applied directives.
    ConstraintTightened = "CONSTRAINT_TIGHTENED", Breaking;
    /// An enum has a new value.
    ValueAddedToEnum = "VALUE_ADDED_TO_ENUM", Dangerous;
    /// A union has a new member.
    TypeAddedToUnion = "TYPE_ADDED_TO_UNION", Dangerous;
    /// An input object has a new optional field.
    OptionalInputFieldAdded = "OPTIONAL_INPUT_FIELD_ADDED", Dangerous;
    /// A field has a new optional argument.
    OptionalArgAdded = "OPTIONAL_ARG_ADDED", Dangerous;
    /// An existing type implements one more interface.
    ImplementedInterfaceAdded = "IMPLEMENTED_INTERFACE_ADDED", Dangerous;
    /// The default of an argument was changed or removed. For directive arguments,
    /// graphql-js finds this only from version 17.
    ArgDefaultValueChange = "ARG_DEFAULT_VALUE_CHANGE", Dangerous;
    /// The default of a field of an input object was changed or removed. graphql-js
    /// finds this only from version 17.
    InputFieldDefaultValueChange = "INPUT_FIELD_DEFAULT_VALUE_CHANGE", Dangerous;
    /// A new object type implements an existing interface. graphql-js does not find
    /// this; it only finds new members of unions.
    TypeAddedToInterface = "TYPE_ADDED_TO_INTERFACE", Dangerous;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
