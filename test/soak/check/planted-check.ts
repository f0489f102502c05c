/** Checks the planted trace with something changed about it. */
import type { LedgerEntry } from '../ledger.js';
import { checkTraces } from './check-run.js';
import { Findings, type Tally } from './findings.js';
import { type Plant, plant, traceOf } from './planted-trace.js';
import type { Rule } from './rules.js';

export function checkWith(change: (planted: Plant) => void): {
  readonly rules: readonly Rule[];
  readonly tally: Tally;
} {
  const planted = plant();
  change(planted);
  const findings = new Findings();
  const tally = checkTraces([traceOf(planted)], findings);
  return { rules: findings.rules, tally };
}

export function rulesBrokenBy(change: (planted: Plant) => void): readonly Rule[] {
  return checkWith(change).rules;
}

/** Takes the first entry of this kind out, of this span where one is named. */
export function unnote(ledger: LedgerEntry[], kind: LedgerEntry['kind'], span?: string): void {
  const at = ledger.findIndex(
    (entry) => entry.kind === kind && (span === undefined || ('span' in entry && entry.span === span)),
  );
  if (at < 0) throw new Error(`there is no ${kind} of ${span}`);
  ledger.splice(at, 1);
}
