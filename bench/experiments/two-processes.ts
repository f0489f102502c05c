/**
 * Two processes that talk over HTTP, one asking and one answering, with this library in both, replies on, and without.
 *
 * Both pairs live all the time and are measured in turns; each ratio is taken inside a round. Requests per second are
 * wall time, which whatever else runs on the machine takes part in; processor time says the same more quietly.
 */
import { type Effort, expect, type Measurement, type MeasuredRow } from '../measure.js';
import { spreadOf } from '../statistics.js';
import { Pair, type Slice } from '../two-processes/pair.js';
import type { Library } from '../two-processes/protocol.js';

/** How much longer than an operation in one process a pair is run at a time, and warmed up. */
const SLICE_FACTOR = 25;
const WARM_UP_FACTOR = 10;

interface Rates {
  readonly perSecond: number;
  /** Processor time a request, in nanoseconds. */
  readonly client: number;
  readonly server: number;
}

type Round = Readonly<Record<Library, Rates>>;

/** The two slices of a round as one. */
function rates(slices: readonly Slice[]): Rates {
  const sum = (of: (slice: Slice) => number): number => slices.reduce((total, slice) => total + of(slice), 0);
  const requests = sum((slice) => slice.requests);
  return {
    perSecond: (requests * 1000) / sum((slice) => slice.millis),
    client: (sum((slice) => slice.clientMicros) * 1000) / requests,
    server: (sum((slice) => slice.serverMicros) * 1000) / requests,
  };
}

/** Forth and back, so that a machine that slows down or speeds up meanwhile does so for both. */
async function measureRound(pairs: Readonly<Record<Library, Pair>>, millis: number, first: Library): Promise<Round> {
  const second: Library = first === 'w3c' ? 'ours' : 'w3c';
  const slices: Record<Library, Slice[]> = { w3c: [], ours: [] };
  for (const library of [first, second, second, first] as const) slices[library].push(await pairs[library].run(millis));
  return { w3c: rates(slices.w3c), ours: rates(slices.ours) };
}

/** Every request was traced at both ends, and every reply was stamped and heard, or none. */
async function checkAccounts(library: Library, pair: Pair): Promise<void> {
  const { requests, client, server } = await pair.account();
  const stamped = library === 'ours' ? requests : 0;
  expect(requests > 0 && client.spans === requests && server.spans === requests, `${library}: two spans a request`);
  expect(client.stamped === stamped && server.stamped === stamped, `${library}: ${stamped} stamped at both ends`);
  expect(server.replied === stamped, `${library}: ${stamped} replies stamped`);
  expect(client.incomplete === 0 && server.incomplete === 0, `${library}: every reply heard`);
}

function row(what: string, rounds: readonly Round[], ratio: (round: Round) => number): MeasuredRow {
  return { what, against: 'the same with W3C only', ratio: spreadOf(rounds.map(ratio)) };
}

export async function twoProcesses({ rounds: count, sampleMillis, warmUpMillis }: Effort): Promise<Measurement> {
  const pairs = { w3c: await Pair.start('w3c'), ours: await Pair.start('ours') };
  try {
    for (let turn = 0; turn < 2; turn++) {
      for (const pair of Object.values(pairs)) await pair.run(warmUpMillis * WARM_UP_FACTOR);
    }
    const rounds: Round[] = [];
    for (let i = 0; i < count; i++) {
      rounds.push(await measureRound(pairs, sampleMillis * SLICE_FACTOR, i % 2 === 0 ? 'w3c' : 'ours'));
    }
    for (const [library, pair] of Object.entries(pairs)) await checkAccounts(library as Library, pair);
    const nanos = (library: Library, of: (rates: Rates) => number) =>
      spreadOf(rounds.map((round) => of(round[library])));
    const perSecond = (library: Library): string =>
      Math.round(nanos(library, (one) => one.perSecond).median).toLocaleString('en');
    const both = ({ client, server }: Rates): number => client + server;
    return {
      title: `Two processes over HTTP, closed loop, replies on (${perSecond('ours')} requests/s; W3C only ${perSecond('w3c')})`,
      rounds: count,
      nanos: {
        'w3c, client': nanos('w3c', ({ client }) => client),
        'w3c, server': nanos('w3c', ({ server }) => server),
        'ours, client': nanos('ours', ({ client }) => client),
        'ours, server': nanos('ours', ({ server }) => server),
      },
      rows: [
        {
          ...row('requests/s of two processes over HTTP, replies on', rounds, ({ ours, w3c }) => {
            return ours.perSecond / w3c.perSecond;
          }),
          atLeast: 0.96,
        },
        row('processor time of such a request, both processes', rounds, ({ ours, w3c }) => both(ours) / both(w3c)),
        row('processor time of such a request, client', rounds, ({ ours, w3c }) => ours.client / w3c.client),
        row('processor time of such a request, server', rounds, ({ ours, w3c }) => ours.server / w3c.server),
      ],
    };
  } finally {
    for (const pair of Object.values(pairs)) pair.stop();
  }
}
