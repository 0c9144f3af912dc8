// Mistakes in the text of a document, which a lexer and a parser have to reject, and unusual text that they have to
// accept.
import { Lexer, Source, TokenKind } from 'graphql';

/** Replacements for a number or a string; some of them are valid. */
const ODD = [
  ...[
    '0123',
    '00',
    '-0',
    '-',
    '1.',
    '.5',
    '1.0e5',
    '1e',
    '1E+3',
    '1e-2',
    '0x1F',
    '1_000',
    '+1',
    '1.2.3',
    '12abc',
    '1.e3',
  ],
  ...[
    '-1',
    '2147483647',
    '2147483648',
    '-2147483648',
    '-2147483649',
    '9007199254740993',
    '1e400',
    '0.0',
    '1.5',
    '20.0',
  ],
  ...['""', '"\\u00e9"', '"\\ud83c\\udf55"', '"\\ud83c"', '"\\udf55"', '"\\udf55\\ud83c"', '"\\u{1F355}"', '"\\u{0}"'],
  ...[
    '"\\u{10FFFF}"',
    '"\\u{110000}"',
    '"\\u{D83C}"',
    '"\\u{}"',
    '"\\u{1F355"',
    '"\\u12"',
    '"\\x41"',
    '"\\/\\b\\f\\n\\r\\t"',
  ],
  ...['"unfinished', '"two\nlines"', '"tab\there"', "'single'", '"🍕"', '"\u0007"', '"\u007f"'],
  ...[
    '""""""',
    '"""a"""',
    '"""a\n  b\n\n"""',
    '"""\\""" b"""',
    '"""unfinished""',
    '"""a" "" b"""',
    '"""\\u00e9 \\x"""',
    '"""\\"""',
  ],
  ...['null', 'true', 'nul', '$', '$x', '[]', '[', '{}', '{a:}', '[1 2,3,,]', 'VEGAN', '@', '...', '&', '|'],
];

/** Text between tokens; some of it is valid. */
const BETWEEN = [
  ',',
  ',,',
  '\t',
  '\r\n',
  '\r',
  '# comment\n',
  '#',
  '\ufeff',
  '\u00a0',
  '\u0000',
  '\u200b',
  ';',
  '?',
  '.',
  '..',
  '%',
  '\\',
];

const SPOILS = {
  'a token is missing': (text, tokens, random) => splice(text, random.pick(tokens), ''),
  'a token is doubled': (text, tokens, random) => {
    const token = random.pick(tokens);
    return splice(text, token, `${text.slice(token.start, token.end)} ${text.slice(token.start, token.end)}`);
  },
  'a token is another': (text, tokens, random) => {
    const other = random.pick(tokens);
    return splice(text, random.pick(tokens), text.slice(other.start, other.end));
  },
  'two tokens have changed places': (text, tokens, random) => {
    const at = random.below(tokens.length - 1);
    const [one, two] = tokens.slice(at, at + 2);
    const between = text.slice(one.end, two.start);
    return (
      text.slice(0, one.start) +
      text.slice(two.start, two.end) +
      between +
      text.slice(one.start, one.end) +
      text.slice(two.end)
    );
  },
  'a value is odd': (text, tokens, random) => {
    const values = tokens.filter(({ kind }) =>
      [TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING, TokenKind.BLOCK_STRING].includes(kind),
    );
    return splice(text, random.pick(values.length ? values : tokens), random.pick(ODD));
  },
  'something stands between tokens': (text, tokens, random) => {
    const { end } = random.pick(tokens);
    return text.slice(0, end) + random.pick(BETWEEN) + text.slice(end);
  },
  'tokens have no more space between them than they need': (text, tokens) =>
    tokens
      .map(({ start, end }) => text.slice(start, end))
      .join(' ')
      .replace(/(?<=\W) | (?=\W)/g, ''),
  'tokens have commas between them': (text, tokens) => tokens.map(({ start, end }) => text.slice(start, end)).join(','),
  'the text ends early': (text, _tokens, random) => text.slice(0, random.below(text.length)),
  'the text goes on': (text, _tokens, random) =>
    `${text} ${random.pick(['}', '{', 'query', '{ __typename }', '"', '...', '@skip'])}`,
};

export const spoils = Object.keys(SPOILS);

/** The text with a mistake. */
export function spoil(text, how, random) {
  return SPOILS[how](text, tokensOf(text), random);
}

function splice(text, token, by) {
  return text.slice(0, token.start) + by + text.slice(token.end);
}

/** The tokens up to the first syntax error. */
function tokensOf(text) {
  const lexer = new Lexer(new Source(text));
  const tokens = [];
  try {
    while (lexer.advance().kind !== TokenKind.EOF) tokens.push(lexer.token);
  } catch {
    // The text is not valid from here on.
  }
  return tokens.length > 1
    ? tokens
    : [
        { start: 0, end: 1 },
        { start: 1, end: text.length },
      ];
}
