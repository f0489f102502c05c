/**
 * The span that an HTTP request was sent for, as the request's own `traceparent` names it.
 *
 * Guarantee: exact even on pooled connections, where the active context belongs to another request.
 * Hazard: without W3C trace context among the propagators a request names nobody, and its reply is not heard.
 */

const SPAN_ID_FROM = 36;
const SPAN_ID_TO = 52;
const DASH = 45;

/**
 * The span id in a `traceparent` value; undefined for what cannot be one. Its digits are not looked at: nobody awaits a
 * reply for a span id that is none.
 */
export function parentSpanIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.charCodeAt(SPAN_ID_FROM - 1) !== DASH) return undefined;
  return value.charCodeAt(SPAN_ID_TO) === DASH ? value.slice(SPAN_ID_FROM, SPAN_ID_TO) : undefined;
}

/**
 * A header in a flat list of names and values, as undici keeps them: strings or bytes, in versions 5 also as one
 * text of lines. The last one wins, as the last `traceparent` written is the one in force.
 */
export function headerIn(headers: unknown, name: string): string | undefined {
  if (typeof headers === 'string') {
    const lines = headers.split('\n');
    for (let i = lines.length - 1; i >= 0; i--) {
      const line = lines[i] as string;
      const colon = line.indexOf(':');
      if (isNamed(line.slice(0, Math.max(colon, 0)), name)) return line.slice(colon + 1).trim();
    }
    return undefined;
  }
  if (!Array.isArray(headers)) return undefined;
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const key: unknown = headers[i];
    if (isNamed(key, name)) return textOf(headers[i + 1]);
  }
  return undefined;
}

function isNamed(key: unknown, name: string): boolean {
  // Most headers differ in length already: comparing that first spares decoding them all.
  if (typeof key === 'string') return key.length === name.length && key.toLowerCase() === name;
  return key instanceof Uint8Array && key.length === name.length && textOf(key)?.toLowerCase() === name;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
  // One value in a list of its own, as undici keeps a header that may come several times. Not a list in a list.
  return Array.isArray(value) && value.length === 1 && !Array.isArray(value[0]) ? textOf(value[0]) : undefined;
}
