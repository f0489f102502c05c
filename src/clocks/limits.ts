/**
 * Every limit of this library, in one place, each with its reason.
 *
 * Guarantee: nothing that a stranger sends and nothing that an application forgets (a span that never ends, a
 * trace that never finishes) makes a process hold more than these numbers allow. What a limit costs is always an
 * "unknown", never a wrong answer. Byte lengths equal character lengths here: everything counted is ASCII.
 */

/**
 * Highest Lamport time and highest tick, 2^48. Far below 2^53, so that every sum of two stays an exact number, and
 * nine years of a million events a second away, so that only a forged header ever gets there.
 */
export const MAX_COUNTER = 2 ** 48;

/** Longest node id in characters: 40 for the name, a hyphen, 8 for the incarnation, and room for other writers. */
export const MAX_NODE_ID_LENGTH = 64;

/** Longest configured part of a node id in characters: the service's name, which every span will carry. */
export const MAX_NODE_NAME_LENGTH = 40;

/** Random base36 characters that tell the incarnations of one name apart: 41 bits, and no two processes share one. */
export const INCARNATION_LENGTH = 8;

/** Most entries that a domain holds, a writer writes or a reader takes. */
export const MAX_VECTOR_ENTRIES = 64;

/** Default bytes of a written stamp: what proxies and brokers let through beside everything else they carry. */
export const DEFAULT_WRITE_BYTES = 1024;

/** Fewest bytes that a writer can be held to: six fields with the longest own entry always fit. */
export const MIN_WRITE_BYTES = 160;

/** Most bytes that a reader takes, and the most that a writer can be raised to: the longest legal baggage member. */
export const MAX_STAMP_BYTES = 4096;

/** Default and highest number of traces that a process remembers at once (about 1 KB each with a few nodes). */
export const DEFAULT_MAX_DOMAINS = 10_000;
export const HIGHEST_MAX_DOMAINS = 1_000_000;

/** Default idle time in milliseconds after which a trace without a live span is dropped. */
export const DEFAULT_DOMAIN_IDLE_MS = 15 * 60 * 1000;

/** Default drift in milliseconds that a remote hybrid timestamp may be ahead of the local clock. */
export const DEFAULT_MAX_DRIFT_MS = 500;

/** Highest configurable drift in milliseconds: a day. Beyond it a drift limit no longer limits anything. */
export const HIGHEST_MAX_DRIFT_MS = 24 * 60 * 60 * 1000;

/**
 * Dropped traces that one generation of the memory holds before it becomes the older one; two generations are kept.
 * At 16 bits each a false hit ("this trace came back") costs an "unknown" about once in 2,000 new traces.
 */
export const DROPPED_TRACES_PER_GENERATION = 2 ** 19;

/**
 * The same for traces that sent requests before anything was stamped. Unsampled traces are many and short: 128 KB a
 * generation remember the last 65,536 of them.
 */
export const UNSTAMPED_TRACES_PER_GENERATION = 2 ** 16;

/** Bits of the filter per remembered trace. */
export const DROPPED_TRACE_BITS = 16;

/**
 * Requests of a process whose reply is awaited, by span id. Beyond it the oldest is given up and its trace is
 * incomplete: a client span that never ends must not be remembered for ever.
 */
export const MAX_AWAITED_REPLIES = 10_000;

/** Characters that W3C Trace Context lets a receiver cut `tracestate` at, and OpenTelemetry JS refuses beyond. */
export const MAX_TRACESTATE_LENGTH = 512;

/** Members that `tracestate` may have. */
export const MAX_TRACESTATE_MEMBERS = 32;

/** Characters of one `tracestate` member that W3C asks to drop first when room is short. */
export const LONG_TRACESTATE_MEMBER = 128;

/** Bytes of a whole `baggage` header; beyond it OpenTelemetry JS drops members from its end. */
export const MAX_BAGGAGE_BYTES = 8192;

/** Members of a `baggage` header that OpenTelemetry JS reads. */
export const MAX_BAGGAGE_MEMBERS = 180;

/**
 * Milliseconds by which two honest clocks of one host may seem apart: `Date.now()` shows whole milliseconds only. A
 * remote clock is called ahead of ours only beyond this.
 */
export const CLOCK_RESOLUTION_MS = 1;

/** Bytes of a vector in a span attribute: Tempo cuts attribute values at 2,048. */
export const MAX_ATTRIBUTE_BYTES = 2048;

/**
 * Highest counter that is taken from or written to another system, 2^53-1: they count to 2^64-1, but a JavaScript
 * number beyond this one is rounded.
 */
export const MAX_FOREIGN_COUNTER = Number.MAX_SAFE_INTEGER;

/** Characters of another system's node id, which may use any alphabet: four times what we write ourselves. */
export const MAX_FOREIGN_NODE_ID_LENGTH = 256;

/** Entries of a vector that another system wrote, and nodes that a {@link VectorClock} hears of in its life. */
export const MAX_FOREIGN_VECTOR_ENTRIES = 1024;

/** Characters of another system's vector as text, and bytes as msgpack: the whole head that Node's server takes. */
export const MAX_FOREIGN_VECTOR_LENGTH = 16_384;

/** Bytes of a hybrid logical clock's id: those of a UUID, as the uhlc crate has it. */
export const MAX_CLOCK_ID_BYTES = 16;

/** Characters of a Microsoft correlation vector of version 1, and of version 2.1, before the `!` that ends it. */
export const MAX_CORRELATION_VECTOR_1_LENGTH = 63;
export const MAX_CORRELATION_VECTOR_2_LENGTH = 127;

/** Characters of a correlation vector of version 3.0, which is reset instead of ended. */
export const MAX_CORRELATION_VECTOR_3_LENGTH = 128;

/** Highest element of a correlation vector: its specifications call it a counter of four bytes. */
export const MAX_CORRELATION_ELEMENT = 2 ** 32 - 1;

/** Characters of an event's id and of its type, each of which travels in a header of its own. */
export const MAX_EVENT_FIELD_LENGTH = 256;
