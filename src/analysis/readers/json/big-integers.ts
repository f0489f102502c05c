/**
 * Keeps integers exact that `JSON.parse` would round: writes those of 16 digits and more as texts.
 *
 * Guarantee: linear; texts of the JSON are not touched, nor are numbers with a fraction or an exponent.
 * Hazard: it costs as much as parsing, so it is for documents in which such a number was seen.
 */

const FEWEST_DIGITS = 16;

export function quoteBigIntegers(json: string): string {
  const pieces: string[] = [];
  let copied = 0;
  for (let i = 0; i < json.length; ) {
    const code = json.charCodeAt(i);
    if (code === 0x22) i = afterText(json, i);
    else if (isNumberStart(code)) {
      const end = afterNumber(json, i);
      const digits = code === 0x2d ? end - i - 1 : end - i;
      if (digits >= FEWEST_DIGITS && /^-?\d+$/.test(json.slice(i, end))) {
        pieces.push(json.slice(copied, i), '"', json.slice(i, end), '"');
        copied = end;
      }
      i = end;
    } else i += 1;
  }
  pieces.push(json.slice(copied));
  return pieces.join('');
}

function afterText(json: string, quote: number): number {
  for (let i = quote + 1; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === 0x5c) i += 1;
    else if (code === 0x22) return i + 1;
  }
  return json.length;
}

function isNumberStart(code: number): boolean {
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

function afterNumber(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length && /[\d.eE+-]/.test(json.charAt(i))) i += 1;
  return i;
}
