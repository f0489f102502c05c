/** Inputs made of inputs: what a coverage-guided fuzzer does to bytes, and words that the format is made of. */
import type { Random } from './random.js';

/** Longer than any limit of a stamp, so that inputs cross it. */
const MAX_INPUT_BYTES = 8_192;
const MOST_STEPS = 6;
/** What stands for an end, a sign or a limit somewhere. */
const TELLING_BYTES = [
  0, 1, 9, 10, 32, 33, 34, 37, 42, 44, 45, 46, 48, 57, 59, 61, 91, 92, 123, 125, 126, 127, 128, 0xc1, 0xff,
];

export interface Material {
  readonly corpus: readonly Buffer[];
  readonly words: readonly Buffer[];
}

/** One of the corpus, changed a few times. */
export function mutated(random: Random, material: Material): Buffer {
  let input = random.pick(material.corpus);
  for (let steps = 1 + random.below(MOST_STEPS); steps > 0; steps--)
    input = random.pick(MUTATIONS)(input, random, material);
  return input.subarray(0, MAX_INPUT_BYTES);
}

type Mutation = (input: Buffer, random: Random, material: Material) => Buffer;

/** Two places of an input, the first not after the second. */
function range(input: Buffer, random: Random): [number, number] {
  const a = random.below(input.length + 1);
  // Mostly short: a few characters at a time.
  const b = Math.min(input.length, a + random.below(random.below(4) === 0 ? input.length + 1 : 9));
  return [a, b];
}

function replaced(input: Buffer, from: number, to: number, by: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);
}

const MUTATIONS: readonly Mutation[] = [
  function overwriteByte(input, random) {
    const at = random.below(input.length + 1);
    return replaced(input, at, at + 1, Uint8Array.of(random.below(256)));
  },
  function tellingByte(input, random) {
    const [at] = range(input, random);
    return replaced(input, at, at + random.below(2), Uint8Array.of(random.pick(TELLING_BYTES)));
  },
  function flipBit(input, random) {
    const at = random.below(input.length + 1);
    return replaced(input, at, at + 1, Uint8Array.of((input[at] ?? 0) ^ (1 << random.below(8))));
  },
  function remove(input, random) {
    return replaced(input, ...range(input, random), new Uint8Array(0));
  },
  function repeat(input, random) {
    const [from, to] = range(input, random);
    const part = input.subarray(from, to);
    return replaced(input, to, to, Buffer.concat(Array.from({ length: 1 + random.below(3) }, () => part)));
  },
  function move(input, random) {
    const [from, to] = range(input, random);
    const part = Buffer.from(input.subarray(from, to));
    const rest = replaced(input, from, to, new Uint8Array(0));
    const at = random.below(rest.length + 1);
    return replaced(rest, at, at, part);
  },
  function word(input, random, { words }) {
    return replaced(input, ...range(input, random), random.pick(words));
  },
  function splice(input, random, { corpus }) {
    const other = random.pick(corpus);
    const [from, to] = range(other, random);
    return replaced(input, ...range(input, random), other.subarray(from, to));
  },
  function number(input, random) {
    const [from, to] = range(input, random);
    const value = random.pick([0, 1, 2 ** 31, 2 ** 48, 2 ** 48 + 1, 2 ** 53, 10 ** 15, 1e21]);
    return replaced(input, from, to, Buffer.from(String(value)));
  },
  function cut(input, random) {
    return input.subarray(0, random.below(input.length + 1));
  },
];
