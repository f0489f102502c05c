import { readLogStamp } from '../../../src/codec/log-stamps.js';
import { readSpanStamps } from '../../../src/codec/span-stamps.js';
import { must, parsed, type Target } from './target.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const NAMES = [
  'node',
  'tick',
  'lamport',
  'vector',
  'end.tick',
  'end.lamport',
  'end.vector',
  'reply.tick',
  'reply.lamport',
  'incomplete',
  'hlc_unordered',
  'scope',
  'hlc',
  'end.hlc',
  'log.seq',
];

/** Stamps in attributes, a line each, as some backend gives them back: numbers, text, lists, halves. */
export const attributes: Target = {
  name: 'attributes',
  seeds: [
    'a-1\n3\n7\na-1=3,b-2=4\n5\n9\na-1=5,b-2=6\n4\n8\ntrue\nfalse\n\n2026-11-21T13:00:00.1234567890Z',
    'a-1\n"3"\n"7"\na-1=3\n\n\n\n\n\n\n\nprocess',
    'n\n1\n1\nm=2,n=1\n2\n3\n\n\n\n\n\n\n\n\n4',
  ],
  words: [
    'a=1',
    ',',
    '=',
    '\n',
    '281474976710656',
    '"1"',
    '[1]',
    '{"a":1}',
    'true',
    '1e3',
    '-1',
    '__proto__=1',
    'null',
  ],
  run(input) {
    const lines = input.toString('utf8').split('\n');
    const record = Object.fromEntries(
      NAMES.slice(0, lines.length).map((name, i) => [`causality.${name}`, parsed(lines[i] as string) ?? lines[i]]),
    ) as Parameters<typeof readSpanStamps>[1];
    const stamps = readSpanStamps(TRACE_ID, record);
    for (const event of [stamps?.start, stamps?.end, stamps?.reply]) {
      if (event === undefined) continue;
      must(Number.isSafeInteger(event.tick) && event.tick >= 1, 'a tick is a positive integer');
      must(event.vector.get(event.node) === event.tick, 'an event is in its own vector');
    }
    readLogStamp(TRACE_ID, record);
  },
};
