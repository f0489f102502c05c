/**
 * Whether code of the application's is running that a hook of ours has called: a clock, a logger, what a span is asked for.
 *
 * Guarantee: what such a hook holds of a trace stays the trace's, whatever that code does: nothing is laid to rest or let
 * go of before it returns. A logger that writes to a file starts and ends a span where files are instrumented, and in the
 * very trace that the hook is about.
 * Hazard: traces that such code begins find room, however many they are. The next one that begins outside makes it again.
 */

/** How many hooks have called out. Counted without a call, which would fail where that code has filled the stack. */
export const calledOut = { depth: 0 };
