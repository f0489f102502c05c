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

/** Times that a random source is asked for one node id: a healthy one fails to give enough in one of 10^12 times. */
export const MAX_RANDOM_DRAWS = 4;

/** Most entries that a domain holds, a writer writes or a reader takes. */
export const MAX_VECTOR_ENTRIES = 64;

/** Default bytes of a written stamp: what proxies and brokers let through beside everything else they carry. */
export const DEFAULT_WRITE_BYTES = 1024;

/** Fewest bytes that a writer can be held to: six fields with the longest own entry always fit. */
export const MIN_WRITE_BYTES = 160;

/** Most bytes that a reader takes, and the most that a writer can be raised to: the longest legal baggage member. */
export const MAX_STAMP_BYTES = 4096;

/** Default and highest number of traces that a process remembers at once (about 0.7 KB each with a few nodes). */
export const DEFAULT_MAX_DOMAINS = 10_000;
export const HIGHEST_MAX_DOMAINS = 1_000_000;

/**
 * Traces without a live span that stay as they are: the next request of a trace mostly comes before so many others have
 * ended, and waking one takes a microsecond or two. Were it many more, they would be out of the processor's cache when they
 * are laid to rest, and the collector would copy them.
 */
export const MAX_RECENT_TRACES = 64;

/** Default idle time in milliseconds after which a trace without a live span is dropped. */
export const DEFAULT_DOMAIN_IDLE_MS = 15 * 60 * 1000;

/** Default drift in milliseconds that a remote hybrid timestamp may be ahead of the local clock. */
export const DEFAULT_MAX_DRIFT_MS = 500;

/** Highest configurable drift in milliseconds: a day. Beyond it a drift limit no longer limits anything. */
export const HIGHEST_MAX_DRIFT_MS = 24 * 60 * 60 * 1000;

/**
 * Dropped traces that one generation of the memory holds before it becomes the older one; two generations are kept, in 4 MB
 * together. A trace that is taken for a dropped one by chance is incomplete: of new traces one in 6,000 to 14,000, once
 * both are there.
 */
export const DROPPED_TRACES_PER_GENERATION = 2 ** 19;

/**
 * The same for traces that sent requests before anything was stamped. Unsampled traces are many and short: half a megabyte
 * remembers the last 65,536 of them.
 */
export const UNSTAMPED_TRACES_PER_GENERATION = 2 ** 16;

/** Bits of the filter per remembered trace. With half as many, chance hits are thirty times as frequent. */
export const DROPPED_TRACE_BITS = 32;

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

/**
 * Characters of a `baggage` header beside the stamp in it that may be kept with it. A part of a text keeps the whole in memory:
 * where the rest is longer, the stamp is copied, which takes as long as reading it.
 */
export const MAX_KEPT_BAGGAGE = 512;

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

/**
 * Entries of a vector that another system wrote, and nodes that a {@link VectorClock} or a delivery buffer hears of in
 * its life.
 */
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

/**
 * Bytes of one JSON value that the analysis parses at a time: a line, a batch of a resource's spans, or a trace of
 * Jaeger's legacy form. Parsed, the worst of it (`[{},{},…`) takes some twenty times its size.
 */
export const DEFAULT_VALUE_BYTES = 64 * 1024 * 1024;

/** Highest configurable bytes of one JSON value: half of the longest string that V8 can hold. */
export const HIGHEST_VALUE_BYTES = 256 * 1024 * 1024;

/** Levels of JSON that the analysis parses: OTLP needs 13, and each level of an attribute's value 4 more. */
export const MAX_JSON_DEPTH = 100;

/**
 * Bytes up to which a line of JSON is parsed without counting its levels first: even if every byte opens one, the
 * parser stays below 100 MB.
 */
export const UNCOUNTED_LINE_BYTES = 1024 * 1024;

/** Levels of lists and maps inside the value of one attribute, each of which costs a call on the stack. */
export const MAX_VALUE_DEPTH = 16;

/** Attributes, links and events of one span that are read: SDKs keep 128 of each unless told otherwise. */
export const MAX_SPAN_ATTRIBUTES = 1024;
export const MAX_SPAN_LINKS = 4096;
export const MAX_SPAN_EVENTS = 4096;

/**
 * Zipkin spans that are held back until both sides of a shared id were seen (about 1 KB each). Sides that are further
 * apart than this keep their one id.
 */
