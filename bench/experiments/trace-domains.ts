/** A great many traces through one process: neither time nor heap may depend on how many have been there. */
import { DEFAULT_MAX_DOMAINS } from '../../src/clocks/limits.js';
import { heapBytes } from '../heap.js';
import { type Effort, expect, type Measurement } from '../measure.js';
import { Messages } from '../messages.js';
import { Service } from '../service.js';
import { spreadOf } from '../statistics.js';

const TRACES_PER_BATCH = 256;
const TENTHS = 10;

/** What the heap may grow by once the store is full and still be called flat: the memory of dropped traces, and noise. */
const SLACK_BYTES = 8 * 2 ** 20;

/** Nanoseconds a trace. */
async function serve(service: Service, messages: Messages, traces: number): Promise<number> {
  let micros = 0;
  for (let served = 0; served < traces; served += TRACES_PER_BATCH) {
    const carriers = messages.batch(TRACES_PER_BATCH);
    const before = process.cpuUsage();
    for (const carrier of carriers) service.serve(service.extract(carrier)).end();
    const { user, system } = process.cpuUsage(before);
    micros += user + system;
    await service.flush();
  }
  return (micros * 1000) / traces;
}

/** Tenth by tenth, after the store has been filled. */
export async function traceDomains({ rounds }: Effort): Promise<Measurement> {
  const quick = rounds < TENTHS;
  const traces = quick ? 2_560 : 1_000_000;
  const service = new Service({ stamps: 'standard' });
  const messages = new Messages({ entries: 3 });
  await serve(service, messages, quick ? TRACES_PER_BATCH : 2 * DEFAULT_MAX_DOMAINS);
  const heapBefore = heapBytes();
  const tenths: number[] = [];
  for (let tenth = 0; tenth < TENTHS; tenth++) tenths.push(await serve(service, messages, traces / TENTHS));
  const grown = heapBytes() - heapBefore;
  expect(grown < SLACK_BYTES, `the heap grew by ${grown} bytes`);
  const half = TENTHS / 2;
  const early = spreadOf(tenths.slice(0, half));
  const late = spreadOf(tenths.slice(half));
  return {
    title: `${traces.toLocaleString('en')} traces through one process (heap grew by ${(grown / 2 ** 20).toFixed(1)} MiB)`,
    rounds: 1,
    nanos: { 'first half, a trace': early, 'second half, a trace': late },
    rows: [
      {
        what: 'time a trace, second half',
        against: 'the first half',
        ratio: spreadOf(tenths.slice(half).map((nanos) => nanos / early.median)),
        atMost: 1.1,
      },
    ],
  };
}
