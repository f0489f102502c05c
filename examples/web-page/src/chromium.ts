/** Headless Chromium, driven by playwright-core: Debian's, or the one that CHROMIUM names. Nothing is downloaded. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where Chromium is; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const candidates = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

/**
 * A Chromium whose user has forbidden all sites to store anything, as its settings can. It runs until it is closed.
 * @param folder for its profile; empty
 */
export async function startWithoutStorage(executablePath: string, folder: string): Promise<BrowserContext> {
  const forbidden = { profile: { default_content_setting_values: { cookies: 2 } } };
  mkdirSync(join(folder, 'Default'));
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(forbidden));
  return chromium.launchPersistentContext(folder, { executablePath, args: FLAGS });
}
