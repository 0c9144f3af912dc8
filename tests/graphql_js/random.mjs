// Randomness that is the same in every run with the same seed.

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below `end` (mulberry32). */
  below(end) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  /** Whether something happens that happens so often in a hundred times. */
  percent(often) {
    return this.below(100) < often;
  }

  /** One of several. */
  pick(from) {
    return from[this.below(from.length)];
  }

  /** Some of several, at least one, in their order. */
  some(from, most) {
    const wanted = 1 + this.below(Math.min(most, from.length));
    const rest = [...from];
    while (rest.length > wanted) rest.splice(this.below(rest.length), 1);
    return rest;
  }
}
