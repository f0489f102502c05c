/** A diagram's page, opened from a file in a real browser, and everything that a page must not do, counted. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface Misdeeds {
  readonly errors: string[];
  readonly requests: string[];
  readonly dialogs: string[];
}

export interface OpenedPage {
  readonly page: Page;
  readonly misdeeds: Misdeeds;
  readonly url: string;
  close(): Promise<void>;
}

let opened = 0;

/** @param hash what the address ends with, `#axis=wall` */
export async function openPage(
  browser: Browser,
  folder: string,
  html: string,
  options: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<OpenedPage> {
  const { hash = '', ...contextOptions } = options;
  const file = join(folder, `page-${++opened}.html`);
  writeFileSync(file, html);
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    offline: true,
    ...contextOptions,
  });
  const page = await context.newPage();
  const misdeeds: Misdeeds = { errors: [], requests: [], dialogs: [] };
  page.on('pageerror', (error) => misdeeds.errors.push(error.message));
  page.on('console', (message) => {
    // Counting pixels is the test's doing, not the page's.
    if (message.text().includes('getImageData')) return;
    if (message.type() === 'error' || message.type() === 'warning') misdeeds.errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) misdeeds.requests.push(request.url());
  });
  page.on('dialog', (dialog) => {
    misdeeds.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(url + hash);
  await settle(page);
  return { page, misdeeds, url, close: () => context.close() };
}

/** Waits until the page has painted what it was told to, the change of an axis included. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => {
      if (document.querySelector('canvas').ariaBusy === 'true') requestAnimationFrame(look);
      else requestAnimationFrame(() => requestAnimationFrame(resolve));
    };
    requestAnimationFrame(look);
  })`);
}

export type Colour = 'red' | 'amber';

const TESTS: Readonly<Record<Colour, string>> = {
  red: 'r > 170 && g < 125 && b < 125 && r - g > 100',
  amber: 'r > 140 && g > 70 && g < 190 && b < 90 && r - g > 40',
};

/** How many pixels of the canvas, or around a place on it, are as red or amber as an arrow, in either theme. */
export async function countPixels(
  page: Page,
  colour: Colour,
  around?: readonly [x: number, y: number],
  reach: number = 4,
): Promise<number> {
  const [x, y] = around ?? [0, 0];
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('canvas');
    const context = canvas.getContext('2d');
    const { data } = ${around === undefined} 
      ? context.getImageData(0, 0, canvas.width, canvas.height)
      : context.getImageData(${Math.round(x) - reach}, ${Math.round(y) - reach}, ${2 * reach + 1}, ${2 * reach + 1});
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
      if (${TESTS[colour]}) count++;
    }
    return count;
  })()`);
}
