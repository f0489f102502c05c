/**
 * The entries of a vector at rest. Those that are still the text that they came as are kept as bytes; others as they are.
 *
 * Guarantee: entries that are woken are those that were laid to rest.
 */
import { ReceivedTable } from '../clocks/received-table.js';
import type { VectorTable } from '../clocks/vector-table.js';
import {
  ENTRIES,
  TABLE_INDEX,
  TABLE_OWN,
  TEXT_CELL,
  TEXT_FROM,
  TEXT_LENGTH,
  TEXT_TO,
  type TraceSlots,
} from './trace-slots.js';
import { NO_CELL } from './resting-texts.js';

/** @param node ours: whose place in the text is remembered */
export function layEntriesToRest(table: VectorTable, slots: TraceSlots, slot: number, node: string | undefined): void {
  const { numbers } = slots;
  const at = slots.at(slot);
  slots.forgetEntries(slot);
  // How old entries are would have to be said of each.
  if (table instanceof ReceivedTable && table.node === node && node !== undefined && table.heardAt === undefined) {
    const text = table.stamp.slice(table.from);
    const cell = slots.texts.put(text);
    if (cell !== NO_CELL) {
      numbers[at + TEXT_CELL] = cell;
      numbers[at + TEXT_LENGTH] = text.length;
      numbers[at + TEXT_FROM] = table.ownFrom - table.from;
      numbers[at + TEXT_TO] = table.ownTo - table.from;
      numbers[at + ENTRIES] = table.size;
      numbers[at + TABLE_INDEX] = table.ownIndex;
      numbers[at + TABLE_OWN] = table.ownCounter;
      return;
    }
  }
  slots.tables[slot] = table;
}

/** They stay in the slot as well, until somebody makes it forget them: who fails on the way can come again. */
export function wakeEntries(slots: TraceSlots, slot: number, node: string | undefined): VectorTable {
  const at = slots.at(slot);
  const number = (which: number): number => slots.numbers[at + which] as number;
  const cell = number(TEXT_CELL);
  if (cell === NO_CELL) return slots.tables[slot] as VectorTable;
  const text = slots.texts.read(cell, number(TEXT_LENGTH));
  return new ReceivedTable(
    text,
    0,
    number(ENTRIES),
    node,
    number(TABLE_INDEX),
    number(TEXT_FROM),
    number(TEXT_TO),
    number(TABLE_OWN),
  );
}
