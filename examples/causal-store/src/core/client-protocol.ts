/** What a client is shown, as JSON: the same over HTTP and in a simulation. */
import type { Reply } from './store-node.js';
import { formatContext, formatSession } from './tokens.js';

export interface ShownVersion {
  /** `<writer>:<seq>`, the operation that wrote it. */
  readonly version: string;
  /** The name that the client gave its request. */
  readonly request: string;
}

export interface ReplyJson {
  readonly key: string;
  /** Values side by side, none of which replaced another. None: never written, or deleted. */
  readonly siblings: readonly (ShownVersion & { readonly value: string })[];
  /** Deletions that stand beside them. */
  readonly deleted: readonly ShownVersion[];
  /** What this reply has shown of the key. A write that hands it back replaces exactly that. Empty: nothing yet. */
  readonly context: string;
  /** To be sent with the session's next request, to any node. */
  readonly session: string;
  /** The session as a vector: how many operations of each writer it depends on. */
  readonly vector: Readonly<Record<string, number>>;
  /** The version that this write made. */
  readonly written?: string;
}

export function replyToJson({ key, state, session, written }: Reply): ReplyJson {
  const { context } = state.register;
  const siblings: (ShownVersion & { value: string })[] = [];
  const deleted: ShownVersion[] = [];
  for (const { node, tick, value: stored } of state.register.siblings) {
    const shown = { version: `${node}:${tick}`, request: stored.request };
    if (stored.value === null) deleted.push(shown);
    else siblings.push({ value: stored.value, ...shown });
  }
  return {
    key,
    siblings,
    deleted,
    context: context.size === 0 ? '' : formatContext(key, context),
    session: session.size === 0 ? '' : formatSession(session),
    vector: session.toJSON(),
    ...(written === undefined ? {} : { written: `${written.writer}:${written.seq}` }),
  };
}
