/**
 * A number for each pair of numbers: a hash table in two typed arrays, because a Map with a key for each of a million
 * spans is mostly garbage and cache misses.
 *
 * Guarantee: pairs are compared whole, so none is taken for another by its hash.
 * Hazard: only integers of 32 bits, and no number below 0. Nothing is ever removed. Whoever chooses the pairs can make
 * them collide: ids of 64 bits are drawn at random by honest senders only.
 */
export class PairIndex {
  private keys: Int32Array;
  /** One more than the number; 0 where there is none. */
  private values: Int32Array;
  private size = 0;

  /** @param expected how many pairs there will be, as far as is known */
  constructor(expected = 512) {
    const capacity = 2 ** Math.ceil(Math.log2(2 * Math.max(expected, 8)));
    this.keys = new Int32Array(2 * capacity);
    this.values = new Int32Array(capacity);
  }

  /** The number of a pair of 32-bit integers; -1 where it has none. */
  get(a: number, b: number): number {
    return (this.values[this.slotOf(a, b)] as number) - 1;
  }

  set(a: number, b: number, value: number): void {
    if (2 * this.size >= this.values.length) this.grow();
    const slot = this.slotOf(a, b);
    if (this.values[slot] === 0) this.size++;
    this.keys[2 * slot] = a;
    this.keys[2 * slot + 1] = b;
    this.values[slot] = value + 1;
  }

  private slotOf(a: number, b: number): number {
    const { keys, values } = this;
    const mask = values.length - 1;
    let slot = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    while (values[slot] !== 0 && (keys[2 * slot] !== a || keys[2 * slot + 1] !== b)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(2 * keys.length);
    this.values = new Int32Array(2 * values.length);
    this.size = 0;
    for (let slot = 0; slot < values.length; slot++) {
      if (values[slot] === 0) continue;
      this.set(keys[2 * slot] as number, keys[2 * slot + 1] as number, (values[slot] as number) - 1);
    }
  }
}
