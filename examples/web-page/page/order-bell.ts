/**
 * `<order-bell>`: rings once for every message, in one tab of the browser, however many are open.
 *
 * All tabs are one consumer here. A lock of the browser makes them ask one after the other, and what they remember is in
 * a database, because only that shows a tab what the one before it has written. Where storage is forbidden each tab
 * rings for itself.
 */
import { openDeduplicator, type StoredDeduplicator } from 'otel-causality/delivery';
import type { OrderMessage } from '../src/message';
import { databaseStorage } from './database-storage';
import { element } from './element';
import { inTurn } from './in-turn';
import type { OrderStream } from './order-stream';

const LOCK = 'orders:bell';

/** Drawn, because not every machine has a font with a bell in it. */
const BELL =
  '<svg viewBox="0 0 24 24" width="16" height="16" fill="currentColor" aria-hidden="true"><path d="M12 2a2 2 0 0 0-2 2v.4A6 6 0 0 0 6 10v5l-2 3v1h16v-1l-2-3v-5a6 6 0 0 0-4-5.6V4a2 2 0 0 0-2-2Zm-2.5 18a2.5 2.5 0 0 0 5 0Z"/></svg>';

export class OrderBell extends HTMLElement {
  private rung = 0;
  private problem = '';
  private readonly text = element('span');
  private readonly icon = element('span', 'icon');
  private readonly opening: Promise<StoredDeduplicator<OrderMessage>> = openDeduplicator<OrderMessage>({
    consumer: 'bell',
    storage: databaseStorage('orders'),
    whenUnreadable: 'start-empty',
    onStorageFailure: (error) => {
      this.problem = error instanceof Error ? error.name : 'error';
    },
  });

  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    this.icon.innerHTML = BELL;
    this.append(this.icon, this.text);
    this.report();
  }

  listen(stream: OrderStream): void {
    stream.subscribe((message) => void this.receive(message).catch(reportError));
  }

  private async receive(message: OrderMessage): Promise<void> {
    const announced = await this.opening;
    await inTurn(LOCK, async () => {
      // Copies of what this tab knows are dropped without asking anybody.
      if (announced.check(message).handle) await announced.refresh();
      await announced.once(message, () => this.ring());
    });
    this.report();
  }

  private ring(): void {
    this.rung++;
    this.icon.animate([{ rotate: '-18deg' }, { rotate: '18deg' }, { rotate: '0deg' }], 300);
  }

  private report(): void {
    this.dataset['rung'] = String(this.rung);
    this.text.textContent = `rang ${this.rung} × in this tab`;
    this.title =
      this.problem === ''
        ? 'Rings once for each message, in one tab of this browser'
        : `Each tab rings for itself: the storage answers ${this.problem}`;
  }
}
