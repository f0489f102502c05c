/**
 * Two processes that talk over HTTP, one asking and one answering, with this library in both, replies on, and without;
 * as the floor, with what any library does that orders them; and with constant headers and attributes of the size that
 * stamps have, which says how much of the floor is the carrying.
 *
 * All pairs live at the same time and are measured in turns; each ratio is taken inside a round. Requests per second are
 * wall time, which whatever else runs on the machine takes part in; processor time says the same more quietly.
 */
import { type Effort, expect, type Measurement, type MeasuredRow } from '../measure.js';
import { spreadOf } from '../statistics.js';
import { Pair, type Slice } from '../two-processes/pair.js';
import { LIBRARIES, type Library } from '../two-processes/protocol.js';

/** How much longer than an operation in one process a pair is run at a time, and warmed up. */
const SLICE_FACTOR = 25;
const WARM_UP_FACTOR = 10;
/** After as many rounds all processes are started anew. */
const ROUNDS_PER_START = 5;

interface Rates {
  readonly perSecond: number;
  /** Processor time a request, in nanoseconds. */
  readonly client: number;
  readonly server: number;
  /** Time for which both stand still for the collector, in nanoseconds. */
  readonly collector: number;
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
    collector: (sum((slice) => slice.collectorMicros) * 1000) / requests,
  };
}

/** Forth and back, so that a machine that slows down or speeds up meanwhile does so for all. */
async function measureRound(
  pairs: Readonly<Record<Library, Pair>>,
  millis: number,
  order: readonly Library[],
): Promise<Round> {
  const slices: Record<Library, Slice[]> = { w3c: [], ours: [], bare: [], cargo: [] };
  for (const library of [...order, ...order.toReversed()]) slices[library].push(await pairs[library].run(millis));
  return { w3c: rates(slices.w3c), ours: rates(slices.ours), bare: rates(slices.bare), cargo: rates(slices.cargo) };
}

/** Every request was traced at both ends, and every reply was stamped and heard, or none. */
async function checkAccounts(library: Library, pair: Pair): Promise<void> {
  const { requests, client, server } = await pair.account();
  const stamped = library === 'w3c' ? 0 : requests;
  expect(requests > 0 && client.spans === requests && server.spans === requests, `${library}: two spans a request`);
  expect(client.stamped === stamped && server.stamped === stamped, `${library}: ${stamped} stamped at both ends`);
  expect(server.replied === stamped, `${library}: ${stamped} replies stamped`);
  // By chance the memory of dropped traces takes a new one for one of them, now and then, and tells the other side.
  const reasons = new Set([...client.reasons, ...server.reasons]);
  for (const chance of ['trace-returned', 'told-so']) reasons.delete(chance);
  expect(reasons.size === 0, `${library}: nothing is missed, but ${[...reasons].join(', ')}`);
  const byChance = requests / 2_000;
  expect(client.incomplete <= byChance && server.incomplete <= byChance, `${library}: every reply heard`);
}

function row(
  what: string,
  rounds: readonly Round[],
  of: (rates: Rates) => number,
  [one, other]: readonly [Library, Library] = ['ours', 'w3c'],
): MeasuredRow {
  const against = other === 'w3c' ? 'the same with W3C only' : 'the same with the least that orders them';
  return { what, against, ratio: spreadOf(rounds.map((round) => of(round[one]) / of(round[other]))) };
}

const perSecond = (measured: Rates): number => measured.perSecond;
const both = ({ client, server }: Rates): number => client + server;

/** Pairs of each kind, started anew, and what some rounds with them gave. */
async function measureProcesses(count: number, sliceMillis: number, warmUpMillis: number): Promise<Round[]> {
  const pairs = {
    w3c: await Pair.start('w3c'),
    ours: await Pair.start('ours'),
    bare: await Pair.start('bare'),
    cargo: await Pair.start('cargo'),
  };
  try {
    for (let turn = 0; turn < 2; turn++) {
      for (const pair of Object.values(pairs)) await pair.run(warmUpMillis);
    }
    const rounds: Round[] = [];
    for (let i = 0; i < count; i++) {
      const order = LIBRARIES.map((_, at) => LIBRARIES[(at + i) % LIBRARIES.length] as Library);
      rounds.push(await measureRound(pairs, sliceMillis, order));
    }
    for (const library of LIBRARIES) await checkAccounts(library, pairs[library]);
    return rounds;
  } finally {
    for (const pair of Object.values(pairs)) pair.stop();
  }
}

export async function twoProcesses({ rounds: count, sampleMillis, warmUpMillis }: Effort): Promise<Measurement> {
  const rounds: Round[] = [];
  // What a process compiles how is up to chance, and stays so for as long as it lives: a tenth of the time, and more.
  for (let left = count; left > 0; left -= ROUNDS_PER_START) {
    const few = Math.min(left, ROUNDS_PER_START);
    rounds.push(...(await measureProcesses(few, sampleMillis * SLICE_FACTOR, warmUpMillis * WARM_UP_FACTOR)));
  }
  const median = (library: Library): string =>
    Math.round(spreadOf(rounds.map((round) => round[library].perSecond)).median).toLocaleString('en');
  const nanos = LIBRARIES.flatMap((library) =>
    (['client', 'server', 'collector'] as const).map(
      (side) => [`${library}, ${side}`, spreadOf(rounds.map((round) => round[library][side]))] as const,
    ),
  );
  return {
    title: `Two processes over HTTP, closed loop, replies on (${median('ours')} requests/s; W3C only ${median('w3c')})`,
    rounds: rounds.length,
    nanos: Object.fromEntries(nanos),
    rows: [
      { ...row('requests/s of two processes over HTTP, replies on', rounds, perSecond), atLeast: 0.96 },
      row('processor time of such a request, both processes', rounds, both),
      row('processor time of such a request, client', rounds, ({ client }) => client),
      row('processor time of such a request, server', rounds, ({ server }) => server),
      row('of it, standstill for the collector, both processes', rounds, ({ collector }) => collector),
      {
        ...row('floor: requests/s with the least that orders them', rounds, perSecond, ['bare', 'w3c']),
        atLeast: 0.96,
      },
      row('processor time of such a request, both processes', rounds, both, ['ours', 'bare']),
      row('requests/s with constant headers and attributes instead', rounds, perSecond, ['cargo', 'w3c']),
    ],
  };
}
