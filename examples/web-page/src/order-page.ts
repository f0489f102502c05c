/** The page in a browser's tab, as somebody in front of it uses and sees it. */
import type { Page } from 'playwright-core';

/** What one component shows. */
export interface FeedView {
  readonly name: string;
  /** The text of each row, the newest first, without the marks of copies that were dropped. */
  readonly rows: readonly string[];
  readonly ids: readonly string[];
  readonly received: number;
  readonly shown: number;
  readonly dropped: number;
  /** What it says about its storage. */
  readonly note: string;
}

export class OrderPage {
  constructor(readonly page: Page) {}

  async open(origin: string, clockMinutes = 0): Promise<this> {
    await this.page.goto(clockMinutes === 0 ? `${origin}/` : `${origin}/?clock=${clockMinutes}`);
    await this.connected();
    return this;
  }

  async connected(): Promise<void> {
    await this.page.locator('#status.on').waitFor();
  }

  /** Loads the page anew, as F5 does. */
  async refresh(): Promise<void> {
    await this.page.reload();
    await this.connected();
  }

  /** Places an order by the button; resolves with the trace's id when the second service has answered. */
  async placeOrder(): Promise<string> {
    const answered = this.page.waitForResponse((response) => {
      return response.url().endsWith('/orders') && response.request().method() === 'POST';
    });
    await this.page.locator('#order').click();
    const headers = await (await answered).request().allHeaders();
    return headers['traceparent']?.split('-')[1] ?? '';
  }

  /** Waits until every component has received so many messages since the page was loaded, copies included. */
  async received(count: number): Promise<void> {
    await this.page.waitForFunction(
      (least) =>
        [...document.querySelectorAll<HTMLElement>('order-feed')].every(
          ({ dataset }) => Number(dataset['received']) >= least,
        ),
      count,
    );
  }

  feeds(): Promise<FeedView[]> {
    return this.page.locator('order-feed').evaluateAll((feeds) =>
      feeds.map((feed) => {
        const { received, shown, dropped } = (feed as HTMLElement).dataset;
        const items = [...feed.querySelectorAll<HTMLElement>('li')];
        return {
          name: feed.getAttribute('name') ?? '',
          rows: items.map(
            (item) => `${item.querySelector('.number')?.textContent} ${item.querySelector('.what')?.textContent}`,
          ),
          ids: items.map((item) => item.dataset['id'] ?? ''),
          received: Number(received),
          shown: Number(shown),
          dropped: Number(dropped),
          note: feed.querySelector('.note')?.textContent ?? '',
        };
      }),
    );
  }

  /** How often the bell rang in this tab, once every tab that wanted to ask has had its turn. */
  async rung(): Promise<number> {
    await this.page.evaluate(() => navigator.locks.request('orders:bell', () => undefined).catch(() => undefined));
    return Number(await this.page.locator('order-bell').getAttribute('data-rung'));
  }

  /** Waits for the trace of the last order to be shown. */
  async orderShown(): Promise<void> {
    await this.page.locator('causal-order tr').nth(3).waitFor();
  }
}
