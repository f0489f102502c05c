/** Formats that other systems speak: like-a-clockwork's transports and Microsoft's correlation vector. */
export * as binary from './binary-transport.js';
export * as json from './json-transport.js';
export * as text from './text-transport.js';
export { TracedEvent, type TracedEventFields, type EventIdSource } from './traced-event.js';
export { ClockworkPropagator, type ClockworkPropagatorOptions } from './clockwork-propagator.js';
export {
  CorrelationVectorPropagator,
  type CorrelationVectorPropagatorOptions,
} from './correlation-vector-propagator.js';
export {
  CorrelationVectorSpanProcessor,
  type CorrelatedSpan,
  type CorrelationVectorSpanProcessorOptions,
} from './correlation-vector-span-processor.js';
