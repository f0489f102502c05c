/**
 * `<order-feed name="Kitchen">`: shows every message of the stream once, and counts what came again.
 */
import { verdictAttributes, webStorage } from 'otel-causality/delivery';
import { messageId, type OrderMessage } from '../src/message';
import { element } from './element';
import { FeedMemory, MAX_ROWS, type Row } from './feed-memory';
import type { OrderStream } from './order-stream';
import { consume } from './telemetry';

export class OrderFeed extends HTMLElement {
  private readonly repeats = new Map<string, HTMLElement>();
  private memory: FeedMemory | undefined;
  private received = 0;
  private shown = 0;
  private readonly list = element('ol');
  private readonly tally = element('p', 'tally');
  private readonly bar = element('div', 'bar');
  private readonly note = element('p', 'note');

  connectedCallback(): void {
    if (this.memory !== undefined) return;
    const name = this.getAttribute('name') ?? 'Feed';
    // What a tab has shown is the tab's own: `sessionStorage` survives a refresh and is copied with a copied tab.
    this.memory = new FeedMemory(
      name,
      webStorage(() => sessionStorage, 'orders:'),
    );
    const title = element('h2');
    title.textContent = name;
    this.append(title, this.list, this.bar, this.tally, this.note);
    for (const row of this.memory.rows) this.show(row, 'kept');
    this.report();
  }

  /** The id of the last message that it has had, before it hears more. */
  get last(): string | undefined {
    return this.memory?.last;
  }

  listen(stream: OrderStream): void {
    stream.subscribe((message) => {
      this.receive(message);
      this.report();
    });
  }

  private receive(message: OrderMessage): void {
    const { memory } = this;
    if (memory === undefined) return;
    this.received++;
    const handling = memory.begin(message);
    if (!handling.handle) {
      this.countAgain(message, handling.verdict);
      return;
    }
    try {
      consume(message, `show in ${this.getAttribute('name')}`, verdictAttributes(handling), () =>
        this.show(message, 'new'),
      );
    } catch (error) {
      handling.abort();
      throw error;
    }
    this.shown++;
    memory.shown(handling, message);
  }

  private show(row: Row, how: 'new' | 'kept'): void {
    const item = element('li', how);
    item.dataset['id'] = messageId(row);
    const [number = '', ...what] = row.text.split(' ');
    const again = element('span', 'again');
    item.append(text('span', 'number', number), text('span', 'what', what.join(' ')), again);
    this.list.prepend(item);
    this.repeats.set(messageId(row), again);
    const oldest = this.list.childElementCount > MAX_ROWS ? this.list.lastElementChild : null;
    if (oldest instanceof HTMLElement) {
      oldest.remove();
      this.repeats.delete(oldest.dataset['id'] ?? '');
    }
  }

  private countAgain(message: OrderMessage, verdict: string): void {
    const again = this.repeats.get(messageId(message));
    if (again === undefined) return;
    const count = Number(again.dataset['count'] ?? 0) + 1;
    again.dataset['count'] = String(count);
    again.textContent = `${count} × dropped`;
    again.title = `${verdict}: came ${count} more time${count === 1 ? '' : 's'} and was not shown again`;
    again.animate([{ opacity: 0.2 }, { opacity: 1 }], 300);
  }

  private report(): void {
    const dropped = this.received - this.shown;
    const share = this.received === 0 ? 0 : (100 * this.shown) / this.received;
    this.bar.style.setProperty('--shown', `${share}%`);
    this.tally.textContent = `${this.received} received = ${this.shown} shown + ${dropped} duplicates`;
    Object.assign(this.dataset, { received: this.received, shown: this.shown, dropped });
    this.note.textContent =
      this.memory?.problem === undefined ? '' : `Remembered until this page closes: ${this.memory.problem}.`;
  }
}

function text(tag: 'span', name: string, content: string): HTMLElement {
  const made = element(tag, name);
  made.textContent = content;
  return made;
}
