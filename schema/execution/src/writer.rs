//! Writes a response's data as JSON: `CompleteValue` of the specification (6.4.3) and "Handling Field Errors" (6.4.4).
//!
//! Values are written where they stand in the response. A field that awaits data leaves a [`Hole`]; all holes of a
//! [`Level`] are filled at once, on the next level, after their resolvers and batches have run. A null in a non-null
//! position takes back what its parent has written. When it comes from a hole, the parent is known to be null only after
//! the level: then it is left out when the levels are put together (`run`).

use std::{io::Write as _, ops::Range};

use async_graphql::PathSegment;
use futures_util::future::BoxFuture;
use serde::Serialize;
use smallvec::SmallVec;

use crate::{
    PlannedField, ResolverError, Selection,
    plan::{ObjectPlan, TYPENAME},
    prepared::Prepared,
    resolver_error::FieldError,
};

/// Whether a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It was, or a hole was left for it.
    Value,
    /// It is null in a non-null position, which makes its parent null. What was written of it is to be taken back.
    Null,
}

/// A segment of the path of a value.
#[derive(Clone, Copy)]
pub(crate) enum Segment<'r> {
    Field(&'r str),
    Index(usize),
}

/// Fills a hole.
pub(crate) type Fill<'r, R> = Box<dyn FnOnce(&mut Writer<'r, R>) -> Written + Send + 'r>;

/// A loader of any batch function.
pub(crate) trait Loads<R>: Send + Sync {
    /// Whether the batch function asks what is selected below the field.
    fn looks_ahead(&self) -> bool;

    /// Loads the keys that were added. `selection` is empty unless the batch function looks ahead.
    fn load<'r>(&'r self, request: &'r R, selection: Selection<'r>) -> BoxFuture<'r, ()>;

    /// Whether the key at a place is loaded.
    fn is_loaded(&self, place: usize) -> bool;

    /// Writes a field with the value of the key at a place.
    fn write_loaded<'r>(
        &'r self,
        place: usize,
        field: &'r PlannedField,
        request: &'r R,
        out: &mut Writer<'r, R>,
    ) -> Written;
}

/// Where the value of a hole comes from.
pub(crate) enum Source<'r, R> {
    /// A batch: the loader, and the place of the key in it.
    Batch(&'r dyn Loads<R>, usize),
    /// A resolver, as an index into [`Level::resolvers`].
    Resolver(usize),
}

/// The place of a field that awaits data.
pub(crate) struct Hole<'r, R> {
    /// The offset in the bytes of its level.
    pub(crate) at: usize,
    /// The hole of the level before that it is in.
    pub(crate) owner: Option<usize>,
    pub(crate) field: &'r PlannedField,
    /// Its path, in the paths of its level.
    path: Range<usize>,
    /// `None` once it is filled.
    pub(crate) source: Option<Source<'r, R>>,
    /// The innermost nullable value around it, as an index into [`Level::nullable`].
    pub(crate) nullable: Option<usize>,
    /// What fills it, in the bytes of the next level.
    pub(crate) content: Range<usize>,
    /// The holes in its content, on the next level.
    pub(crate) holes: Range<usize>,
    /// The errors in its content, on the next level.
    pub(crate) errors: Range<usize>,
    pub(crate) written: Written,
}

/// A nullable value with holes in it.
pub(crate) struct Nullable {
    /// Its bytes.
    pub(crate) content: Range<usize>,
    /// Whether a hole has made it null.
    pub(crate) is_null: bool,
}

/// What is written at once.
pub(crate) struct Level<'r, R> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) holes: Vec<Hole<'r, R>>,
    /// The segments of the holes' paths.
    pub(crate) paths: Vec<Segment<'r>>,
    pub(crate) nullable: SmallVec<[Nullable; 2]>,
    /// The errors of fields, each with the offset at which it occurred.
    pub(crate) errors: Vec<(usize, FieldError)>,
    /// The loaders that have keys to load.
    pub(crate) batches: SmallVec<[&'r dyn Loads<R>; 2]>,
    pub(crate) resolvers: SmallVec<[BoxFuture<'r, Fill<'r, R>>; 1]>,
}