export const MAX_HELD_ZIPKIN_SPANS = 500_000;

/** Services of a Zipkin document whose spans share one resource. Those of further services have one each. */
export const MAX_REMEMBERED_SERVICES = 1000;

/** Bytes of an answer from a backend: what it holds in memory to make it is several times that. */
export const MAX_RESPONSE_BYTES = 1024 * 1024 * 1024;

/** Bytes of a backend's list of traces, or of its words about an error. */
export const MAX_LISTING_BYTES = 16 * 1024 * 1024;

/** Default milliseconds that a backend may stay silent, before its answer begins or between two pieces of it. */
export const DEFAULT_BACKEND_TIMEOUT_MS = 30_000;

/** Default and highest number of traces that are asked of a backend. */
export const DEFAULT_BACKEND_TRACES = 100;
export const HIGHEST_BACKEND_TRACES = 10_000;

/** Default age in milliseconds of the oldest trace that is asked of a backend. */
export const DEFAULT_BACKEND_SINCE_MS = 60 * 60 * 1000;

/** Traces and spans of each that the console exporter remembers: more than anybody reads in a terminal. */
export const MAX_LIVE_TRACES = 100;
export const MAX_LIVE_SPANS = 5000;

/** Host patterns in `OTEL_CAUSALITY_TARGETS`: each is looked at for every request that a service sends. */
export const MAX_TARGET_PATTERNS = 256;

/**
 * Milliseconds between the start time that an SDK read and our reading a moment later, at most: pauses
 * included. A whole millisecond further away is a time that the application passed.
 */
export const SAME_MOMENT_MS = 1000;

/** Milliseconds that an application which brings an SDK has for starting it, before it is said that nobody did. */
export const SDK_PATIENCE_MS = 5000;

/** Default and highest number of nodes whose handled messages are remembered (about 150 bytes each with one run). */
export const DEFAULT_DEDUP_NODES = 10_000;
export const HIGHEST_DEDUP_NODES = 1_000_000;

/**
 * Default and highest number of runs of consecutive ticks remembered of one node: each hole between two is a message
 * that has not come yet. Two at least: what came in order, and one message ahead of it.
 */
export const DEFAULT_DEDUP_RUNS = 1024;
export const HIGHEST_DEDUP_RUNS = 65_536;
export const LOWEST_DEDUP_RUNS = 2;

/** Default and highest number of keys whose last vectors are remembered (about 1 KB each with a few nodes). */
export const DEFAULT_DEDUP_KEYS = 10_000;
export const HIGHEST_DEDUP_KEYS = 1_000_000;

/**
 * Entries of vectors that a deduplicator remembers of all keys together, and that all messages waiting in a delivery
 * buffer have together: some 100 MB. The limits of keys and messages alone would let a stranger's wide vectors take a
 * thousand entries each.
 */
export const MAX_HELD_ENTRIES = 2 ** 22;

/** Concurrent versions of one key that are remembered one by one; more of them are remembered as their union. */
export const MAX_KEY_VERSIONS = 16;

/** Characters of a key of the application, and of the name of a consumer's state: what fits in a URL or a file name. */
export const MAX_KEY_LENGTH = 1024;
export const MAX_STATE_NAME_LENGTH = 64;

/**
 * Messages that are being handled at once (one with both a number and a key counts twice), and those that wait for
 * somebody to settle a conflict.
 */
export const MAX_HANDLING = 10_000;
export const DEFAULT_CONFLICTS = 1000;
export const HIGHEST_CONFLICTS = 100_000;

/** Characters of a state in a storage: ten thousand nodes fit, with long names and a hundred runs each. */
export const MAX_STATE_LENGTH = 16 * 1024 * 1024;

/** Default and highest number of concurrent values that a register lets its own node's writes leave. */
export const DEFAULT_SIBLINGS = 16;
export const HIGHEST_SIBLINGS = 1024;

/** Concurrent values that a merge may leave: every replica of many may have written up to its own limit meanwhile. */
export const MAX_MERGED_SIBLINGS = 1024;

/** Default and highest number of messages that wait in a delivery buffer for an earlier one. */
export const DEFAULT_WAITING_MESSAGES = 10_000;
export const HIGHEST_WAITING_MESSAGES = 1_000_000;
