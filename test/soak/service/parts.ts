/** What the registration of this process made, for the service that runs in it. */
import type { CausalClock } from 'otel-causality';
import type { LedgerFile } from './ledger-file.js';
import type { SteeredClock } from './steered-clock.js';

export interface Parts {
  readonly clock: CausalClock;
  readonly ledger: LedgerFile;
  readonly physical: SteeredClock;
}

let made: Parts | undefined;

export function useParts(parts: Parts): void {
  made = parts;
}

export function parts(): Parts {
  if (made === undefined) throw new Error('this process was started without its registration');
  return made;
}
