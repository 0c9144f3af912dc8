// Builds and updates elements. Data only ever becomes text, attributes and properties: nothing is parsed as HTML.

/** The event handlers that pages use. They are properties, so that `update` can replace them. */
const HANDLERS = ['onclick', 'onchange', 'oninput', 'onsubmit'];

/** What a person changes and the attributes do not follow. */
const STATES = ['checked', 'indeterminate'];

/**
 * An element: `h('td.number', { title: 'x' }, '12')`. A handler or state is set as a property, `style` as an object;
 * false, null and undefined leave an attribute or a child out.
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (HANDLERS.includes(attribute) || STATES.includes(attribute)) element[attribute] = value;
    else if (attribute === 'style') Object.assign(element.style, value);
    else element.setAttribute(attribute, value === true ? '' : value);
  }
  element.append(...toNodes(children));
  return element;
}

/**
 * Makes `children` the content of `parent`, and keeps the elements that are there already, with focus, selection and
 * scroll position. Elements with the same `data-key` are the same, and otherwise those at the same place.
 */
export function update(parent, ...children) {
  const wanted = toNodes(children);
  const keys = new Set(wanted.map(keyOf).filter(Boolean));
  const known = new Map([...parent.childNodes].map((node) => [keyOf(node), node]));
  let place = parent.firstChild;
  for (const node of wanted) {
    while (place && keyOf(place) && !keys.has(keyOf(place))) place = remove(place);
    const key = keyOf(node);
    const old = key ? known.get(key) : place;
    if (!old || keyOf(old) !== key || old.nodeName !== node.nodeName) {
      parent.insertBefore(node, place);
      continue;
    }
    if (old === place) place = place.nextSibling;
    else parent.insertBefore(old, place);
    patch(old, node);
  }
  while (place) place = remove(place);
}

function patch(old, node) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== node.data) old.data = node.data;
    return;
  }
  // The style would be refused as an attribute, by the content security policy; `open` belongs to who opened it.
  const isKept = (name) => name === 'style' || name === 'open';
  for (const { name } of [...old.attributes]) if (!isKept(name) && !node.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of node.attributes) {
    if (!isKept(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.style.cssText !== node.style.cssText) old.style.cssText = node.style.cssText;
  for (const name of HANDLERS) old[name] = node[name];
  for (const name of STATES) if (old[name] !== node[name]) old[name] = node[name];
  update(old, ...node.childNodes);
  if (old.nodeName === 'SELECT') old.value = node.value;
}

function remove(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function keyOf(node) {
  return node.dataset?.key;
}

function toNodes(children) {
  const present = children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false);
  return present.map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}
