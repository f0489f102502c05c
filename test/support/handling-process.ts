/** A process of its own that handles message after message and says of each that it is stored, until it is killed. */
import * as fs from 'node:fs';
import { fileStorage, openDeduplicator } from '../../src/delivery/index.js';

const [, , folder, from] = process.argv as [string, string, string, string];
const seen = openDeduplicator({ consumer: 'killed', storage: fileStorage(fs, folder) });
/** More than it is ever let do: one that nobody kills must end. */
const MOST = 5000;

let tick = Number(from);
function next(): void {
  seen.handled({ node: 'a', tick });
  // The next one begins when the parent was told: then at most one is stored that was not heard of.
  process.send?.(tick, () => {
    tick++;
    if (seen.stored && tick < Number(from) + MOST) next();
    else process.exit(1);
  });
}
next();
