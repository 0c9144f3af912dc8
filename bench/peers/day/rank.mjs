// The rank of a recipe as the replacement of a meal: a hash by SplitMix64, the same as the gateway's.

const wrap = (value) => BigInt.asUintN(64, value);

/** The hash of what all candidates for a meal share. */
export function mealHash(seed, number, slot, position) {
  return [number, slot, position].reduce((hash, word) => mix(hash ^ BigInt(word)), mix(wrap(seed)));
}

/** The rank of a recipe, by its UUID. */
export function rank(hash, uuid) {
  const hex = uuid.replaceAll('-', '');
  const halves = [BigInt(`0x${hex.slice(0, 16)}`), BigInt(`0x${hex.slice(16)}`)];
  return halves.reduce((state, half) => mix(state ^ half), hash);
}

function mix(state) {
  let z = wrap(state + 0x9e3779b97f4a7c15n);
  z = wrap((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = wrap((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
