/** Random histories: spans start below others, here or elsewhere, servers answer, clocks are off, time passes. */
import * as fc from 'fast-check';
import { History, type Process, type Told } from './history.js';

export type Action = readonly [what: number, which: number, where: number, ms: number];

export interface Plan {
  readonly processes: readonly {
    readonly stamped: boolean;
    readonly offsetMs: number;
    readonly known: boolean;
    readonly recorded: boolean;
  }[];
  readonly actions: readonly Action[];
}

/** `partly read`: some processes are not recorded, as an outside service is not. */
export type Fleet = 'stamped' | 'plain' | 'mixed' | 'partly read';

export function plans(fleet: Fleet, { offsets = true, size = 24 } = {}): fc.Arbitrary<Plan> {
  const small = fc.nat({ max: 11 });
  return fc.record({
    processes: fc.array(
      fc.record({
        stamped: fleet === 'mixed' || fleet === 'partly read' ? fc.boolean() : fc.constant(fleet === 'stamped'),
        offsetMs: offsets ? fc.integer({ min: -500, max: 500 }) : fc.constant(0),
        known: fc.boolean(),
        recorded: fleet === 'partly read' ? fc.boolean() : fc.constant(true),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    actions: fc.array(fc.tuple(small, small, small, fc.integer({ min: 0, max: 6 })), { maxLength: size, size: 'max' }),
  });
}

export interface PlayOptions {
  readonly answered?: boolean;
  readonly logs?: boolean;
  readonly steps?: readonly (readonly [at: number, process: number, ms: number])[];
}

/**
 * Plays a plan. Every span ends.
 * @param answered true where every call is answered before its client goes on, so that nothing is incomplete
 * @param steps clocks that are set: before which action, of which process, by how many milliseconds
 * @param logs true where processes write logs, some of them without stamps
 */
export function play(
  { processes, actions }: Plan,
  { answered = false, logs = false, steps = [] }: PlayOptions = {},
): History {
  const history = new History();
  const fleet = processes.map(({ stamped, offsetMs, known, recorded }, i) =>
    history.process(`${String.fromCharCode(97 + i)}-1`, {
      stamped,
      offsetMs,
      recorded,
      ...(known ? { instance: `i${i}` } : {}),
    }),
  );
  const open: Told[] = [];
  const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % Math.max(from.length, 1)];
  const close = (span: Told): void => {
    if (answered && span.kind === 'server' && span.events.reply === undefined) history.reply(span);
    open.splice(open.indexOf(span), 1);
    history.end(span);
  };
  for (const [at, [what, which, where, ms]] of actions.entries()) {
    for (const [when, whose, byMs] of steps) {
      if (when === at) (pick(fleet, whose) as Process).offsetMs += byMs;
    }
    history.passMs(ms / 2);
    const parent = pick(open, which);
    const process = pick(fleet, where) as Process;
    if (logs && parent !== undefined && (which + where) % 2 === 0) {
      history.log(parent, { stamped: parent.process.stamped && ms !== 3 });
      history.passMs(ms / 4);
    }
    if (parent === undefined || what === 0) {
      open.push(history.start(process, `root${history.told.length}`));
    } else if (what < 4) {
      open.push(history.start(parent.process, `local${history.told.length}`, { parent }));
    } else if (what < 8) {
      if (process === parent.process) continue;
      const call = history.start(parent.process, `call${history.told.length}`, { parent, kind: 'client' });
      history.passMs(ms / 4);
      const server = history.start(process, `serve${history.told.length}`, { parent: call, kind: 'server' });
      // Between the call's start and the server's: whether the message had left, no stamp tells.
      if (logs && which % 3 === 0) history.log(which % 2 === 0 ? call : server);
      open.push(call, server);
    } else if (parent.kind === 'server' && parent.events.reply === undefined) {
      history.reply(parent);
      history.passMs(ms / 4);
      if (parent.parent !== undefined && open.includes(parent.parent)) close(parent.parent);
    } else if (parent.kind !== 'client' || (what === 11 && !answered)) {
      // A stamped client that ends without its reply knows that it has missed something.
      if (parent.kind === 'client') parent.process.hidden.add(parent.traceId);
      close(parent);
    }
  }
  for (const span of [...open].reverse()) {
    history.passMs(1);
    if (span.kind === 'client' && !answered) span.process.hidden.add(span.traceId);
    close(span);
  }
  return history;
}
