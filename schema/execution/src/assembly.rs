//! Puts the levels of a response together.

use std::ops::Range;

use crate::{Written, resolver_error::FieldError, writer::Level};

/// The value of an object or a field, with the errors of the fields in it.
pub(crate) struct Completed {
    /// JSON; `None` for a null that propagates.
    pub(crate) json: Option<Vec<u8>>,
    /// In the order of the document.
    pub(crate) errors: Vec<FieldError>,
}

/// Puts levels together, of which the first is the outermost.
pub(crate) fn assemble<R>(mut levels: Vec<Level<'_, R>>, mut written: Written) -> Completed {
    if levels.len() > 1 && propagate_nulls(&mut levels) == Written::Null {
        written = Written::Null;
    }
    if levels.len() == 1
        && let Some(level) = levels.pop()
    {
        return Completed {
            json: (written == Written::Value).then_some(level.bytes),
            errors: level.errors.into_iter().map(|(_, error)| error).collect(),
        };
    }
    let length = levels.iter().map(|level| level.bytes.len()).sum();
    let root = Part {
        content: 0..levels[0].bytes.len(),
        holes: 0..levels[0].holes.len(),
        errors: 0..levels[0].errors.len(),
    };
    let mut assembly = Assembly {
        levels: levels.into_iter().map(AssembledLevel::from).collect(),
        json: Vec::with_capacity(length),
        errors: Vec::new(),
    };
    assembly.add(0, root, written == Written::Null);
    Completed {
        json: (written == Written::Value).then_some(assembly.json),
        errors: assembly.errors,
    }
}

/// Marks what holes have made null. Returns whether that is the whole value.
fn propagate_nulls<R>(levels: &mut [Level<'_, R>]) -> Written {
    let mut written = Written::Value;
    for depth in (0..levels.len()).rev() {
        let (above, level) = levels.split_at_mut(depth);
        let level = &mut level[0];
        for hole in level
            .holes
            .iter()
            .filter(|hole| hole.written == Written::Null)
        {
            match (hole.nullable, hole.owner, above.last_mut()) {
                (Some(nullable), ..) => level.nullable[nullable].is_null = true,
                (None, Some(owner), Some(above)) => above.holes[owner].written = Written::Null,
                (None, ..) => written = Written::Null,
            }
        }
    }
    written
}

/// What fills a hole.
#[derive(Clone)]
struct Part {
    content: Range<usize>,
    holes: Range<usize>,
    errors: Range<usize>,
}

struct AssembledLevel {
    bytes: Vec<u8>,
    /// The offset of each hole, and what fills it.
    holes: Vec<(usize, Part)>,
    /// The values that are null, without those within others.
    nulls: Vec<Range<usize>>,
    /// Each with its offset, until it is added.
    errors: Vec<(usize, Option<FieldError>)>,
}

impl<R> From<Level<'_, R>> for AssembledLevel {
    fn from(level: Level<'_, R>) -> Self {
        let nulls = level.nullable.into_iter().filter(|value| value.is_null);
        let mut nulls: Vec<_> = nulls.map(|value| value.content).collect();
        nulls.sort_by_key(|null| (null.start, std::cmp::Reverse(null.end)));
        let mut end = 0;
        nulls.retain(|null| {
            let is_outermost = null.start >= end;
            end = end.max(null.end);
            is_outermost
        });
        let holes = level.holes.into_iter().map(|hole| {
            let part = Part {
                content: hole.content,
                holes: hole.holes,
                errors: hole.errors,
            };
            (hole.at, part)
        });
        let errors = level.errors.into_iter();
        Self {
            bytes: level.bytes,
            holes: holes.collect(),
            nulls,
            errors: errors.map(|(at, error)| (at, Some(error))).collect(),
        }
    }
}

struct Assembly {
    levels: Vec<AssembledLevel>,
    json: Vec<u8>,
    errors: Vec<FieldError>,
}

impl Assembly {
    /// Adds a part of a level: its bytes, unless it is within a null, and its errors.
    fn add(&mut self, depth: usize, mut part: Part, mut is_null: bool) {
        let (mut position, was_null) = (part.content.start, is_null);
        for index in part.holes.clone() {
            let level = &self.levels[depth];
            let (at, hole) = level.holes[index].clone();
            if !was_null {
                let null = level.nulls.partition_point(|null| null.end <= at);
                match level.nulls.get(null) {
                    Some(null) if null.start <= at => {
                        // The holes within it share it.
                        if position <= null.start {
                            self.json
                                .extend_from_slice(&level.bytes[position..null.start]);
                            self.json.extend_from_slice(b"null");
                            position = null.end;
                        }
                        is_null = true;
                    }
                    _ => {
                        self.json.extend_from_slice(&level.bytes[position..at]);
                        position = at;
                        is_null = false;
                    }
                }
            }
            self.add_errors(depth, &mut part.errors, at);
            self.add(depth + 1, hole, is_null);
        }
        if !was_null {
            let rest = &self.levels[depth].bytes[position..part.content.end];
            self.json.extend_from_slice(rest);
        }
        self.add_errors(depth, &mut part.errors, usize::MAX);
    }

    /// Adds errors of a level up to an offset.
    fn add_errors(&mut self, depth: usize, errors: &mut Range<usize>, offset: usize) {
        let all = &mut self.levels[depth].errors;
        while errors.start < errors.end && all[errors.start].0 <= offset {
            self.errors.extend(all[errors.start].1.take());
            errors.start += 1;
        }
    }
}
