/**
 * What a page of another origin may send and see. Without the first line's three names the browser would not send the
 * request at all; without the second the page would never see our replies' stamps.
 */
export const CORS = {
  'access-control-allow-headers': 'traceparent, tracestate, baggage, content-type',
  'access-control-expose-headers': 'causality',
  'access-control-allow-methods': 'GET, POST',
  'access-control-max-age': '600',
} as const;
