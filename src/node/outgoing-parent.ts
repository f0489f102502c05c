/**
 * The span that an HTTP request was sent for, as the request's own `traceparent` names it.
 *
 * Guarantee: exact even on pooled connections, where the active context belongs to another request.
 * Hazard: without W3C trace context among the propagators a request names nobody, and its reply is not heard.
 */

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-/;
const SPAN_ID_FROM = 36;
const SPAN_ID_TO = 52;

/** The span id in a `traceparent` value; undefined for anything else. */
export function parentSpanIn(value: unknown): string | undefined {
  // No groups: a match that is taken apart costs twice as much, and every request has one.
  return typeof value === 'string' && TRACEPARENT.test(value) ? value.slice(SPAN_ID_FROM, SPAN_ID_TO) : undefined;
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
