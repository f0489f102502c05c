/** What travels on the stream, told to the services and to the page alike. */

/** A trace context as text, in a carrier of the message's own: neither SSE nor WebSocket messages have headers. */
export type Carrier = Readonly<Record<string, string>>;

export interface OrderMessage {
  /** The incarnation of the service that numbered the message: another one after every restart. */
  readonly node: string;
  /** Its number there, from 1 without holes. */
  readonly tick: number;
  readonly text: string;
  readonly trace: Carrier;
}

/** `node:tick`, as the stream's event ids and as `?last=`. */
export function messageId({ node, tick }: Pick<OrderMessage, 'node' | 'tick'>): string {
  return `${node}:${tick}`;
}
