/**
 * The demo: the same sale three times. At once with conflicts merged, at once with conflicts rejected, and in turn.
 *
 *     node build/src/main.js [--on-conflict merge|reject]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check, FAIL_ON } from './check.js';
import { runSale } from './fleet.js';
import type { Policy } from './product-store.js';

const { values } = parseArgs({ options: { 'on-conflict': { type: 'string' } } });
const wanted = values['on-conflict'];
if (wanted !== undefined && wanted !== 'merge' && wanted !== 'reject') {
  console.error(`--on-conflict is merge or reject, not ${wanted}`);
  process.exit(2);
}

const policies: readonly Policy[] = wanted === undefined ? ['merge', 'reject'] : [wanted];
const folder = mkdtempSync(join(tmpdir(), 'concurrent-writes-'));

async function show(how: 'at-once' | 'in-turn', policy: Policy): Promise<void> {
  const { told, stored, traces } = await runSale(how, policy, join(folder, `${how}-${policy}`));
  const price = (stored.priceCents / 100).toFixed(2);
  console.log(`
== Pricing and stock update the product ${how === 'at-once' ? 'at once' : 'in turn'}; on a conflict: ${policy}
   pricing's 20 % off: ${told.pricing}. stock's 50 more: ${told.stock}.
   stored: ${stored.name}, ${price}, ${stored.inStock} in stock (it was 39.00, 10 in stock)

$ otel-causality check ${FAIL_ON.join(' ')} traces.jsonl`);
  const { status, out } = check(traces);
  console.log(`${out.trimEnd()}\n(ends with ${status})`);
  if (status !== (how === 'at-once' ? 1 : 0)) process.exitCode = 1;
}

try {
  for (const policy of policies) await show('at-once', policy);
  await show('in-turn', policies[0] as Policy);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
