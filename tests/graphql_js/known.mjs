// Where we and graphql-js disagree on purpose, each with the reason. One that nothing falls under any more is a mistake.
//
// `covers` is asked with {request, theirs, ours}: what was sent, and what each made of it.

export const KNOWN = [];
