// Intended disagreements with graphql-js, each with the reason. An entry that covers no disagreement any more is an
// error.
//
// `covers` is called with the request and the result of each side.

const hasMessage = ({ messages }, text) => messages.some((message) => message.includes(text));

export const KNOWN = [
  {
    reason:
      'graphql-js 16 validates subscriptions that the schema does not serve, and fails when it runs them; 17 and we refuse them before',
    covers: ({ latest, ours }) => hasMessage(latest, 'operation is not supported by the schema') && !ours.accepted,
  },
  {
    reason: 'the edition of September 2025 made `includeDeprecated` non-null, which graphql-js 16 does not know yet',
    covers: ({ parsed, theirs, latest }) =>
      parsed.query.includes('includeDeprecated') && theirs.accepted && hasMessage(latest, '"Boolean!"'),
  },
  {
    reason: 'half of a surrogate pair in a variable is no text in UTF-8, in which it would be stored and answered',
    // `JSON.stringify` escapes only unpaired surrogates.
    covers: ({ parsed, theirs, ours }) =>
      theirs.accepted && !ours.accepted && /\\ud[89a-f]/.test(JSON.stringify(parsed.variables)),
  },
];
