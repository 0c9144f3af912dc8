// Assigns the rows of a batch to its keys.

/** The one row of each key, or null. */
export function oneEach(keys, rows, keyOf) {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** All rows of each key, in their order. */
export function allEach(keys, rows, keyOf) {
  const byKey = new Map(keys.map((key) => [key, []]));
  for (const row of rows) byKey.get(keyOf(row)).push(row);
  return keys.map((key) => byKey.get(key));
}
