/** Formats that other systems speak: like-a-clockwork's transports and Microsoft's correlation vector. */
export * as binary from './binary-transport.js';
export * as json from './json-transport.js';
export * as text from './text-transport.js';
export { type EventIdSource, TracedEvent, type TracedEventFields } from './traced-event.js';
