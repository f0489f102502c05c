/**
 * The log of messages and the pages that listen to it, over Server-Sent Events.
 *
 * Guarantee: at least once. A page that was there, or that comes back and says what it had last, misses nothing that
 * the log still holds.
 * Hazard, and the point of the example: never exactly once. Every message is sent twice, and whoever comes back gets
 * the last few that he has had already, because what was written to a socket need not have arrived.
 */
import type { ServerResponse } from 'node:http';
import { type Carrier, messageId, type OrderMessage } from '../message.js';

const MAX_MESSAGES = 1_000;
const MAX_LISTENERS = 64;
const COPIES = 2;
/** Messages that are sent again to a page that comes back. */
const OVERLAP = 5;
const RECONNECT_MS = 250;

export class MessageStream {
  private readonly log: OrderMessage[] = [];
  private readonly listeners = new Set<ServerResponse>();
  private published = 0;

  /** Numbers a message and sends it to everybody. */
  publish(node: string, item: string, trace: Carrier): OrderMessage {
    this.published++;
    const message = { node, tick: this.published, text: `#${this.published} ${item}`, trace };
    this.log.push(message);
    if (this.log.length > MAX_MESSAGES) this.log.shift();
    for (const listener of this.listeners) send(listener, message);
    return message;
  }

  /**
   * Sends a page what it missed and a little more, and everything from now on.
   * @param last the id of the last message that it had; unknown or absent, it gets the whole log
   */
  open(response: ServerResponse, last: string | undefined): void {
    if (this.listeners.size >= MAX_LISTENERS) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    const at = this.log.findIndex((message) => messageId(message) === last);
    for (const message of this.log.slice(Math.max(0, at + 1 - OVERLAP))) send(response, message);
    this.listeners.add(response);
    response.once('close', () => {
      this.listeners.delete(response);
    });
  }

  /** Breaks every connection, as a proxy would; the browsers come back by themselves. */
  cut(): number {
    const cut = this.listeners.size;
    for (const listener of this.listeners) listener.destroy();
    return cut;
  }

  /** Sends everything to everybody once more. */
  replay(): number {
    for (const listener of this.listeners) for (const message of this.log) send(listener, message);
    return this.log.length;
  }
}

function send(listener: ServerResponse, message: OrderMessage): void {
  const event = `id: ${messageId(message)}\ndata: ${JSON.stringify(message)}\n\n`;
  listener.write(event.repeat(COPIES));
}
