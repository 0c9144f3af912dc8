// Documents, by the validation rule of graphql-js that they test. Both lists, accepted and rejected, are checked with
// graphql-js too, so that each entry tests what it claims.

const R = 'recipes { nodes { id } }';

export default {
  ExecutableDefinitions: {
    accepted: [`{ ${R} }`, `query A { ...F } fragment F on Query { ${R} }`],
    rejected: [
      `{ ${R} } type Cow { name: String }`,
      `{ ${R} } extend type Recipe { color: String }`,
      `schema { query: Query }`,
      `{ ${R} } directive @a on FIELD`,
      `fragment F on Query { ${R} }`,
    ],
  },
  UniqueOperationNames: {
    accepted: [
      { query: `query A { ${R} } query B { ${R} }`, operationName: 'B' },
      { query: `query A { ...A } fragment A on Query { ${R} }` },
      { query: `query A { ${R} } mutation B { __typename }`, operationName: 'A' },
    ],
    rejected: [
      { query: `query A { ${R} } query A { __typename }`, operationName: 'A' },
      { query: `query A { ${R} } mutation A { __typename }`, operationName: 'A' },
    ],
  },
  LoneAnonymousOperation: {
    accepted: [`{ ${R} }`, `query { ${R} }`, `query { ...F } fragment F on Query { ${R} }`, 'mutation { __typename }'],
    rejected: [
      `{ ${R} } { ${R} }`,
      `query A { ${R} } { ${R} }`,
      `{ ${R} } mutation A { __typename }`,
      { query: `query A { ${R} } { ${R} }`, operationName: 'A' },
    ],
  },
  'which operation is asked for': {
    accepted: [
      { query: 'query A { __typename } subscription B { __typename }', operationName: 'A' },
      { query: 'query A { __typename }', operationName: null },
      { query: 'query A { __typename }', operationName: '' },
      { query: 'query A { __typename } query B { __typename }', operationName: 'A' },
    ],
    rejected: [
      'query A { __typename } query B { __typename }',
      { query: 'query A { __typename } query B { __typename }', operationName: 'C' },
      { query: 'query A { __typename }', operationName: 'a' },
      { query: '{ __typename }', operationName: 'A' },
      'subscription { __typename }',
    ],
  },
  KnownTypeNames: {
    accepted: [
      {
        query:
          'query ($a: ID!, $b: [Muscle!]!) { node(id: $a) { id } exercises(filter: { muscles: $b }) { nodes { id } } }',
        variables: { a: 'x', b: [] },
      },
      '{ node(id: "x") { ... on Recipe { title } ...F } } fragment F on Workout { title }',
    ],
    rejected: [
      'query ($a: Unknown) { __typename }',
      'query ($a: Unknown) { node(id: $a) { id } }',
      '{ node(id: "x") { ... on Unknown { id } } }',
      '{ ...F } fragment F on Unknown { id }',
      'query ($a: [Unknown!]! = []) { recipes(filter: { slots: $a }) { nodes { id } } }',
    ],
  },
  FragmentsOnCompositeTypes: {
    accepted: [
      '{ node(id: "x") { ... on Recipe { title } } }',
      '{ node(id: "x") { ... { id } } }',
      '{ ...F } fragment F on Query { __typename }',
      '{ node(id: "x") { ...F } } fragment F on Node { id }',
    ],
    rejected: [
      '{ recipes { nodes { ... on Int { x } } } }',
      '{ recipes { nodes { ...F } } } fragment F on MealSlot { x }',
      '{ recipes { nodes { ...F } } } fragment F on RecipeFilter { text }',
      '{ recipes { nodes { ... on Date { x } } } }',
    ],
  },
  VariablesAreInputTypes: {
    accepted: [
      'query ($a: Int = 2, $b: [MealSlot!], $c: RecipeFilter) { a: recipes(first: $a, filter: { slots: $b }) { nodes { id } } b: recipes(filter: $c) { nodes { id } } }',
    ],
    rejected: [
      'query ($a: Recipe) { node(id: $a) { id } }',
      'query ($a: [[Recipe!]]!) { node(id: $a) { id } }',
      'query ($a: Node) { node(id: $a) { id } }',
      'query ($a: Query) { node(id: $a) { id } }',
    ],
  },
  ScalarLeafs: {
    accepted: ['{ recipes { nodes { id slots } } }', '{ __schema { queryType { name } } }', '{ __typename }'],
    rejected: [
      '{ recipes }',
      '{ recipes { nodes } }',
      '{ recipes { nodes { id { x } } } }',
      '{ recipes { nodes { slots { x } } } }',
      '{ __typename { x } }',
      '{ recipes { nodes { id { __typename } } } }',
      '{ recipes { nodes { title @skip(if: false) { x } } } }',
      '{ recipes { } }',
      '{ }',
      '{ __schema }',
    ],
  },
  FieldsOnCorrectType: {
    accepted: [
      '{ recipes { nodes { ... on Recipe { title } } } }',
      '{ recipes { nodes { ... on Node { id } } } }',
      '{ node(id: "x") { __typename id } }',
      '{ a: __typename b: recipes { __typename } }',
      '{ __type(name: "Recipe") { fields { name } } }',
    ],
    rejected: [
      '{ unknown }',
      '{ recipes { nodes { unknown } } }',
      '{ recipes { nodes { unknown { deeper } } } }',
      '{ node(id: "x") { title } }',
      '{ node(id: "x") { ... on Node { title } } }',
      '{ recipes { nodes { a: unknown } } }',
      '{ recipes { nodes { title: unknown } } }',
      '{ recipes { __schema { types { name } } } }',
      'mutation { recipes { nodes { id } } }',
      'mutation { __schema { types { name } } }',
      '{ ...F } fragment F on Query { unknown }',
      '{ recipes { nodes { ... on Recipe { unknown } } } }',
      '{ __unknown }',
    ],
  },
  UniqueFragmentNames: {
    accepted: [
      '{ ...A ...B } fragment A on Query { __typename } fragment B on Query { __typename }',
      'query F { ...F } fragment F on Query { __typename }',
    ],
    rejected: [
      '{ ...F } fragment F on Query { __typename } fragment F on Query { __typename }',
      '{ ...F } fragment F on Query { __typename } fragment F on Recipe { id }',
    ],
  },
  KnownFragmentNames: {
    accepted: ['{ recipes { ...A } } fragment A on RecipeConnection { nodes { ...B } } fragment B on Recipe { id }'],
    rejected: ['{ ...Unknown }', '{ recipes { ...Unknown } }', '{ ...A } fragment A on Query { ...Unknown }'],
  },
  NoUnusedFragments: {
    accepted: ['{ ... on Query { ...A } } fragment A on Query { ...B } fragment B on Query { __typename }'],
    rejected: [
      '{ __typename } fragment A on Query { __typename }',
      '{ __typename } fragment A on Query { ...B } fragment B on Query { __typename }',
      '{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }',
    ],
  },
  PossibleFragmentSpreads: {
    accepted: [
      '{ node(id: "x") { ... on Recipe { id } } }',
      '{ recipes { nodes { ... on Node { id } } } }',
      '{ recipes { nodes { ... on Node { ... on Recipe { id } } } } }',
      '{ recipes { nodes { ... on Recipe { ... { id } } } } }',
      '{ ... on Query { __typename } }',
    ],
    rejected: [
      '{ recipes { nodes { ... on Workout { id } } } }',
      '{ recipes { nodes { ...F } } } fragment F on Workout { id }',
      '{ recipes { nodes { ... on Recipe { ... on Workout { id } } } } }',
      '{ node(id: "x") { ... on PageInfo { hasNextPage } } }',
      '{ ... on Mutation { __typename } }',
      'mutation { ... on Query { __typename } }',
      '{ recipes { pageInfo { ... on Node { id } } } }',
    ],
  },
  NoFragmentCycles: {
    accepted: [
      '{ ...A } fragment A on Query { ...B ...B } fragment B on Query { __typename }',
      '{ ...A ...B } fragment A on Query { ...B } fragment B on Query { __typename }',
    ],
    rejected: [
      '{ ...A } fragment A on Query { ...A }',
      '{ ...A } fragment A on Query { ... on Query { ...A } }',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
      '{ recipes { nodes { ...A } } } fragment A on Recipe { id ... on Node { ...B } } fragment B on Recipe { ...C } fragment C on Recipe { ...A }',
      '{ __typename } fragment A on Query { ...A }',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...B }',
    ],
  },
  UniqueVariableNames: {
    accepted: [
      {
        query: 'query A($a: ID!) { node(id: $a) { id } } query B($a: ID!) { node(id: $a) { id } }',
        operationName: 'A',
        variables: { a: 'x' },
      },
    ],
    rejected: [
      { query: 'query ($a: ID!, $a: ID!) { node(id: $a) { id } }', variables: { a: 'x' } },
      { query: 'query ($a: ID!, $a: Int) { node(id: $a) { id } }', variables: { a: 'x' } },
    ],
  },
  NoUndefinedVariables: {
    accepted: [
      { query: 'query ($a: ID!) { ...F } fragment F on Query { node(id: $a) { id } }', variables: { a: 'x' } },
      { query: 'query ($a: Boolean!) { recipes { nodes { id @include(if: $a) } } }', variables: { a: true } },
    ],
    rejected: [
      '{ node(id: $a) { id } }',
      'query ($b: ID!) { node(id: $a) { id } }',
      'query A($a: ID!) { ...F } query B { ...F } fragment F on Query { node(id: $a) { id } }',
      {
        query: 'query A($a: ID!) { ...F } query B { ...F } fragment F on Query { node(id: $a) { id } }',
        operationName: 'A',
        variables: { a: 'x' },
      },
      '{ __typename @include(if: $a) }',
      '{ recipes(filter: { text: $a }) { nodes { id } } }',
      '{ recipes(filter: { slots: [LUNCH, $a] }) { nodes { id } } }',
      '{ ... @include(if: $a) { __typename } }',
      '{ ...F @skip(if: $a) } fragment F on Query { __typename }',
    ],
  },
  NoUnusedVariables: {
    accepted: [
      {
        query: 'query ($x: Boolean!) { recipes(first: 1) { nodes { __typename @include(if: $x) } } }',
        variables: { x: true },
      },
      { query: 'query ($x: Boolean!) { __typename @skip(if: $x) }', variables: { x: true } },
      { query: 'query ($x: Boolean!) { ... @skip(if: $x) { __typename } }', variables: { x: true } },
      { query: 'query ($x: String) { recipes(filter: { text: $x }) { nodes { id } } }', variables: {} },
      {
        query: 'query ($x: MealSlot!) { recipes(filter: { slots: [$x] }) { nodes { id } } }',
        variables: { x: 'LUNCH' },
      },
      { query: 'query ($x: String!) { __type(name: $x) { name } }', variables: { x: 'Recipe' } },
      {
        query: 'query ($x: Boolean) { __type(name: "Recipe") { fields(includeDeprecated: $x) { name } } }',
        variables: {},
      },
    ],
    rejected: [
      'query ($a: Int) { __typename }',
      'query ($a: Int!) { __typename }',
      {
        query: 'query A($a: ID!) { ...F } query B($a: ID!) { __typename } fragment F on Query { node(id: $a) { id } }',
        operationName: 'A',
        variables: { a: 'x' },
      },
      { query: 'query ($a: ID!) { __typename } fragment F on Query { node(id: $a) { id } }', variables: { a: 'x' } },
    ],
  },
  KnownDirectives: {
    accepted: [
      '{ __typename @skip(if: false) }',
      '{ ... @include(if: true) { __typename } }',
      '{ ...F @include(if: true) } fragment F on Query { __typename }',
      '{ recipes @include(if: true) { nodes @skip(if: false) { id } } }',
    ],
    rejected: [
      '{ __typename @unknown }',
      '{ recipes @unknown { nodes { id } } }',
      'query @skip(if: true) { __typename }',
      'query @unknown { __typename }',
      'mutation @include(if: true) { __typename }',
      '{ ...F } fragment F on Query @include(if: true) { __typename }',
      '{ ...F } fragment F on Query @unknown { __typename }',
      '{ recipes { nodes { id @deprecated } } }',
      '{ recipes { nodes { id @specifiedBy(url: "x") } } }',
      { query: 'query ($a: ID! @unknown) { node(id: $a) { id } }', variables: { a: 'x' } },
      { query: 'query ($a: ID! @skip(if: true)) { node(id: $a) { id } }', variables: { a: 'x' } },
      '{ ... @unknown { __typename } }',
      '{ __typename @auth(requires: STAFF) }',
      '{ __typename @cost(weight: 1) }',
      '{ ... @defer { __typename } }',
      '{ recipes { nodes @stream(initialCount: 1) { id } } }',
    ],
  },
  UniqueDirectivesPerLocation: {
    accepted: [
      '{ __typename @include(if: true) @skip(if: false) }',
      '{ a: __typename @skip(if: false) b: __typename @skip(if: false) }',
    ],
    rejected: [
      '{ __typename @skip(if: false) @skip(if: true) }',
      '{ recipes @include(if: true) @include(if: true) { nodes { id } } }',
      '{ ... @skip(if: false) @skip(if: false) { __typename } }',
      '{ ...F @skip(if: false) @skip(if: false) } fragment F on Query { __typename }',
    ],
  },
  KnownArgumentNames: {
    accepted: ['{ recipes(first: 1, after: null) { nodes { id } } }', '{ __type(name: "Recipe") { name } }'],
    rejected: [
      '{ recipes(unknown: 1) { nodes { id } } }',
      '{ recipes { nodes { id(unknown: 1) } } }',
      '{ __typename(x: 1) }',
      '{ __typename @skip(if: true, unless: false) }',
      '{ __typename @skip(unless: false) }',
      '{ __schema(x: 1) { queryType { name } } }',
      '{ recipes(First: 1) { nodes { id } } }',
    ],
  },
  UniqueArgumentNames: {
    accepted: ['{ a: recipes(first: 1) { nodes { id } } b: recipes(first: 1) { nodes { id } } }'],
    rejected: [
      '{ recipes(first: 1, first: 1) { nodes { id } } }',
      '{ recipes(first: 1, first: 2) { nodes { id } } }',
      '{ __typename @skip(if: true, if: true) }',
    ],
  },
  UniqueInputFieldNames: {
    accepted: ['{ recipes(filter: { text: "a", diet: VEGAN }) { nodes { id } } }'],
    rejected: [
      '{ recipes(filter: { diet: VEGAN, diet: OMNIVORE }) { nodes { id } } }',
      '{ recipes(filter: { text: "a", text: "a" }) { nodes { id } } }',
      'mutation { registerMember(input: { idempotencyKey: "a", displayName: "b", locale: "en", timeZone: "UTC", preferences: { goal: LOSE_WEIGHT, goal: LOSE_WEIGHT } }) { member { id } } }',
    ],
  },
  ProvidedRequiredArguments: {
    accepted: ['{ recipes { nodes { id } } }', '{ node(id: "x") { id } }'],
    rejected: [
      '{ node { id } }',
      '{ node(id: null) { id } }',
      '{ __typename @skip }',
      '{ __typename @include() }',
      '{ __type { name } }',
      'mutation { setFavouriteRecipe { recipe { id } } }',
      '{ recipes { nodes { id @include } } }',
    ],
  },
};
