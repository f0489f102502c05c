/**
 * The one connection of a page, for all of its components. It hands on whatever comes, as often as it comes.
 *
 * Guarantee: a message that is none is ignored; a listener that throws does not keep the others from theirs.
 */
import type { OrderMessage } from '../src/message';
import { addresses } from './addresses';

export type Listener = (message: OrderMessage) => void;

export class OrderStream {
  private readonly listeners = new Set<Listener>();
  private source: EventSource | undefined;

  /** @param onState told of each change between connected and not */
  constructor(private readonly onState: (connected: boolean) => void) {}

  subscribe(listener: Listener): void {
    this.listeners.add(listener);
  }

  /**
   * Connects. A connection that breaks is made again by the browser, which says then what it had last.
   * @param last the id of the last message that all components have had before the page was loaded
   */
  open(last: string | undefined): void {
    const query = last === undefined ? '' : `?last=${encodeURIComponent(last)}`;
    this.source = new EventSource(`${addresses.orders}/stream${query}`);
    this.source.addEventListener('open', () => this.onState(true));
    this.source.addEventListener('error', () => this.onState(false));
    this.source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const message = messageIn(data);
      if (message !== undefined) for (const listener of this.listeners) this.hand(message, listener);
    });
  }

  private hand(message: OrderMessage, listener: Listener): void {
    try {
      listener(message);
    } catch (error) {
      reportError(error);
    }
  }
}

function messageIn(data: string): OrderMessage | undefined {
  try {
    const { node, tick, text, trace } = JSON.parse(data) as Record<string, unknown>;
    if (typeof node !== 'string' || typeof tick !== 'number' || typeof text !== 'string') return undefined;
    return {
      node,
      tick,
      text,
      trace: typeof trace === 'object' && trace !== null ? (trace as OrderMessage['trace']) : {},
    };
  } catch {
    return undefined;
  }
}
