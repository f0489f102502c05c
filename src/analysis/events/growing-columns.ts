/**
 * Typed arrays that grow as they are filled.
 *
 * Two classes and not one of two kinds: what reads millions of entries is fast where it only ever meets one kind of
 * array.
 */

export class GrowingInts {
  values: Int32Array;
  length = 0;

  constructor(expected: number) {
    this.values = new Int32Array(expected + 64);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Int32Array(2 * this.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }
}

export class GrowingNumbers {
  values: Float64Array;
  length = 0;

  constructor(expected: number) {
    this.values = new Float64Array(expected + 64);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Float64Array(2 * this.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }
}
