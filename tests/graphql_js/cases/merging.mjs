// OverlappingFieldsCanBeMerged: which fields may have the same response key.

const on = (...selections) => `{ node(id: "x") { ${selections.join(' ')} } }`;
const recipes = (...selections) => `{ recipes { nodes { ${selections.join(' ')} } } }`;

export default {
  'OverlappingFieldsCanBeMerged: the same parent': {
    accepted: [
      recipes('title', 'title'),
      recipes('a: title', 'a: title'),
      recipes('a: title', 'b: title'),
      '{ recipes(first: 1) { nodes { id } } recipes(first: 1) { nodes { title } } }',
      '{ recipes(first: 1, after: null) { nodes { id } } recipes(after: null, first: 1) { nodes { title } } }',
      recipes('id @include(if: true)', 'id @include(if: false)'),
      recipes('id @skip(if: true)', 'id'),
      {
        query: 'query ($a: Int!) { recipes(first: $a) { nodes { id } } recipes(first: $a) { nodes { title } } }',
        variables: { a: 1 },
      },
      '{ recipes(filter: { diet: VEGAN, text: "a" }) { nodes { id } } recipes(filter: { text: "a", diet: VEGAN }) { nodes { id } } }',
    ],
    rejected: [
      recipes('a: title', 'a: id'),
      recipes('title: id', 'title'),
      '{ recipes(first: 1) { nodes { id } } recipes(first: 2) { nodes { id } } }',
      '{ recipes(first: 1) { nodes { id } } recipes { nodes { id } } }',
      {
        query: 'query ($a: Int!, $b: Int!) { recipes(first: $a) { nodes { id } } recipes(first: $b) { nodes { id } } }',
        variables: { a: 1, b: 1 },
      },
      {
        query: 'query ($a: Int!) { recipes(first: $a) { nodes { id } } recipes(first: 1) { nodes { id } } }',
        variables: { a: 1 },
      },
      '{ recipes(filter: { text: "a" }) { nodes { id } } recipes(filter: { text: "b" }) { nodes { id } } }',
      '{ recipes(filter: { slots: [LUNCH, DINNER] }) { nodes { id } } recipes(filter: { slots: [DINNER, LUNCH] }) { nodes { id } } }',
      '{ a: recipes { nodes { id } } a: workouts { nodes { id } } }',
      '{ a: __typename a: recipes { nodes { id } } }',
    ],
  },
  'OverlappingFieldsCanBeMerged: through fragments': {
    accepted: [
      recipes('...A', '...A') + ' fragment A on Recipe { title }',
      recipes('a: title', '...A') + ' fragment A on Recipe { a: title }',
      '{ ...A ...B } fragment A on Query { recipes { nodes { id } } } fragment B on Query { recipes { nodes { title } } }',
    ],
    rejected: [
      recipes('a: title', '...A') + ' fragment A on Recipe { a: id }',
      recipes('...A', '...B') + ' fragment A on Recipe { a: title } fragment B on Recipe { a: id }',
      recipes('... { a: title }', '... on Recipe { a: id }'),
      '{ ...A ...B } fragment A on Query { recipes { nodes { a: id } } } fragment B on Query { recipes { nodes { a: title } } }',
      '{ ...A } fragment A on Query { recipes { nodes { a: id } } ...B } fragment B on Query { recipes { ...C } } fragment C on RecipeConnection { nodes { a: title } }',
      '{ recipes { nodes { a: id } } recipes { nodes { a: title } } }',
      '{ recipes { a: nodes { id } } recipes { a: edges { cursor } } }',
    ],
  },
  'OverlappingFieldsCanBeMerged: disjoint types': {
    accepted: [
      on('... on Recipe { a: title }', '... on Workout { a: title }'),
      on('... on Recipe { a: title }', '... on Exercise { a: name }'),
      on('... on Recipe { x: id }', '... on Workout { x: id }'),
      on('... on Recipe { image { url } }', '... on Workout { image { url } }'),
      on('... on Recipe { image { a: url } }', '... on Workout { image { b: url } }'),
      on('... on Recipe { x: minutes }', '... on Recipe { x: minutes }'),
    ],
    rejected: [
      on('... on Recipe { x: title }', '... on Workout { x: durationMinutes }'),
      on('... on Recipe { x: minutes }', '... on Workout { x: durationMinutes }'),
      on('... on Recipe { x: title }', '... on Recipe { x: id }'),
      on('... on Recipe { x: slots }', '... on Workout { x: title }'),
      on('... on Recipe { x: image { url } }', '... on Workout { x: title }'),
      on('... on Recipe { image { a: url } }', '... on Workout { image { a: width } }'),
      on('... on Recipe { x: title }', '... on Node { x: id }'),
      on('x: id', '... on Recipe { x: title }'),
      on('...R', '...W') + ' fragment R on Recipe { x: title } fragment W on Workout { x: durationMinutes }',
      on('... on Recipe { x: ingredients { name } }', '... on Workout { x: image { url } }'),
      on('... on Recipe { x: summary }', '... on Workout { x: title }'),
      on('... on Recipe { x: id }', '... on Workout { x: title }'),
    ],
  },
};
