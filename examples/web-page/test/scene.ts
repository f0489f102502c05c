/** A fleet and a browser for each test; tests skip themselves, and say so, where there is no Chromium. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { chromiumPath, startChromium, startWithoutStorage } from '../src/chromium.js';
import { Fleet } from '../src/fleet.js';
import { OrderPage } from '../src/order-page.js';

export class Scene {
  fleet = new Fleet();
  browser!: Browser;
  /** What went wrong in the pages: exceptions that nobody caught. */
  readonly pageErrors: string[] = [];
  private readonly folders: string[] = [];
  private readonly contexts: BrowserContext[] = [];

  /** Installs the hooks of a suite. */
  static install(): Scene {
    const scene = new Scene();
    before(async function () {
      const path = chromiumPath();
      if (path === undefined) {
        console.log('      no Chromium here (apt-get install chromium, or set CHROMIUM): these tests are skipped');
        this.skip();
      }
      scene.browser = await startChromium(path);
    });
    beforeEach(async () => {
      scene.fleet = await new Fleet().start();
    });
    afterEach(async () => {
      for (const context of scene.contexts.splice(0)) await context.close();
      // A process of the browser may still be writing there.
      for (const folder of scene.folders.splice(0))
        await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 50 });
      await scene.fleet.stop();
      expect(scene.pageErrors.splice(0)).to.deep.equal([]);
    });
    after(() => scene.browser?.close());
    return scene;
  }

  /** A profile of its own, as a browser's private window has: nothing of it is left when it is closed. */
  async profile(): Promise<BrowserContext> {
    const context = await this.browser.newContext();
    context.setDefaultTimeout(20_000);
    this.contexts.push(context);
    return context;
  }

  /** A profile whose user has forbidden all sites to store anything. */
  async profileWithoutStorage(): Promise<BrowserContext> {
    const folder = mkdtempSync(join(tmpdir(), 'no-storage-'));
    const context = await startWithoutStorage(chromiumPath() ?? '', folder);
    this.contexts.push(context);
    this.folders.push(folder);
    return context;
  }

  /** A tab with the page in it. */
  async tab(context?: BrowserContext, clockMinutes = 0): Promise<OrderPage> {
    const page = await (context ?? (await this.profile())).newPage();
    page.on('pageerror', (error) => this.pageErrors.push(String(error)));
    return new OrderPage(page).open(this.fleet.origin, clockMinutes);
  }

  async placeOrders(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.push(await this.fleet.placeOrder(`item ${i}`));
    return ids;
  }
}

/** Each component shows exactly these messages, each once, in the order in which they came. */
export async function expectEachOnce(tab: OrderPage, ids: readonly string[]): Promise<void> {
  const feeds = await tab.feeds();
  expect(feeds.map(({ name }) => name)).to.deep.equal(['Counter', 'Kitchen', 'Pick-up']);
  for (const feed of feeds) {
    expect(feed.ids.toReversed(), feed.name).to.deep.equal(ids);
    expect(feed.received, feed.name).to.equal(feed.shown + feed.dropped);
  }
}
