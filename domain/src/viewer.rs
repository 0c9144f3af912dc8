//! The viewer of a request: its identity and role.

use std::sync::Arc;

use crate::{email_address::EmailAddress, locale::Language};

/// The role of a viewer, in ascending order of privilege. A signed-in person is a member,
/// registered or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Not signed in.
    Anonymous,
    /// A signed-in person.
    Member,
    /// A coach.
    Coach,
    /// An operator of the service.
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

impl Subject {
    /// Whether Postgres can store it: text must not contain U+0000. Others cannot belong to a member.
    pub fn is_storable(&self) -> bool {
        ![&self.issuer, &self.subject]
            .iter()
            .any(|text| text.contains('\0'))
    }
}

/// The viewer of a request. Only authentication creates viewers that are not anonymous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    subject: Option<Arc<Subject>>,
    role: Role,
    email: Option<EmailAddress>,
    language: Option<Language>,
}

impl Viewer {
    /// A viewer who is not signed in.
    pub const fn anonymous() -> Self {
        Self {
            subject: None,
            role: Role::Anonymous,
            email: None,
            language: None,
        }
    }

    /// The bearer of a verified token.
    pub fn authenticated(subject: Subject, role: Role) -> Self {
        Self {
            subject: Some(Arc::new(subject)),
            role,
            email: None,
            language: None,
        }
    }

    /// Sets the address that the token states as verified.
    #[must_use]
    pub fn with_verified_email(self, email: Option<EmailAddress>) -> Self {
        Self { email, ..self }
    }

    /// Sets the language that the client prefers, of those with a translation.
    #[must_use]
    pub fn with_accepted_language(self, language: Option<Language>) -> Self {
        Self { language, ..self }
    }

    /// The language that the client prefers, of those with a translation.
    pub fn accepted_language(&self) -> Option<Language> {
        self.language
    }

    /// The identity; `None` if anonymous.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_deref()
    }

    /// The address that the token states as verified, if any.
    pub fn verified_email(&self) -> Option<&EmailAddress> {
        self.email.as_ref()
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }
}
