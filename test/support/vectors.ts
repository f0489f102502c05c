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
export function invalidVectors(): readonly { name: string; reason: string; text: string }[] {
  const { texts } = readVectors<{ readonly texts: readonly InvalidVector[] }>('invalid-stamps');
  return texts.map(({ name, reason, text, parts = [] }) => ({
    name,
    reason,
    text: text ?? parts.map((part) => part.text.repeat(part.times)).join(''),
  }));
}

/** A sequence of messages and events in one domain, and what leaves it. */
export interface MergeVector {
  readonly name: string;
  readonly node?: { readonly id: string; readonly lastTick: number };
  readonly limits?: { readonly maxEntries?: number; readonly maxBytes?: number; readonly maxDriftMs?: number };
  readonly steps: readonly {
    readonly do: 'event' | 'request' | 'reply' | 'times';
    readonly at: string;
    readonly text?: string;
  }[];
  readonly event?: {
    readonly tick: number;
    readonly lamport: number;
    readonly hlc: { readonly hex: string; readonly rfc3339: string };
    readonly vector: string;
    readonly incomplete: boolean;
    readonly hlcUnordered: boolean;
  };
  readonly sends: string;
}

export interface EventVector {
  readonly domain: string;
  readonly node: string;
  readonly tick: number;
  readonly vector: string;
  readonly incomplete: boolean;
}

export interface ComparisonVector {
  readonly name: string;
  readonly a: EventVector;
  readonly b: EventVector;
  readonly relation: string;
}

export interface ArrivalVector {
  readonly name: string;
  readonly scope: 'trace' | 'process';
  readonly plainHops: 'visible' | 'transparent';
  readonly trusted: boolean;
  readonly traceparent: string | null;
  readonly mark: string | null;
  readonly stamp: string | null;
  readonly merge: 'all' | 'times' | 'nothing';
  readonly complete: boolean;
  readonly reason?: string;
  readonly refused?: string;
}

export interface ListVectors {
  readonly take: readonly { name: string; list: string; values: readonly string[]; rest: string | null }[];
  readonly decode: readonly { name: string; value: string; decoded: string | null }[];
  readonly mark: readonly { name: string; list: string | null; spanId: string; result: string }[];
  readonly append: readonly { name: string; baggage: string | null; stamp: string; result: string | null }[];
}
