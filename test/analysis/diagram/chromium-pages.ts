/** Pages in a real browser, for a suite: it is skipped where there is no browser, and nothing is left behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.js';
import { type OpenedPage, openPage } from './opened-page.js';

export type OpenPage = (html: string, options?: Parameters<typeof openPage>[3]) => Promise<OpenedPage>;

/** Starts a browser before the tests of a suite, and ends it after them. */
export function chromiumPages(): OpenPage {
  let browser: Browser | undefined;
  let folder: string | undefined;
  before(async function () {
    browser = await startChromium();
    if (browser === undefined) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-pages-'));
  });
  after(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return (html, options) => openPage(browser as Browser, folder as string, html, options);
}

/** The same, and after each test its page is closed, which must not have done what a page must not. */
export function wellBehavedPages(): OpenPage {
  const open = chromiumPages();
  let opened: OpenedPage | undefined;
  afterEach(async () => {
    const last = opened;
    opened = undefined;
    await last?.close();
    if (last !== undefined) expect(last.misdeeds).to.deep.equal({ errors: [], requests: [], dialogs: [] });
  });
  return async (html, options) => {
    opened = await open(html, options);
    return opened;
  };
}
