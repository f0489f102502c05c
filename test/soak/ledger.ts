/**
 * What a process notes by itself about what it does, for the oracle: one line for each thing, in the order in which they
 * happened, written before anything else can happen. It knows nothing of clocks and stamps.
 *
 * Guarantee: a line that was noted survives a kill -9, but for the very last one, which may be torn.
 */
import type { ReplyFault } from './reply-faults.js';
import type { WireFault } from './wire-faults.js';

/** Names one request or reply; it begins with the trace in which it was sent. */
export type MessageName = string;

export type LedgerEntry = { readonly trace: string } & (
  | {
      readonly kind: 'start';
      readonly span: string;
      /** The request in whose context it started. */
      readonly heard?: MessageName;
      /** It will never be ended, on purpose. */
      readonly abandoned?: true;
    }
  | { readonly kind: 'end'; readonly span: string }
  /** A request leaves. */
  | { readonly kind: 'send'; readonly message: MessageName; readonly heard?: MessageName }
  /** The head of a reply leaves. */
  | {
      readonly kind: 'reply';
      readonly message: MessageName;
      readonly span: string;
      readonly heard?: MessageName;
      /** It carries a stamp, because that of the request was accepted. */
      readonly stamped: boolean;
    }
  /** The body of this reply, which was written in parts, is complete. */
  | { readonly kind: 'replied'; readonly message: MessageName }
  /** The head of a reply has come. */
  | { readonly kind: 'heard'; readonly message: MessageName }
  /** All of a reply's body has come. */
  | { readonly kind: 'read'; readonly message: MessageName }
  /** What came was not what had been sent. */
  | { readonly kind: 'fault'; readonly fault: WireFault; readonly message?: MessageName }
  | { readonly kind: 'reply fault'; readonly fault: ReplyFault }
);

/** Where a process's lines go. */
export interface LedgerSink {
  note(entry: LedgerEntry): void;
}

export function traceOfMessage(message: MessageName): string {
  return message.slice(0, 32);
}
