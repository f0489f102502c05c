/**
 * `npm run demo`: the page in headless Chromium, two tabs and every mishap, and what each component showed. Ends with
 * status 1 if a component showed a message twice, or not at all, or if a cause is not proven to be before its effect.
 */
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromiumPath, startChromium } from './chromium.js';
import { Fleet } from './fleet.js';
import { OrderPage } from './order-page.js';
import type { CausalRows } from './trace-table.js';

const CLOCK_MINUTES = -7;
const PICTURES = fileURLToPath(new URL('../pictures/', import.meta.url));

const path = chromiumPath();
if (path === undefined) {
  console.log('No Chromium here: apt-get install chromium, or set CHROMIUM to where one is. Nothing was shown.');
  process.exit(0);
}

const fleet = await new Fleet().start();
const browser = await startChromium(path);
let wrong = 0;
try {
  mkdirSync(PICTURES, { recursive: true });
  const profile = await browser.newContext({ viewport: { width: 1100, height: 1000 } });
  console.log(
    `One page, three components, a stream that sends everything twice. The page's clock is ${-CLOCK_MINUTES} minutes slow.\n`,
  );

  const first = await new OrderPage(await profile.newPage()).open(fleet.origin, CLOCK_MINUTES);
  for (let i = 0; i < 3; i++) await first.placeOrder();
  await first.received(6);
  await tell('Tab 1: three orders', first, 3);

  await first.refresh();
  await first.received(6);
  await tell('Tab 1: refreshed, the stream begins again', first, 3);

  const second = await new OrderPage(await profile.newPage()).open(fleet.origin);
  await second.received(6);
  await tell('Tab 2: opened, and sent everything', second, 3);

  await fleet.disturb('cut');
  await Promise.all([first.connected(), second.connected()]);
  await fleet.disturb('replay');
  const traceId = await first.placeOrder();
  for (const tab of [first, second]) await tab.received(6 + 6 + 2);
  await tell('Tab 1: connection broken, all sent again, a fourth order', first, 4);
  await tell('Tab 2: the same', second, 4);
  console.log(
    `The bell rang ${await first.rung()} × in tab 1 since its refresh and ${await second.rung()} × in tab 2.\n`,
  );

  await first.orderShown();
  const trace = await whole(traceId, 13);
  print(trace);
  for (const scheme of ['light', 'dark'] as const) {
    await first.page.emulateMedia({ colorScheme: scheme });
    await first.page.screenshot({ path: `${PICTURES}page-${scheme}.png`, fullPage: true });
  }
  await second.page.screenshot({ path: `${PICTURES}second-tab.png`, fullPage: true });
  console.log(`\nPictures of both tabs are in ${PICTURES}`);
} finally {
  await browser.close();
  await fleet.stop();
}
process.exitCode = wrong === 0 ? 0 : 1;

async function tell(what: string, tab: OrderPage, messages: number): Promise<void> {
  console.log(what);
  for (const { name, ids, received, shown, dropped } of await tab.feeds()) {
    const once = ids.length === messages && new Set(ids).size === messages;
    if (!once) wrong++;
    const counts = `${received} received, ${shown} new, ${dropped} dropped`.padEnd(36);
    console.log(
      `  ${once ? '✔' : '✗'} ${name.padEnd(8)} ${counts} on the screen: ${ids
        .map((id) => id.split(':')[1])
        .toReversed()
        .join(' ')}`,
    );
  }
  console.log();
}

/** The trace, once so many spans have come. */
async function whole(traceId: string, count: number): Promise<CausalRows> {
  const patience = AbortSignal.timeout(15_000);
  for (;;) {
    const trace = fleet.collector.rowsOf(traceId);
    if (trace.rows.length >= count) return trace;
    patience.throwIfAborted();
    await delay(100);
  }
}

function print({ rows, edges, proven, inverted, complete }: CausalRows): void {
  console.log('The fourth order, in causal order, as page and services exported it');
  console.log('   L  where             what                         by its wall clock');
  for (const { lamport, node, name, wallMs, wrongWay } of rows) {
    const wall = Math.abs(wallMs) < 10_000 ? `${wallMs.toFixed(0)} ms` : `${(wallMs / 60_000).toFixed(2)} min`;
    console.log(
      `  ${String(lamport).padStart(2)}  ${node.padEnd(16)}  ${name.padEnd(26)} ${wall.padStart(12)}${wrongWay ? '  ✗ before its cause' : ''}`,
    );
  }
  const proved = proven === edges && complete;
  if (!proved) wrong++;
  console.log(
    `\n${proved ? '✔' : '✗'} ${proven} of ${edges} causes are proven to come before their effects${complete ? '; nothing is hidden' : ''}`,
  );
  console.log(`! ${inverted} of ${edges} are the wrong way round by wall clock`);
}
