//! Who asks.

/// What a viewer may be, from least to most. A signed-in person is a member,
/// registered or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Nobody in particular.
    Anonymous,
    /// A signed-in person.
    Member,
    /// A coach.
    Coach,
    /// A person who operates the service.
    Staff,
    /// Another service.
    Service,
}

/// A person as the identity provider knows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The issuer of the token (`iss`).
    pub issuer: String,
    /// The subject within the issuer (`sub`).
    pub subject: String,
}

/// Who asks. Only authentication makes one that is not anonymous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    subject: Option<Subject>,
    role: Role,
}

impl Viewer {
    /// Nobody in particular.
    pub const fn anonymous() -> Self {
        Self {
            subject: None,
            role: Role::Anonymous,
        }
    }

    /// The bearer of a token that has been verified.
    pub fn authenticated(subject: Subject, role: Role) -> Self {
        Self {
            subject: Some(subject),
            role,
        }
    }

    /// The person, unless anonymous.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// What the viewer may be.
    pub fn role(&self) -> Role {
        self.role
    }
}
