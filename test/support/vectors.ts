/** The language-neutral test vectors of docs/wire-format.md, as the JSON files in test/vectors have them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository.js';

export interface VectorEntry {
  readonly node: string;
  readonly counter: number;
}

/** A valid stamp: its text and what it says. */
export interface StampVector {
  readonly name: string;
  readonly text: string;
  readonly domain: string;
  readonly lamport: number;
  readonly hlc: { readonly hex: string; readonly rfc3339: string } | null;
  readonly incomplete: boolean;
  readonly hlcUnordered: boolean;
  readonly vector: readonly VectorEntry[];
  /** What writing the fields gives, where that is not `text`. */
  readonly rewritten?: string;
}

interface Part {
  readonly text: string;
  readonly times: number;
}

/** A text that is not a stamp, and the reason that is counted. */
export interface InvalidVector {
  readonly name: string;
  readonly reason: string;
  readonly text?: string;
  readonly parts?: readonly Part[];
}

/** Reads one file of vectors. Its lists are named by the file's own keys. */
export function readVectors<T>(file: string): T {
  return JSON.parse(readFileSync(join(repositoryRoot, 'test', 'vectors', `${file}.json`), 'utf8')) as T;
}

export function stampVectors(): readonly StampVector[] {
  return readVectors<{ readonly stamps: readonly StampVector[] }>('stamps').stamps;
}

/** The invalid texts, with their parts put together. */
export function invalidVectors(): ReadonlyArray<{ name: string; reason: string; text: string }> {
  const { texts } = readVectors<{ readonly texts: readonly InvalidVector[] }>('invalid-stamps');
  return texts.map(({ name, reason, text, parts = [] }) => ({
    name,
    reason,
    text: text ?? parts.map((part) => part.text.repeat(part.times)).join(''),
  }));
}
