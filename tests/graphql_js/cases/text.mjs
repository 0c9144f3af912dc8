// What a lexer and a parser have to read.

const text = (literal) => `{ recipes(filter: { text: ${literal} }) { nodes { id } } }`;
const first = (literal) => `{ recipes(first: ${literal}) { nodes { id } } }`;
const B = '"""';

export default {
  'ignored tokens': {
    accepted: ['\ufeff{ __typename }', '{,,__typename,,}', '{\t__typename\r\n}', '# comment\n{ __typename # another\n}', '{__typename}', '#\r{ __typename }', '{ __typename } # the end'],
    refused: ['{ \u00a0__typename }', '{ __typename\u0000 }', '{ __typename; }', '{ __type\ufeffname }', '', ' ', '# only', '{ __typename } }', '{ __typename', '?{ __typename }', '{ \u200b__typename }'],
  },
  names: {
    accepted: ['{ _: __typename }', '{ query: __typename }', '{ on: __typename }', '{ null: __typename }', '{ true: __typename fragment: __typename }', 'query query { __typename }', 'query on { __typename }',
      '{ ...mutation } fragment mutation on Query { __typename }', '{ A1_b: __typename }'],
    refused: ['{ 1a: __typename }', '{ ä: __typename }', '{ a-b: __typename }', '{ ...on } fragment on on Query { __typename }', '{ $a: __typename }', 'quer { __typename }', 'Query { __typename }'],
  },
  numbers: {
    accepted: [first('1'), first('1,'), first('-0')],
    refused: [first('01'), first('00'), first('-'), first('- 1'), first('1.'), first('.5'), first('1.0e5'), first('1e'), first('0x1'), first('1_000'), first('+1'), first('1a'), first('1.2.3'), first('1..'), first('-01'), first('0123')],
  },
  strings: {
    accepted: [text('"\\u00e9"'), text('"\\ud83c\\udf55"'), text('"\\u{1F355}"'), text('"\\u{1f355}"'), text('"\\u{0}"'), text('"\\u{0041}"'), text('"\\u{10FFFF}"'), text('"🍕"'), text('"\\"\\\\\\/\\b\\f\\n\\r\\t"'),
      text('"a\tb"'), text('"# no comment"'), text('"\\u{00000041}"')],
    refused: [text('"\\ud83c"'), text('"\\udf55"'), text('"\\udf55\\ud83c"'), text('"\\ud83c\\u0041"'), text('"\\ud83cx"'), text('"\\u{110000}"'), text('"\\u{D83C}"'), text('"\\u{}"'), text('"\\u{1F355"'), text('"\\u{g}"'),
      text('"\\u12"'), text('"\\U0041"'), text('"\\x41"'), text('"\\a"'), text('"a\nb"'), text('"a\rb"'), text('"a'), text("'a'"), text('"\\"'), text('"\\u{-1}"'), text('"\\u{0000000000041}"').replace('0000000000041', '200000041')],
  },
  'block strings': {
    accepted: [text(`${B}${B}`), text(`${B}a${B}`), text(`${B}a "quoted" ""twice"" b${B}`), text(`${B}\\${B} inside ${B}`), text(`${B}\n  a\n    b\n${B}`), text(`${B}\\u00e9 \\x${B}`), text(`${B}\r\n a\r b${B}`), text(`${B}🍕${B}`),
      text(`${B}a\\ ${B}`), text(`${B} \\"" ${B}`)],
    refused: [text(`${B}a`), text(`${B}a""`), text(`${B}a${B}"`), text(`${B}\\${B}`), text(`${B}\\\\${B}`), text(`${B}${B}${B}`)],
  },
  'descriptions and documents': {
    accepted: [],
    refused: ['"described" fragment F on Query { __typename } ', '{ __typename } "described"', 'query ($a: Int "described") { __typename }'],
  },
  'variables and types': {
    accepted: [
      { query: 'query($m:[ Muscle! ]!){exercises(filter:{muscles:$m}){nodes{id}}}', variables: { m: [] } },
      { query: 'query ( $ m : [ Muscle ! ] ! ) { exercises(filter: { muscles: $ m }) { nodes { id } } }', variables: { m: [] } },
      { query: 'query($m:[Muscle!]!){exercises(filter:{muscles:$m}){nodes{id}}}', variables: { m: ['CALVES'] } },
      { query: 'query($s:[MealSlot!]=[LUNCH]){recipes(filter:{slots:$s}){nodes{id}}}' },
      { query: 'query($s:[MealSlot!]=[LUNCH],$first:Int!){recipes(first:$first,filter:{slots:$s}){nodes{id}}}', variables: { first: 1 } },
      { query: 'query($first:Int,$after:String){recipes(first:$first,after:$after){nodes{id}}}', variables: {} },
      { query: 'query($first:Int,$after:String){recipes(first:$first,after:$after){nodes{id}}}', variables: { first: 2, after: null } },
    ],
    refused: ['query ($a: Int!!) { recipes(first: $a) { nodes { id } } }', 'query ($a: [Int) { recipes(first: $a) { nodes { id } } }', 'query ($a Int) { __typename }', 'query (a: Int) { __typename }', 'query () { __typename }',
      'query ($a: Int = $b, $b: Int) { recipes(first: $a) { nodes { id } } }', 'query ($a: []) { __typename }', 'query ($: Int) { __typename }', 'query ($a: !Int) { __typename }'],
  },
  punctuation: {
    accepted: ['{ ...on Query { __typename } }', '{ ...@include(if: true) { __typename } }', '{ a:__typename }', '{ ... on Query{__typename} }', '{ ...{ __typename } }'],
    refused: ['{ .. on Query { __typename } }', '{ ... }', '{ a: b: __typename }', '{ : __typename }', '{ a: }', '{ recipes() { nodes { id } } }', '{ recipes(first 1) { nodes { id } } }', '{ recipes(first:) { nodes { id } } }',
      '{ recipes(: 1) { nodes { id } } }', '{ recipes[first: 1] { nodes { id } } }', '{ __typename @ }', '{ __typename @skip(if: true }', 'fragment F { __typename } { ...F }', '{ ...F } fragment F on { __typename }',
      '{ ...F } fragment on Query { __typename }', 'query A B { __typename }', '{ recipes(filter: { text "a" }) { nodes { id } } }', '{ recipes(filter: { slots: [LUNCH }) { nodes { id } } }', '{ recipes(filter: { slots: (LUNCH) }) { nodes { id } } }',
      '{ __typename & __typename }', '{ __typename | __typename }', '{{ __typename }}'],
  },
};
