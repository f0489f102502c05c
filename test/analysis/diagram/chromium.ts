/**
 * A real Chromium for tests: Debian's, or the one that `CHROMIUM` names. Where there is none, {@link startChromium} gives
 * undefined, and says so: the tests that want it skip themselves.
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Nothing that Chromium does of its own accord may look like the page's doing. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startChromium(): Promise<Browser | undefined> {
  const executablePath = process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    console.warn('      No Chromium here (CHROMIUM can name one): tests in a real browser are skipped.');
    return undefined;
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
