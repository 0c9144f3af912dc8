// What a person fills in before a change.
import { h } from './dom.js';

/**
 * The elements of fields. A field is `{ name, label, type, value, hint, isOptional }`; its type is that of an `<input>`,
 * of which `datetime-local` has times and `checkbox` booleans as values.
 */
export function fieldsOf(fields, areLocked) {
  return fields.map((field) => {
    const id = `field-${field.name}`;
    const { label, type = 'text', value, hint, isOptional } = field;
    const isCheckbox = type === 'checkbox';
    const attributes = { id, type, value, disabled: areLocked, 'aria-describedby': hint && `${id}-hint` };
    if (!isCheckbox) attributes.required = !isOptional;
    if (type === 'text' || type === 'url') attributes.autocomplete = 'off';
    const input = h('input', attributes);
    const name = h('label', { for: id }, label, isOptional && h('span.muted', {}, ' (optional)'));
    return h(
      `div.field${isCheckbox ? '.checkbox' : ''}`,
      { 'data-key': field.name },
      isCheckbox ? [input, name] : [name, input],
      hint && h('span.hint.muted', { id: `${id}-hint` }, hint),
    );
  });
}

/** The values of the fields in a dialog; null for what is left empty. */
export function readFields(dialog, fields) {
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      const input = dialog.querySelector(`#field-${name}`);
      if (type === 'checkbox') return [name, input.checked];
      const text = input.value.trim();
      if (text === '') return [name, null];
      // In the zone of the browser, as the field is labelled.
      return [name, type === 'datetime-local' ? new Date(text).toISOString() : text];
    }),
  );
}

/** The zone that `datetime-local` fields are in. */
export const ZONE_HINT = `In the zone of this browser, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`;
