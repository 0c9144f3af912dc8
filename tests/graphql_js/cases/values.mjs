// Values in documents and in variables.

const filter = (value) => `{ recipes(filter: ${value}) { nodes { id } } }`;
const first = (value) => `{ recipes(first: ${value}) { nodes { id } } }`;
const node = (value) => `{ node(id: ${value}) { id } }`;
const skip = (value) => `{ __typename @skip(if: ${value}) }`;
const setFavourite = (input) => `mutation { setFavouriteRecipe(input: ${input}) { recipe { id } } }`;

/** A request with one variable. Its value is JSON text; without it the variable is absent. */
function variable(type, use, value) {
  const query = `query ($v: ${type}) { ${use} }`;
  return `{"query": ${JSON.stringify(query)}, "variables": {${value === undefined ? '' : `"v": ${value}`}}}`;
}
const FIRST = 'recipes(first: $v) { nodes { id } }';
const FILTER = 'recipes(filter: $v) { nodes { id } }';
const SLOTS = 'recipes(filter: { slots: $v }) { nodes { id } }';
const NODE = 'node(id: $v) { id }';
const TEXT = 'recipes(filter: { text: $v }) { nodes { id } }';
const SKIP = '__typename @skip(if: $v)';

export default {
  'ValuesOfCorrectType: Int': {
    accepted: [first('1'), first('20'), first('-0')],
    rejected: [
      first('1.0'),
      first('20.0'),
      first('1e1'),
      first('"1"'),
      first('true'),
      first('ONE'),
      first('null'),
      first('[]'),
      first('{}'),
      first('2147483648'),
      first('55376161017'),
      first('[1, 2]'),
      filter('{ maxMinutes: 1.5 }'),
      filter('{ maxMinutes: "30" }'),
    ],
  },
  'ValuesOfCorrectType: String': {
    accepted: [filter('{ text: "a" }'), filter('{ text: """a""" }'), filter('{ text: null }'), filter('{ text: "" }')],
    rejected: [
      filter('{ text: 1 }'),
      filter('{ text: 1.5 }'),
      filter('{ text: true }'),
      filter('{ text: soup }'),
      filter('{ text: ["a"] }'),
      filter('{ text: {} }'),
    ],
  },
  'ValuesOfCorrectType: ID': {
    accepted: [node('"x"'), node('1'), node('12345678901234567890'), node('"""x"""'), node('""')],
    rejected: [node('1.0'), node('true'), node('SOMETHING'), node('null'), node('["x"]'), node('{}')],
  },
  'ValuesOfCorrectType: Boolean': {
    accepted: [skip('true'), skip('false')],
    rejected: [skip('1'), skip('"true"'), skip('TRUE'), skip('null'), skip('[true]'), skip('1.0'), skip('tru')],
  },
  'ValuesOfCorrectType: enums': {
    accepted: [
      filter('{ diet: VEGAN }'),
      filter('{ diet: null }'),
      filter('{ slots: [LUNCH, DINNER] }'),
      filter('{ slots: LUNCH }'),
      filter('{ slots: [] }'),
    ],
    rejected: [
      filter('{ diet: "VEGAN" }'),
      filter('{ diet: """VEGAN""" }'),
      filter('{ diet: vegan }'),
      filter('{ diet: NONSENSE }'),
      filter('{ diet: 1 }'),
      filter('{ diet: true }'),
      filter('{ diet: [VEGAN] }'),
      filter('{ slots: ["LUNCH"] }'),
      filter('{ slots: "LUNCH" }'),
      filter('{ slots: [null] }'),
      filter('{ slots: [[LUNCH]] }'),
      filter('{ slots: [LUNCH, NONSENSE] }'),
      filter('{ slots: {} }'),
    ],
  },
  'ValuesOfCorrectType: objects': {
    accepted: [filter('{}'), filter('null'), filter('{ text: "a", slots: null }')],
    rejected: [
      filter('5'),
      filter('[]'),
      filter('"x"'),
      filter('VEGAN'),
      filter('true'),
      filter('[{}]'),
      filter('{ unknown: 1 }'),
      filter('{ text: "a", unknown: null }'),
      setFavourite('"x"'),
      setFavourite('{}'),
      setFavourite('null'),
      setFavourite('{ idempotencyKey: "a" }'),
      setFavourite('[]'),
      setFavourite('{ idempotencyKey: "a", recipeId: "b", isFavourite: null }'),
      setFavourite('{ idempotencyKey: null, recipeId: "b", isFavourite: true }'),
      setFavourite('{ idempotencyKey: "a", recipeId: "b", isFavourite: "true" }'),
      'mutation { a: setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true }) { recipe { id } } b: setFavouriteRecipe(input: "x") { recipe { id } } }',
    ],
  },
  'ValuesOfCorrectType: our scalars': {
    accepted: [
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: "2026-03-14T06:30:00Z" }) { recipe { id } } }',
    ],
    rejected: [
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: 5 }) { recipe { id } } }',
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: YESTERDAY }) { recipe { id } } }',
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: "yesterday" }) { recipe { id } } }',
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: ["2026-03-14T06:30:00Z"] }) { recipe { id } } }',
    ],
  },
  'ValuesOfCorrectType: defaults of variables': {
    accepted: [
      variable('Int! = 2', FIRST),
      variable('[MealSlot!] = [LUNCH]', SLOTS),
      variable('[MealSlot!] = LUNCH', SLOTS),
      variable('RecipeFilter = { diet: VEGAN }', FILTER),
      variable('RecipeFilter = null', FILTER),
      variable('String = null', TEXT),
      variable('Int! = 2', FIRST, '3'),
      variable('Boolean! = false', SKIP),
    ],
    rejected: [
      variable('Int! = null', FIRST),
      variable('Int! = "2"', FIRST),
      variable('Int = 2.0', FIRST),
      variable('[MealSlot!] = ["LUNCH"]', SLOTS),
      variable('[MealSlot!] = [null]', SLOTS),
      variable('RecipeFilter = { unknown: 1 }', FILTER),
      variable('RecipeFilter = 5', FILTER),
      variable('Int! = null', FIRST, '3'),
      variable('ID! = 1.5', NODE),
      variable('Boolean = "true"', '__typename @skip(if: $v)'),
      variable('RecipeFilter = { text: $v }', FILTER),
      variable('Diet = "VEGAN"', 'recipes(filter: { diet: $v }) { nodes { id } }'),
    ],
  },
  VariablesInAllowedPosition: {
    accepted: [
      variable('Int!', FIRST, '1'),
      variable('Int', FIRST, '1'),
      variable('Int = 1', FIRST),
      variable('Int! = 1', FIRST),
      variable('ID!', NODE, '"x"'),
      variable('[MealSlot!]', SLOTS, '["LUNCH"]'),
      variable('[MealSlot!]!', SLOTS, '["LUNCH"]'),
      variable('String!', TEXT, '"a"'),
      variable('Boolean!', SKIP, 'true'),
      variable('Boolean = true', SKIP),
      variable('MealSlot!', 'recipes(filter: { slots: [$v] }) { nodes { id } }', '"LUNCH"'),
      variable('ID = "x"', NODE),
    ],
    rejected: [
      variable('ID', NODE, '"x"'),
      variable('String', NODE, '"x"'),
      variable('String!', NODE, '"x"'),
      variable('Int!', NODE, '1'),
      variable('ID', TEXT, '"x"'),
      variable('Boolean', SKIP, 'true'),
      variable('[MealSlot]', SLOTS, '["LUNCH"]'),
      variable('MealSlot', SLOTS, '"LUNCH"'),
      variable('[MealSlot!]', 'recipes(filter: { slots: [$v] }) { nodes { id } }', '["LUNCH"]'),
      variable('MealSlot', 'recipes(filter: { slots: [$v] }) { nodes { id } }', '"LUNCH"'),
      variable('RecipeFilter', 'workouts(filter: $v) { nodes { id } }', '{}'),
      variable('Float!', FIRST, '1'),
      variable('[Int!]', FIRST, '[1]'),
      variable('ID = null', NODE, '"x"'),
      variable('String', '__typename @skip(if: $v)', '"a"'),
      '{"query": "query ($v: ID) { ...F } fragment F on Query { node(id: $v) { id } }", "variables": {"v": "x"}}',
      '{"query": "query ($v: Boolean) { recipes { nodes { id @include(if: $v) } } }", "variables": {"v": true}}',
    ],
  },
  'variables: Int': {
    accepted: [
      variable('Int!', FIRST, '20'),
      variable('Int!', FIRST, '20.0'),
      variable('Int!', FIRST, '2e1'),
      variable('Int', 'recipes(filter: { maxMinutes: $v }) { nodes { id } }', 'null'),
      variable('Int', 'recipes(filter: { maxMinutes: $v }) { nodes { id } }'),
    ],
    rejected: [
      variable('Int!', FIRST),
      variable('Int!', FIRST, 'null'),
      variable('Int!', FIRST, '"20"'),
      variable('Int!', FIRST, '20.5'),
      variable('Int!', FIRST, 'true'),
      variable('Int!', FIRST, '55376161017'),
      variable('Int!', FIRST, '2147483648'),
      variable('Int!', FIRST, '-2147483649'),
      variable('Int!', FIRST, '1e100'),
      variable('Int!', FIRST, '[1]'),
      variable('Int!', FIRST, '{}'),
    ],
  },
  'variables: other scalars': {
    accepted: [
      variable('ID!', NODE, '"x"'),
      variable('ID!', NODE, '7'),
      variable('ID!', NODE, '7.0'),
      variable('ID!', NODE, '""'),
      variable('String', TEXT, '"a"'),
      variable('String', TEXT, 'null'),
      variable('Boolean!', SKIP, 'false'),
    ],
    rejected: [
      variable('ID!', NODE, 'null'),
      variable('ID!', NODE, 'true'),
      variable('ID!', NODE, '1.5'),
      variable('ID!', NODE, '["x"]'),
      variable('ID!', NODE, '{}'),
      variable('String', TEXT, '1'),
      variable('String', TEXT, 'true'),
      variable('String', TEXT, '["a"]'),
      variable('String', TEXT, '{}'),
      variable('Boolean!', SKIP, '1'),
      variable('Boolean!', SKIP, '"true"'),
      variable('Boolean!', SKIP, 'null'),
      variable('Boolean!', SKIP),
    ],
  },
  'variables: halves of surrogate pairs': {
    accepted: [
      variable('String', TEXT, '"\\ud83c"'),
      variable('ID!', NODE, '"a\\udf55"'),
      variable('RecipeFilter', FILTER, '{"text": "\\ud83c"}'),
    ],
    rejected: [],
  },
  'variables: enums and lists': {
    accepted: [
      variable('[MealSlot!]', SLOTS, '["LUNCH", "DINNER"]'),
      variable('[MealSlot!]', SLOTS, '"LUNCH"'),
      variable('[MealSlot!]', SLOTS, 'null'),
      variable('[MealSlot!]', SLOTS, '[]'),
      variable('[MealSlot!]', SLOTS),
    ],
    rejected: [
      variable('[MealSlot!]', SLOTS, '["lunch"]'),
      variable('[MealSlot!]', SLOTS, '[null]'),
      variable('[MealSlot!]', SLOTS, '[1]'),
      variable('[MealSlot!]', SLOTS, '{}'),
      variable('[MealSlot!]', SLOTS, '[["LUNCH"]]'),
      variable('[MealSlot!]!', SLOTS, 'null'),
      variable('[MealSlot!]!', SLOTS),
    ],
  },
  'variables: objects': {
    accepted: [
      variable('RecipeFilter', FILTER, '{}'),
      variable('RecipeFilter', FILTER, 'null'),
      variable('RecipeFilter', FILTER, '{"diet": "VEGAN", "slots": "LUNCH", "text": null}'),
      variable('RecipeFilter', FILTER),
    ],
    rejected: [
      variable('RecipeFilter', FILTER, '[]'),
      variable('RecipeFilter', FILTER, '"x"'),
      variable('RecipeFilter', FILTER, '5'),
      variable('RecipeFilter', FILTER, '{"unknown": 1}'),
      variable('RecipeFilter', FILTER, '{"diet": "vegan"}'),
      variable('RecipeFilter', FILTER, '{"slots": [null]}'),
      variable('RecipeFilter', FILTER, '{"text": 5}'),
      variable('RecipeFilter', FILTER, '{"maxMinutes": 1.5}'),
      '{"query": "mutation ($v: SetFavouriteRecipeInput!) { setFavouriteRecipe(input: $v) { recipe { id } } }", "variables": {"v": {"idempotencyKey": "a", "recipeId": "b"}}}',
      '{"query": "mutation ($v: SetFavouriteRecipeInput!) { setFavouriteRecipe(input: $v) { recipe { id } } }", "variables": {"v": {"idempotencyKey": "a", "recipeId": "b", "isFavourite": null}}}',
      '{"query": "mutation ($v: SetFavouriteRecipeInput!) { setFavouriteRecipe(input: $v) { recipe { id } } }"}',
    ],
  },
  'variables that are not declared': {
    accepted: [
      '{"query": "{ __typename }", "variables": {"extra": 1}}',
      '{"query": "{ __typename }", "variables": null}',
      '{"query": "{ __typename }", "variables": {}}',
    ],
    rejected: [],
  },
};
