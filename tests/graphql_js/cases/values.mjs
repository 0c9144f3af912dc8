// Values in documents and in variables.

const filter = (value) => `{ recipes(filter: ${value}) { nodes { id } } }`;
const first = (value) => `{ recipes(first: ${value}) { nodes { id } } }`;
const node = (value) => `{ node(id: ${value}) { id } }`;
const skip = (value) => `{ __typename @skip(if: ${value}) }`;
const setFavourite = (input) => `mutation { setFavouriteRecipe(input: ${input}) { recipe { id } } }`;

/** A query with one variable, and the value that it is given, as JSON text; absent without one. */
function given(type, use, value) {
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
    refused: [
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
    refused: [
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
    refused: [node('1.0'), node('true'), node('SOMETHING'), node('null'), node('["x"]'), node('{}')],
  },
  'ValuesOfCorrectType: Boolean': {
    accepted: [skip('true'), skip('false')],
    refused: [skip('1'), skip('"true"'), skip('TRUE'), skip('null'), skip('[true]'), skip('1.0'), skip('tru')],
  },
  'ValuesOfCorrectType: enums': {
    accepted: [
      filter('{ diet: VEGAN }'),
      filter('{ diet: null }'),
      filter('{ slots: [LUNCH, DINNER] }'),
      filter('{ slots: LUNCH }'),
      filter('{ slots: [] }'),
    ],
    refused: [
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
    refused: [
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
    refused: [
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: 5 }) { recipe { id } } }',
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: YESTERDAY }) { recipe { id } } }',
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: "yesterday" }) { recipe { id } } }',
      'mutation { setFavouriteRecipe(input: { idempotencyKey: "a", recipeId: "b", isFavourite: true, occurredAt: ["2026-03-14T06:30:00Z"] }) { recipe { id } } }',
    ],
  },
  'ValuesOfCorrectType: defaults of variables': {
    accepted: [
      given('Int! = 2', FIRST),
      given('[MealSlot!] = [LUNCH]', SLOTS),
      given('[MealSlot!] = LUNCH', SLOTS),
      given('RecipeFilter = { diet: VEGAN }', FILTER),
      given('RecipeFilter = null', FILTER),
      given('String = null', TEXT),
      given('Int! = 2', FIRST, '3'),
      given('Boolean! = false', SKIP),
    ],
    refused: [
      given('Int! = null', FIRST),
      given('Int! = "2"', FIRST),
      given('Int = 2.0', FIRST),
      given('[MealSlot!] = ["LUNCH"]', SLOTS),
      given('[MealSlot!] = [null]', SLOTS),
      given('RecipeFilter = { unknown: 1 }', FILTER),
      given('RecipeFilter = 5', FILTER),
      given('Int! = null', FIRST, '3'),
      given('ID! = 1.5', NODE),
      given('Boolean = "true"', '__typename @skip(if: $v)'),
      given('RecipeFilter = { text: $v }', FILTER),
      given('Diet = "VEGAN"', 'recipes(filter: { diet: $v }) { nodes { id } }'),
    ],
  },
  VariablesInAllowedPosition: {
    accepted: [
      given('Int!', FIRST, '1'),
      given('Int', FIRST, '1'),
      given('Int = 1', FIRST),
      given('Int! = 1', FIRST),
      given('ID!', NODE, '"x"'),
      given('[MealSlot!]', SLOTS, '["LUNCH"]'),
      given('[MealSlot!]!', SLOTS, '["LUNCH"]'),
      given('String!', TEXT, '"a"'),
      given('Boolean!', SKIP, 'true'),
      given('Boolean = true', SKIP),
      given('MealSlot!', 'recipes(filter: { slots: [$v] }) { nodes { id } }', '"LUNCH"'),
      given('ID = "x"', NODE),
    ],
    refused: [
      given('ID', NODE, '"x"'),
      given('String', NODE, '"x"'),
      given('String!', NODE, '"x"'),
      given('Int!', NODE, '1'),
      given('ID', TEXT, '"x"'),
      given('Boolean', SKIP, 'true'),
      given('[MealSlot]', SLOTS, '["LUNCH"]'),
      given('MealSlot', SLOTS, '"LUNCH"'),
      given('[MealSlot!]', 'recipes(filter: { slots: [$v] }) { nodes { id } }', '["LUNCH"]'),
      given('MealSlot', 'recipes(filter: { slots: [$v] }) { nodes { id } }', '"LUNCH"'),
      given('RecipeFilter', 'workouts(filter: $v) { nodes { id } }', '{}'),
      given('Float!', FIRST, '1'),
      given('[Int!]', FIRST, '[1]'),
      given('ID = null', NODE, '"x"'),
      given('String', '__typename @skip(if: $v)', '"a"'),
      '{"query": "query ($v: ID) { ...F } fragment F on Query { node(id: $v) { id } }", "variables": {"v": "x"}}',
      '{"query": "query ($v: Boolean) { recipes { nodes { id @include(if: $v) } } }", "variables": {"v": true}}',
    ],
  },
  'variables: Int': {
    accepted: [
      given('Int!', FIRST, '20'),
      given('Int!', FIRST, '20.0'),
      given('Int!', FIRST, '2e1'),
      given('Int', 'recipes(filter: { maxMinutes: $v }) { nodes { id } }', 'null'),
      given('Int', 'recipes(filter: { maxMinutes: $v }) { nodes { id } }'),
    ],
    refused: [
      given('Int!', FIRST),
      given('Int!', FIRST, 'null'),
      given('Int!', FIRST, '"20"'),
      given('Int!', FIRST, '20.5'),
      given('Int!', FIRST, 'true'),
      given('Int!', FIRST, '55376161017'),
      given('Int!', FIRST, '2147483648'),
      given('Int!', FIRST, '-2147483649'),
      given('Int!', FIRST, '1e100'),
      given('Int!', FIRST, '[1]'),
      given('Int!', FIRST, '{}'),
    ],
  },
  'variables: other scalars': {
    accepted: [
      given('ID!', NODE, '"x"'),
      given('ID!', NODE, '7'),
      given('ID!', NODE, '7.0'),
      given('ID!', NODE, '""'),
      given('String', TEXT, '"a"'),
      given('String', TEXT, 'null'),
      given('Boolean!', SKIP, 'false'),
    ],
    refused: [
      given('ID!', NODE, 'null'),
      given('ID!', NODE, 'true'),
      given('ID!', NODE, '1.5'),
      given('ID!', NODE, '["x"]'),
      given('ID!', NODE, '{}'),
      given('String', TEXT, '1'),
      given('String', TEXT, 'true'),
      given('String', TEXT, '["a"]'),
      given('String', TEXT, '{}'),
      given('Boolean!', SKIP, '1'),
      given('Boolean!', SKIP, '"true"'),
      given('Boolean!', SKIP, 'null'),
      given('Boolean!', SKIP),
    ],
  },
  'variables: halves of surrogate pairs': {
    accepted: [
      given('String', TEXT, '"\\ud83c"'),
      given('ID!', NODE, '"a\\udf55"'),
      given('RecipeFilter', FILTER, '{"text": "\\ud83c"}'),
    ],
    refused: [],
  },
  'variables: enums and lists': {
    accepted: [
      given('[MealSlot!]', SLOTS, '["LUNCH", "DINNER"]'),
      given('[MealSlot!]', SLOTS, '"LUNCH"'),
      given('[MealSlot!]', SLOTS, 'null'),
      given('[MealSlot!]', SLOTS, '[]'),
      given('[MealSlot!]', SLOTS),
    ],
    refused: [
      given('[MealSlot!]', SLOTS, '["lunch"]'),
      given('[MealSlot!]', SLOTS, '[null]'),
      given('[MealSlot!]', SLOTS, '[1]'),
      given('[MealSlot!]', SLOTS, '{}'),
      given('[MealSlot!]', SLOTS, '[["LUNCH"]]'),
      given('[MealSlot!]!', SLOTS, 'null'),
      given('[MealSlot!]!', SLOTS),
    ],
  },
  'variables: objects': {
    accepted: [
      given('RecipeFilter', FILTER, '{}'),
      given('RecipeFilter', FILTER, 'null'),
      given('RecipeFilter', FILTER, '{"diet": "VEGAN", "slots": "LUNCH", "text": null}'),
      given('RecipeFilter', FILTER),
    ],
    refused: [
      given('RecipeFilter', FILTER, '[]'),
      given('RecipeFilter', FILTER, '"x"'),
      given('RecipeFilter', FILTER, '5'),
      given('RecipeFilter', FILTER, '{"unknown": 1}'),
      given('RecipeFilter', FILTER, '{"diet": "vegan"}'),
      given('RecipeFilter', FILTER, '{"slots": [null]}'),
      given('RecipeFilter', FILTER, '{"text": 5}'),
      given('RecipeFilter', FILTER, '{"maxMinutes": 1.5}'),
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
    refused: [],
  },
};
