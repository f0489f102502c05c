/** Every bound of the store, with its reason. What exceeds one is refused, or waits, and is counted. */

/** A value, in bytes of UTF-8. Also the largest request body of a client. */
export const MAX_VALUE_BYTES = 65_536;

/** A key, in bytes of UTF-8. It stands in a URL and in every index entry. */
export const MAX_KEY_BYTES = 256;

/** Keys of one store, deleted ones included: all of them are held in memory. */
export const MAX_KEYS = 100_000;

/** Versions that one key may hold side by side before a write that replaces none of them is refused. */
export const MAX_SIBLINGS = 16;

/** The same for what nodes bring about together: 64 writers, each at its limit. What goes beyond changes nothing. */
export const MAX_REPLICATED_SIBLINGS = 1_024;

/** A session token or a context, in characters. 64 writers with the longest names and counters fit, so none that the store gives out is too long. */
export const MAX_TOKEN_LENGTH = 4_096;

/** The name that a client gives a request, in characters. */
export const MAX_REQUEST_ID_LENGTH = 64;

/** Trace headers that travel with a write, all together, in characters. Above it the write travels without them. */
export const MAX_CARRIER_LENGTH = 8_192;

/** How long a request waits at a node that has not seen what its token names. */
export const SESSION_WAIT_MS = 2_000;

/** Requests that wait for their session at once. The next one is told to try again at once. */
export const MAX_WAITING_REQUESTS = 1_000;

/** Connections to one node at once; further ones are closed. Above what may wait for sessions and for the disk together. */
export const MAX_CONNECTIONS = 2_500;

/** How long a client may take for its headers, and for its whole request. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 30_000;

/** Writes that wait for the disk at once. The next one is told to try again. */
export const MAX_QUEUED_WRITES = 1_000;

/** Operations that one commit takes to the disk together. */
export const MAX_COMMIT_OPERATIONS = 256;

/** Operations from peers that wait for an earlier one. What finds no room is dropped and asked for again later. */
export const MAX_BUFFERED_OPERATIONS = 2_048;

/** Operations kept for peers that are behind. A peer further behind takes a snapshot. */
export const MAX_LOG_OPERATIONS = 20_000;

/** The same in characters of their JSON. */
export const MAX_LOG_CHARACTERS = 64 * 1024 * 1024;

/** Operations in one message between nodes. */
export const MAX_BATCH_OPERATIONS = 128;

/** One message between nodes, in characters of JSON: above it the batch ends, but for its first operation. */
export const MAX_BATCH_CHARACTERS = 1024 * 1024;

/** A message from a peer, in bytes: a full batch, whose last operation may be large, and its escapes. */
export const MAX_PEER_BODY_BYTES = 8 * 1024 * 1024;

/** A snapshot, in bytes. Three stores of MAX_STORE_CHARACTERS that met after a partition fit. */
export const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024;

/** All values and keys of one store, in characters, before clients' writes are refused. */
export const MAX_STORE_CHARACTERS = 32 * 1024 * 1024;

/** Identities that have ever written: one for each data directory there ever was. */
export const MAX_WRITERS = 64;

/** Between two rounds of asking every peer for what is missing. With a broker this only repairs. */
export const ANTI_ENTROPY_MS = 250;
export const ANTI_ENTROPY_BEHIND_BROKER_MS = 5_000;

/** How long a node waits for a peer's answer. */
export const PEER_TIMEOUT_MS = 2_000;

/** How long a broker keeps the ids of messages to recognise one that is published twice. */
export const BROKER_DEDUPLICATION_MS = 120_000;

/** Own operations that the broker has not taken yet, before clients' writes are refused. Less than the log holds. */
export const MAX_UNPUBLISHED_OPERATIONS = 10_000;

/** The broker's stream: what goes beyond it is dropped from its beginning, and missed only by nodes that were away. */
export const MAX_BROKER_STREAM_BYTES = 256 * 1024 * 1024;

/** Messages that the broker has given to a node and that the node has not made durable yet. */
export const MAX_BROKER_UNACKNOWLEDGED = 512;

/** After this the broker forgets how far an absent node had read. It then reads again from the start, and drops what it has. */
export const BROKER_CONSUMER_MS = 3_600_000;

/** Between two attempts to reach the broker, and to apply what could not be applied yet. */
export const BROKER_RETRY_MS = 250;

/** A message that a node has not acknowledged by then is brought again; a silent broker is asked again after the same. */
export const BROKER_ACKNOWLEDGE_MS = 2_000;
