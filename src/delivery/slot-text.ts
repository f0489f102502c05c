/**
 * The text of one slot: a line with sequence number, length and checksum, and behind it the state as JSON in ASCII.
 *
 * Guarantee: a text that was cut off, or that is part one write and part another, is not taken for a whole one, but for
 * one in four thousand million that happens to have its checksum (CRC-32, as in Ethernet and zip).
 */

const FORMAT = 'otel-causality/slot/1';

/** A state with the line that stands before it. */
export interface Slot {
  /** Grows with each write. */
  readonly sequence: number;
  readonly json: string;
  /** The first line: tells this write from all others. */
  readonly mark: string;
}

export function slotOf(sequence: number, json: string): Slot {
  return { sequence, json, mark: `${FORMAT} ${sequence} ${json.length} ${checksum(sequence, json)}` };
}

export function slotText({ mark, json }: Slot): string {
  return `${mark}\n${json}`;
}

/** The slot in a text; undefined when it is not a whole one. Never throws. */
export function readSlot(text: string): Slot | undefined {
  const head = /^(otel-causality\/slot\/1 ([1-9]\d{0,15}) (\d{1,10}) ([0-9a-f]{8}))\n/.exec(text.slice(0, 80));
  if (head === null) return undefined;
  const sequence = Number(head[2]);
  const json = text.slice(head[0].length);
  if (!Number.isSafeInteger(sequence) || json.length !== Number(head[3])) return undefined;
  return checksum(sequence, json) === head[4] ? { sequence, json, mark: head[1] as string } : undefined;
}

/** A value as JSON in ASCII: its bytes are its characters, whatever encoding a storage uses. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** CRC-32 of sequence and JSON, as eight hexadecimal digits. */
function checksum(sequence: number, json: string): string {
  let remainder = 0xffffffff;
  for (const text of [`${sequence} `, json]) {
    for (let i = 0; i < text.length; i++) {
      // A character beyond a byte was never written here: both of its bytes count, so it will not match.
      const code = text.charCodeAt(i);
      remainder = (TABLE[(remainder ^ code ^ (code >>> 8)) & 0xff] as number) ^ (remainder >>> 8);
    }
  }
  return ((remainder ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
