// Changes of a queue.
import { count, counted } from './format.js';

const STATUS = `queue {
      name
      depth
      deadLetters
      pausedSince
    }
    userErrors {
      message
      code
      path
    }`;

/** A mutation whose payload has the queue and further fields. */
function mutation(name, inputType, fields = '') {
  const operation = `Console${name[0].toUpperCase()}${name.slice(1)}`;
  return `mutation ${operation}($input: ${inputType}!) {
  ${name}(input: $input) {
    ${fields}${STATUS}
  }
}
`;
}

/** The most messages that one mutation takes. */
const MAX_MESSAGES = 10_000;

/** Which letters: the selected ones, or all of them. */
function selected(ids, total) {
  return ids.length > 0 ? { ids } : { limit: Math.min(Math.max(total, 1), MAX_MESSAGES) };
}

function outcome(number, text) {
  if (number === 0) return { text: 'There is nothing to do: these dead letters are gone.', isNothing: true };
  return { text, isNothing: false };
}

/** Gives dead letters back to their queue: the selected ones, or all. */
export function redriveChange(queue, ids, total) {
  return {
    title: `Redrive dead letters of ${queue}`,
    verb: 'Redrive',
    explain: 'They are given back to the queue and worked on again. What they had done already is not done again.',
    operation: mutation('redriveDeadLetters', 'RedriveDeadLettersInput', 'redriven\n    '),
    input: () => ({ queue, ...selected(ids, total) }),
    hasDryRun: true,
    outcome: ({ redriven }) => outcome(redriven, `${counted(redriven, 'message')} would go back to ${queue}.`),
    done: ({ redriven }) => `${counted(redriven, 'message')} of ${queue} redriven.`,
  };
}

/** Deletes dead letters: the selected ones, or all. */
export function discardChange(queue, ids, total) {
  return {
    title: `Discard dead letters of ${queue}`,
    verb: 'Discard',
    isDestructive: true,
    explain: 'They are deleted for good: what they were to do is never done. The audit log keeps their ids and kinds.',
    operation: mutation('discardDeadLetters', 'DiscardDeadLettersInput', 'discarded\n    '),
    input: () => ({ queue, ...selected(ids, total) }),
    hasDryRun: true,
    outcome: ({ discarded }) => outcome(discarded, `${counted(discarded, 'message')} would be deleted for good.`),
    typed: queue,
    done: ({ discarded }) => `${counted(discarded, 'message')} of ${queue} discarded.`,
  };
}

/** Lets a queue give out nothing. */
export function pauseChange(queue) {
  return {
    title: `Pause ${queue}`,
    verb: 'Pause',
    explain: 'The queue gives out nothing until it is resumed. Messages wait in it; those in flight are finished.',
    operation: mutation('pauseQueue', 'PauseQueueInput'),
    input: () => ({ queue }),
    done: () => `${queue} is paused.`,
  };
}

/** Lets a paused queue go on. */
export function resumeChange(queue) {
  return {
    title: `Resume ${queue}`,
    verb: 'Resume',
    explain: 'The queue gives out its messages again, those that have waited longest first.',
    operation: mutation('resumeQueue', 'ResumeQueueInput'),
    input: () => ({ queue }),
    done: ({ queue: { depth } }) => `${queue} goes on, with ${count(depth)} waiting.`,
  };
}
