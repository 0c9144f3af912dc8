// The dialog of every change: what is to be done, what it would do, and whether it was done.
import { send, uuid } from './api.js';
import { h, update } from './dom.js';
import { fieldsOf, readFields } from './fields.js';
import { notify, problemBox, userErrorBox } from './notice.js';
import { operationPanel } from './operation.js';

/**
 * Opens a dialog for a change, which is
 *
 *   title, verb       the heading, and the label of the button
 *   explain           what it does, in a sentence or more
 *   isDestructive     for what cannot be taken back
 *   operation         the text of its mutation, whose only root field is its result and whose variable is `$input`
 *   fields            what the person fills in (`fields.js`); none by default
 *   input(values)     the input without the idempotency key, from the values of the fields
 *   hasDryRun         whether the mutation can say first what it would do
 *   outcome(payload, values)    what it would do: `{ text, isNothing }`
 *   typed             what the person has to type before
 *   done(payload)     what to say when it is done
 *
 * Resolves to the payload, or to null when the person thinks better of it.
 */
export function confirmChange(change) {
  return new Promise((resolve) => new ChangeDialog(change, resolve).open());
}

class ChangeDialog {
  #change;
  #dialog = h('dialog', { 'aria-labelledby': 'change-title' });
  /** Made once, and sent again with each attempt: what was done is not done again. */
  #key = uuid();
  #values = {};
  /** `fields`, `checking`, `review`, `sending`, or `unknown` when it may have been done or not. */
  #step = 'fields';
  #problems = [];
  #outcome = null;
  #payload = null;

  constructor(change, resolve) {
    this.#change = change;
    // While it is on its way, Escape would only hide what becomes of it.
    this.#dialog.oncancel = (event) => this.#step === 'sending' && event.preventDefault();
    this.#dialog.onclose = () => {
      this.#dialog.remove();
      resolve(this.#payload);
    };
  }

  open() {
    document.body.append(this.#dialog);
    this.#draw();
    this.#dialog.showModal();
    // Without anything to fill in, what it would do can be said at once.
    if (!this.#change.fields && this.#change.hasDryRun) this.#check();
  }

  #draw() {
    const { title, explain, fields = [], typed } = this.#change;
    const submit = (event) => {
      event.preventDefault();
      this.#proceed();
    };
    const isFilledIn = this.#step === 'fields';
    update(
      this.#dialog,
      h(
        'form',
        { onsubmit: submit },
        h('h2', { id: 'change-title' }, title),
        h('div', {}, explain),
        h('div.fields', { 'data-key': 'fields' }, fieldsOf(fields, !isFilledIn)),
        this.#status(),
        typed && this.#asksToType() && this.#typedField(typed),
        h('div.actions', { 'data-key': 'actions' }, this.#buttons()),
      ),
      h('div', { 'data-key': 'operation' }, operationPanel(this.#change.operation, this.#variables(), 'The operation')),
    );
  }

  #status() {
    const texts = { checking: 'Asking what it would do…', sending: 'Sending…' };
    const outcome = this.#step === 'review' && this.#outcome && h('p.outcome', {}, this.#outcome.text);
    const isUnknown = this.#step === 'unknown';
    const retry = isUnknown && h('p', {}, 'It may have been done or not. Trying again does not do it twice.');
    const busy = texts[this.#step] && h('p.muted', {}, texts[this.#step]);
    const parts = [busy, outcome, this.#problems, retry];
    return h('div.status', { 'data-key': 'status', role: 'status' }, parts);
  }

  #buttons() {
    const { verb, isDestructive, hasDryRun, fields, typed } = this.#change;
    const isBusy = this.#step === 'checking' || this.#step === 'sending';
    const needsCheck = hasDryRun && this.#outcome === null;
    const isMistyped =
      this.#asksToType() && typed !== undefined && this.#dialog.querySelector('#typed')?.value !== typed;
    const isBlocked = isBusy || (this.#step === 'review' && (this.#outcome?.isNothing || isMistyped));
    const label = this.#step === 'unknown' ? 'Try again' : needsCheck ? 'Check' : verb;
    const style = needsCheck ? '' : isDestructive ? '.destructive' : '.primary';
    const back = () => this.#go('fields');
    return [
      h(
        'button',
        { type: 'button', disabled: this.#step === 'sending', onclick: () => this.#dialog.close() },
        this.#step === 'unknown' ? 'Close' : 'Cancel',
      ),
      fields && this.#step === 'review' && h('button', { type: 'button', onclick: back }, 'Back'),
      h(`button${style}`, { type: 'submit', disabled: isBlocked, 'data-key': 'proceed' }, label),
    ];
  }

  #typedField(text) {
    const attributes = { id: 'typed', autocomplete: 'off', spellcheck: 'false', oninput: () => this.#draw() };
    return h(
      'div.field',
      { 'data-key': 'typed' },
      h('label', { for: 'typed' }, 'To confirm, type ', h('code', {}, text)),
      h('input', attributes),
    );
  }

  #asksToType() {
    return this.#step === 'review' && !this.#outcome?.isNothing;
  }

  #go(step, problems = []) {
    this.#step = step;
    this.#problems = problems;
    // What it would do has to be checked anew.
    if (step === 'fields') this.#outcome = null;
    this.#draw();
  }

  #proceed() {
    if (this.#step === 'fields') this.#values = readFields(this.#dialog, this.#change.fields ?? []);
    if (this.#change.hasDryRun && this.#outcome === null) return this.#check();
    return this.#confirm();
  }

  /** Asks what the change would do, with a key of its own, for it is another input. */
  async #check() {
    this.#go('checking');
    try {
      const payload = await this.#send({ ...this.#input(), idempotencyKey: uuid(), dryRun: true });
      if (payload.userErrors.length > 0) return this.#go('fields', payload.userErrors.map(userErrorBox));
      this.#outcome = this.#change.outcome(payload, this.#values);
      this.#go('review');
    } catch (error) {
      this.#go('fields', [problemBox(error)]);
    }
  }

  async #confirm() {
    this.#go('sending');
    try {
      const payload = await this.#send(this.#variables().input);
      // It was not done, and the key is unused.
      if (payload.userErrors.length > 0) return this.#go('fields', payload.userErrors.map(userErrorBox));
      this.#payload = payload;
      this.#dialog.close();
      notify(this.#change.done(payload, this.#values));
    } catch (error) {
      this.#go(error.isFinal === false ? 'unknown' : 'fields', [problemBox(error)]);
    }
  }

  #input() {
    return this.#change.input(this.#values);
  }

  #variables() {
    return { input: { idempotencyKey: this.#key, ...this.#input() } };
  }

  /** Resolves to the payload of the mutation. */
  async #send(input) {
    const { data, problems } = await send(this.#change.operation, { input });
    const [payload] = Object.values(data);
    if (!payload) throw problems[0];
    return payload;
  }
}