impl<R> Default for Level<'_, R> {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            holes: Vec::new(),
            paths: Vec::new(),
            nullable: SmallVec::new(),
            errors: Vec::new(),
            batches: SmallVec::new(),
            resolvers: SmallVec::new(),
        }
    }
}

/// Writes values; `R` is the generated request.
pub struct Writer<'r, R> {
    prepared: &'r Prepared,
    /// The path of the value that is being written.
    path: Vec<Segment<'r>>,
    /// The hole of the level before that is being filled.
    owner: Option<usize>,
    /// The bytes that a level is expected to have.
    level_bytes: usize,
    pub(crate) level: Level<'r, R>,
}

/// The depth of most values.
const EXPECTED_DEPTH: usize = 16;
/// How many holes a level mostly has at most.
const EXPECTED_HOLES: usize = 8;

impl<'r, R> Writer<'r, R> {
    /// A writer of levels that are expected to have so many bytes.
    pub(crate) fn new(prepared: &'r Prepared, level_bytes: usize) -> Self {
        let mut writer = Self {
            prepared,
            path: Vec::with_capacity(EXPECTED_DEPTH),
            owner: None,
            level_bytes,
            level: Level::default(),
        };
        writer.level.bytes.reserve(level_bytes);
        writer
    }

    /// Begins the next level, and returns the one that was written.
    pub(crate) fn next_level(&mut self) -> Level<'r, R> {
        std::mem::take(&mut self.level)
    }

    /// The operation, with the arguments of its fields.
    pub fn prepared(&self) -> &'r Prepared {
        self.prepared
    }

    /// Writes null.
    pub fn null(&mut self) -> Written {
        self.level.bytes.extend_from_slice(b"null");
        Written::Value
    }

    /// Writes a number, a boolean, or text that has to be escaped.
    pub fn json(&mut self, value: &(impl Serialize + ?Sized)) -> Written {
        // It cannot fail: keys are strings, and a vector takes all bytes.
        let _ = serde_json::to_writer(&mut self.level.bytes, value);
        Written::Value
    }

    /// Writes text in which nothing has to be escaped.
    pub fn plain_text(&mut self, text: impl std::fmt::Display) -> Written {
        // It cannot fail: a vector takes all bytes.
        let _ = write!(self.level.bytes, "\"{text}\"");
        Written::Value
    }

    /// Reports the error of a field: null if the field is nullable, otherwise a null that propagates.
    pub fn error(&mut self, error: ResolverError, field: &PlannedField) -> Written {
        let written = self.item_error(error, field);
        if field.definition.nullable {
            return self.null();
        }
        written
    }

    /// Reports the error of one value inside the field, for example of a list item: the nearest enclosing `Option`
    /// becomes null.
    pub fn item_error(&mut self, error: ResolverError, field: &PlannedField) -> Written {
        let path = self.path.iter().map(|segment| match segment {
            Segment::Field(key) => PathSegment::Field((*key).to_owned()),
            Segment::Index(index) => PathSegment::Index(*index),
        });
        let error = FieldError::new(error, field.position, path.collect());
        self.level.errors.push((self.level.bytes.len(), error));
        Written::Null
    }

    /// Writes a nullable value: a null that propagates ends here.
    pub fn nullable(&mut self, write: impl FnOnce(&mut Self) -> Written) -> Written {
        let start = self.level.bytes.len();
        let (holes, nullable) = (self.level.holes.len(), self.level.nullable.len());
        let errors = self.level.errors.len();
        match write(self) {
            Written::Null => {
                self.level.bytes.truncate(start);
                self.level.holes.truncate(holes);
                self.level.nullable.truncate(nullable);
                for (at, _) in &mut self.level.errors[errors..] {
                    *at = start;
                }
                self.null()
            }
            Written::Value => {
                let index = self.level.nullable.len();
                if self.level.holes.len() > holes {
                    self.level.nullable.push(Nullable {
                        content: start..self.level.bytes.len(),
                        is_null: false,
                    });
                }
                for hole in &mut self.level.holes[holes..] {
                    hole.nullable.get_or_insert(index);
                }
                Written::Value
            }
        }
    }

    /// Writes a value that may have the type of the field without the outer `Option`.
    pub(crate) fn nullable_field(
        &mut self,
        field: &PlannedField,
        write: impl FnOnce(&mut Self) -> Written,
    ) -> Written {
        if field.definition.nullable {
            self.nullable(write)
        } else {
            write(self)
        }
    }

    /// Writes a list. All items are written, even after one that is null and must not be.
    pub(crate) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(T, &mut Self) -> Written,
    ) -> Written {
        let mut written = Written::Value;
        self.level.bytes.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.level.bytes.push(b',');
            }
            self.path.push(Segment::Index(index));
            if write(item, self) == Written::Null {
                written = Written::Null;
            }
            self.path.pop();
        }
        self.level.bytes.push(b']');
        written
    }

    /// `ExecuteCollectedFields` (6.3) on one object: calls `write` for each planned field in order.
    pub fn object(
        &mut self,
        plan: &'r ObjectPlan,
        mut write: impl FnMut(&'r PlannedField, &mut Self) -> Written,
    ) -> Written {
        let mut written = Written::Value;
        self.level.bytes.push(b'{');
        for (index, field) in plan.fields.iter().enumerate() {
            if index > 0 {
                self.level.bytes.push(b',');
            }
            self.level.bytes.extend_from_slice(&field.key_json);
            if self.field(plan, field, &mut write) == Written::Null {
                written = Written::Null;
            }
        }
        self.level.bytes.push(b'}');
        written
    }

    /// `ExecuteField` (6.4): writes `__typename` and fields with errors itself, and calls `write` for the others.
    pub(crate) fn field(
        &mut self,
        plan: &'r ObjectPlan,
        field: &'r PlannedField,
        write: impl FnOnce(&'r PlannedField, &mut Self) -> Written,
    ) -> Written {
        self.path.push(Segment::Field(&field.key));
        let written = match self.prepared.error(field) {
            _ if field.index == TYPENAME => self.plain_text(plan.name),
            Some(error) => self.error(error.clone(), field),
            None => write(field, self),
        };
        self.path.pop();
        written
    }

    /// Leaves a hole for a field.
    pub(crate) fn defer(&mut self, field: &'r PlannedField, source: Source<'r, R>) -> Written {
        if self.level.holes.is_empty() {
            self.level.holes.reserve(EXPECTED_HOLES);
            self.level.paths.reserve(EXPECTED_HOLES * self.path.len());
        }
        let path = self.level.paths.len();
        self.level.paths.extend_from_slice(&self.path);
        self.level.holes.push(Hole {
            at: self.level.bytes.len(),
            owner: self.owner,
            field,
            path: path..self.level.paths.len(),
            source: Some(source),
            nullable: None,
            content: 0..0,
            holes: 0..0,
            errors: 0..0,
            written: Written::Value,
        });
        Written::Value
    }

    /// Leaves a hole for a field, which a resolver fills.
    pub(crate) fn defer_to_resolver(
        &mut self,
        field: &'r PlannedField,
        resolver: BoxFuture<'r, Fill<'r, R>>,
    ) -> Written {
        self.level.resolvers.push(resolver);
        self.defer(field, Source::Resolver(self.level.resolvers.len() - 1))
    }

    /// Fills a hole of the level before, which has this index and these paths.
    pub(crate) fn fill(
        &mut self,
        index: usize,
        hole: &mut Hole<'r, R>,
        paths: &[Segment<'r>],
        fill: impl FnOnce(&mut Self) -> Written,
    ) {
        self.owner = Some(index);
        hole.source = None;
        self.path.clear();
        self.path.extend_from_slice(&paths[hole.path.clone()]);
        // Not before there is something to write: until then many requests may wait for a connection to the database.
        if self.level.bytes.capacity() == 0 {
            self.level.bytes.reserve(self.level_bytes);
        }
        let (start, holes) = (self.level.bytes.len(), self.level.holes.len());
        let errors = self.level.errors.len();
        hole.written = self.nullable_field(hole.field, fill);
        hole.content = start..self.level.bytes.len();
        hole.holes = holes..self.level.holes.len();
        hole.errors = errors..self.level.errors.len();
    }
}
