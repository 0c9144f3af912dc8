//! Who asks.

use crate::{locale::Language, member::EmailAddress};

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

impl Subject {
    /// Whether it can be that of a member: Postgres keeps no text with U+0000.
    pub fn can_be_kept(&self) -> bool {
        ![&self.issuer, &self.subject]
            .iter()
            .any(|text| text.contains('\0'))
    }
}

/// Who asks. Only authentication makes one that is not anonymous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    subject: Option<Subject>,
    role: Role,
    email: Option<EmailAddress>,
    language: Option<Language>,
}

impl Viewer {
    /// Nobody in particular.
    pub const fn anonymous() -> Self {
        Self {
            subject: None,
            role: Role::Anonymous,
            email: None,
            language: None,
        }
    }

    /// The bearer of a token that has been verified.
    pub fn authenticated(subject: Subject, role: Role) -> Self {
        Self {
            subject: Some(subject),
            role,
            email: None,
            language: None,
        }
    }

    /// The same, with the address that the token says is theirs and verified.
    #[must_use]
    pub fn with_verified_email(self, email: Option<EmailAddress>) -> Self {
        Self { email, ..self }
    }

    /// The same, whose client accepts answers in this language best.
    #[must_use]
    pub fn accepting(self, language: Option<Language>) -> Self {
        Self { language, ..self }
    }

    /// The language that their client accepts best, of those that there are.
    pub fn accepted_language(&self) -> Option<Language> {
        self.language
    }

    /// The person, unless anonymous.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// The address that the token says is theirs and verified, where it says one.
    pub fn verified_email(&self) -> Option<&EmailAddress> {
        self.email.as_ref()
    }

    /// What the viewer may be.
    pub fn role(&self) -> Role {
        self.role
    }
}
