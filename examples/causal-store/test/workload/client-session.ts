/**
 * A client session that keeps its token and the contexts it was given, chooses its next request at random, and records
 * what it did and saw. It runs against a simulated store and against real processes alike.
 */
import type { HistoryRecorder, Shown } from '../../checker/history.js';
import type { ReplyJson } from '../../src/core/client-protocol.js';

/** One request to one node. Resolves with what came back; rejects when nothing did. */
export type Ask = (
  node: string,
  call: 'read' | 'write',
  request: {
    readonly key: string;
    readonly session?: string;
    readonly context?: string;
    readonly value?: string | null;
    readonly request: string;
  },
) => Promise<{ readonly status: number; readonly reply?: ReplyJson }>;

export interface Choices {
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

interface HeldContext {
  readonly context: string;
  readonly repliesOf: readonly string[];
}

export class ClientSession {
  token = '';
  private node: string;
  private number = 0;
  /** By key: the last replies, newest first, so that a stale context can be handed back as well. */
  private readonly held = new Map<string, HeldContext[]>();

  constructor(
    readonly name: string,
    private readonly nodes: readonly string[],
    private readonly keys: readonly string[],
    private readonly choices: Choices,
    private readonly recorder: HistoryRecorder,
    private readonly ask: Ask,
  ) {
    this.node = choices.pick(nodes);
  }

  /** Makes one request of its own choice. Never rejects. */
  async step(): Promise<void> {
    const { choices } = this;
    if (choices.chance(0.3)) this.node = choices.pick(this.nodes);
    const key = choices.pick(this.keys);
    if (choices.chance(0.5)) return this.request('get', key, undefined);
    const held = this.held.get(key) ?? [];
    // Usually what it saw last, sometimes something older, sometimes nothing at all.
    const context = choices.chance(0.75)
      ? held[0]
      : choices.chance(0.5)
        ? choices.pick([undefined, ...held])
        : undefined;
    await this.request(choices.chance(0.15) ? 'delete' : 'put', key, context);
  }

  async request(kind: 'get' | 'put' | 'delete', key: string, held: HeldContext | undefined): Promise<void> {
    const id = `${this.name}.${++this.number}`;
    const value = kind === 'put' ? `value of ${id}` : undefined;
    const sawRepliesOf = held?.repliesOf ?? [];
    const { name: session, node } = this;
    const common = { id, session, node, kind, key, sawRepliesOf, inSession: true };
    const end = this.recorder.invoke(value === undefined ? common : { ...common, value });
    let answer: Awaited<ReturnType<Ask>>;
    try {
      answer = await this.ask(node, kind === 'get' ? 'read' : 'write', {
        key,
        request: id,
        ...(this.token === '' ? {} : { session: this.token }),
        ...(held === undefined || held.context === '' ? {} : { context: held.context }),
        ...(kind === 'get' ? {} : { value: value ?? null }),
      });
    } catch {
      end('unknown', []);
      return;
    }
    const { reply } = answer;
    if (reply === undefined) {
      // A node that failed (500) may have written; a refusal has not.
      end(answer.status >= 500 && answer.status !== 503 && answer.status !== 507 ? 'unknown' : 'refused', []);
      return;
    }
    this.token = reply.session;
    end('ok', shownBy(reply));
    this.held.set(key, [{ context: reply.context, repliesOf: [id] }, ...(this.held.get(key) ?? [])].slice(0, 4));
  }
}

export function shownBy({ siblings, deleted }: ReplyJson): Shown[] {
  return [
    ...siblings.map(({ request, value }) => ({ request, value })),
    ...deleted.map(({ request }) => ({ request, value: null })),
  ];
}
