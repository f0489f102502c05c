/**
 * Whether code of the application's is running that a hook of ours has called: a clock, a logger, what a span is asked for.
 *
 * Guarantee: what such a hook holds of a trace stays the trace's, whatever that code does: nothing is laid to rest or let
 * go of before it returns. A logger that writes to a file starts and ends a span where files are instrumented, and in the
 * very trace that the hook is about.
 * Hazard: traces that such code begins find room, however many they are. The next one that begins outside makes it again.
 */
let depth = 0;

export function isCalledOut(): boolean {
  return depth > 0;
}

/** What follows may run code of the application's, until {@link comeBack}. */
export function callOut(): void {
  depth++;
}

export function comeBack(): void {
  depth--;
}
