// The operations behind a page or a dialog, to be sent by programs as well.
import { h } from './dom.js';

/** Shows an operation with its variables, and copies it. */
export function operationPanel(text, variables = {}, label = 'The operation behind this page') {
  const json = JSON.stringify(variables, null, 2);
  const hasVariables = Object.keys(variables).length > 0;
  // With the variables as a comment it can be pasted as a whole.
  const comment = hasVariables ? `# variables: ${JSON.stringify(variables)}\n` : '';
  return h(
    'details.operation',
    {},
    h('summary', {}, label),
    h(
      'div.actions',
      {},
      h('button', { type: 'button', onclick: ({ target }) => copy(comment + text, target) }, 'Copy as GraphQL'),
    ),
    h('pre', { tabindex: 0 }, text),
    hasVariables && h('pre', { tabindex: 0 }, json),
  );
}

/** Copies a text; where the browser does not allow that, its selection is left to the person. */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Select the text: copying is not allowed here';
  }
}
