// A random number generator with a fixed sequence for each seed.

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

  /** True with this probability in percent. */
  percent(often) {
    return this.below(100) < often;
  }

  /** One of several items. */
  pick(from) {
    return from[this.below(from.length)];
  }

  /** Some of several items, at least one, in their order. */
  some(from, most) {
    const wanted = 1 + this.below(Math.min(most, from.length));
    const rest = [...from];
    while (rest.length > wanted) rest.splice(this.below(rest.length), 1);
    return rest;
  }
}
