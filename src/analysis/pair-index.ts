/**
 * A number for each pair of numbers: a hash table in two typed arrays, because a Map with a key for each pair of a million spans is
 * mostly garbage and cache misses.
 */
const EMPTY = -1;

export class PairIndex {
  private keys = new Int32Array(2 * 1024).fill(EMPTY);
  private values = new Int32Array(1024);
  private size = 0;

  /** The number of a pair of non-negative integers; -1 where it has none. */
  get(a: number, b: number): number {
    const slot = this.slotOf(a, b);
    return this.keys[2 * slot] === EMPTY ? EMPTY : (this.values[slot] as number);
  }

  set(a: number, b: number, value: number): void {
    if (2 * this.size >= this.values.length) this.grow();
    const slot = this.slotOf(a, b);
    if (this.keys[2 * slot] === EMPTY) this.size++;
    this.keys[2 * slot] = a;
    this.keys[2 * slot + 1] = b;
    this.values[slot] = value;
  }

  private slotOf(a: number, b: number): number {
    const { keys } = this;
    const mask = this.values.length - 1;
    let slot = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (keys[2 * slot] !== EMPTY && (keys[2 * slot] !== a || keys[2 * slot + 1] !== b)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(2 * keys.length).fill(EMPTY);
    this.values = new Int32Array(2 * values.length);
    this.size = 0;
    for (let slot = 0; slot < values.length; slot++) {
      if (keys[2 * slot] !== EMPTY) {
        this.set(keys[2 * slot] as number, keys[2 * slot + 1] as number, values[slot] as number);
      }
    }
  }
}
