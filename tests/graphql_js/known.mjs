// Where we and graphql-js disagree on purpose, each with the reason. One that nothing falls under any more is a mistake.
//
// `covers` is asked with {request, theirs, ours}: what was sent, and what each made of it.

const said = ({ messages }, text) => messages.some((message) => message.includes(text));

export const KNOWN = [
  {
    reason:
      'graphql-js 16 validates subscriptions that the schema does not serve, and fails when it runs them; 17 and we refuse them before',
    covers: ({ latest, ours }) => said(latest, 'operation is not supported by the schema') && !ours.accepted,
  },
  {
    reason: 'the edition of September 2025 made `includeDeprecated` non-null, which graphql-js 16 does not know yet',
    covers: ({ asked, theirs, latest }) =>
      asked.query.includes('includeDeprecated') && theirs.accepted && said(latest, '"Boolean!"'),
  },
  {
    reason: 'half of a surrogate pair in a variable is no text in UTF-8, in which it would be stored and answered',
    // `JSON.stringify` escapes the halves alone.
    covers: ({ asked, theirs, ours }) =>
      theirs.accepted && !ours.accepted && /\\ud[89a-f]/.test(JSON.stringify(asked.variables)),
  },
];
