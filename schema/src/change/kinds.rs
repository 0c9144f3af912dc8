//! The kinds of changes.

use std::fmt;

/// How bad a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criticality {
    /// Operations that were accepted are refused, or clients cannot read the
    /// answers.
    Breaking,
    /// Every operation is still accepted, but some clients may meet what they
    /// do not expect.
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

/// One table of all kinds, so that none lacks a name or a criticality.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $criticality:ident;)*) => {
        /// What sort of change, by the names of graphql-js.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds, breaking ones first.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The name as graphql-js writes it, such as `FIELD_REMOVED`.
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
    /// A type is gone. So is a standard scalar that nothing refers to any more.
    TypeRemoved = "TYPE_REMOVED", Breaking;
    /// A type has become one of another sort, such as a scalar an enum.
    TypeChangedKind = "TYPE_CHANGED_KIND", Breaking;
    /// A union has lost a member.
    TypeRemovedFromUnion = "TYPE_REMOVED_FROM_UNION", Breaking;
    /// An enum has lost a value.
    ValueRemovedFromEnum = "VALUE_REMOVED_FROM_ENUM", Breaking;
    /// An input object has a new field that must be sent.
    RequiredInputFieldAdded = "REQUIRED_INPUT_FIELD_ADDED", Breaking;
    /// A type no longer implements an interface.
    ImplementedInterfaceRemoved = "IMPLEMENTED_INTERFACE_REMOVED", Breaking;
    /// A field of an object, an interface or an input object is gone.
    FieldRemoved = "FIELD_REMOVED", Breaking;
    /// A field has a type that its clients cannot read, or not send.
    FieldChangedKind = "FIELD_CHANGED_KIND", Breaking;
    /// A field has a new argument that must be sent.
    RequiredArgAdded = "REQUIRED_ARG_ADDED", Breaking;
    /// An argument of a field is gone.
    ArgRemoved = "ARG_REMOVED", Breaking;
    /// An argument has a type that refuses what its clients send. For arguments
    /// of directives this goes beyond graphql-js 16; version 17 has it.
    ArgChangedKind = "ARG_CHANGED_KIND", Breaking;
    /// A directive is gone.
    DirectiveRemoved = "DIRECTIVE_REMOVED", Breaking;
    /// An argument of a directive is gone.
    DirectiveArgRemoved = "DIRECTIVE_ARG_REMOVED", Breaking;
    /// A directive has a new argument that must be given.
    RequiredDirectiveArgAdded = "REQUIRED_DIRECTIVE_ARG_ADDED", Breaking;
    /// A directive may no longer stand several times at one place.
    DirectiveRepeatableRemoved = "DIRECTIVE_REPEATABLE_REMOVED", Breaking;
    /// A directive may no longer stand at one of its places.
    DirectiveLocationRemoved = "DIRECTIVE_LOCATION_REMOVED", Breaking;
    /// Queries, mutations or subscriptions have another root type. Goes beyond
    /// graphql-js.
    RootTypeChanged = "ROOT_TYPE_CHANGED", Breaking;
    /// There are no mutations, or no subscriptions, any more. Goes beyond
    /// graphql-js, which sees it only when the type is removed too.
    RootTypeRemoved = "ROOT_TYPE_REMOVED", Breaking;
    /// An argument was not required thanks to its default, and now is. Goes
    /// beyond graphql-js, to which this is the dangerous
    /// `ARG_DEFAULT_VALUE_CHANGE` alone; that one is reported as well.
    ArgBecameRequired = "ARG_BECAME_REQUIRED", Breaking;
    /// A field of an input object was not required thanks to its default, and
    /// now is. Goes beyond graphql-js.
    InputFieldBecameRequired = "INPUT_FIELD_BECAME_REQUIRED", Breaking;
    /// An input object has become one of which exactly one field must be sent.
    /// Goes beyond graphql-js.
    InputObjectBecameOneOf = "INPUT_OBJECT_BECAME_ONE_OF", Breaking;
    /// `@constraint` accepts less than before. Goes beyond graphql-js, to which
    /// applied directives are nothing.
    ConstraintTightened = "CONSTRAINT_TIGHTENED", Breaking;
    /// An enum has a new value.
    ValueAddedToEnum = "VALUE_ADDED_TO_ENUM", Dangerous;
    /// A union has a new member.
    TypeAddedToUnion = "TYPE_ADDED_TO_UNION", Dangerous;
    /// An input object has a new field that may be left out.
    OptionalInputFieldAdded = "OPTIONAL_INPUT_FIELD_ADDED", Dangerous;
    /// A field has a new argument that may be left out.
    OptionalArgAdded = "OPTIONAL_ARG_ADDED", Dangerous;
    /// A type that was there before implements one more interface.
    ImplementedInterfaceAdded = "IMPLEMENTED_INTERFACE_ADDED", Dangerous;
    /// The default of an argument is another, or gone. For arguments of
    /// directives this goes beyond graphql-js 16; version 17 has it.
    ArgDefaultValueChange = "ARG_DEFAULT_VALUE_CHANGE", Dangerous;
    /// The default of an input object's field is another, or gone. Goes beyond
    /// graphql-js 16; version 17 has it.
    InputFieldDefaultValueChange = "INPUT_FIELD_DEFAULT_VALUE_CHANGE", Dangerous;
    /// A new object type implements an interface that was there before. Goes
    /// beyond graphql-js, which sees new members of unions only.
    TypeAddedToInterface = "TYPE_ADDED_TO_INTERFACE", Dangerous;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
