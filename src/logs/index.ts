/** Logs that sort causally: the processor that stamps them, and the way to read and compare what it wrote. */
export { compareLogStamps, type LogStamp } from '../clocks/log-stamp.js';
export { readLogStamp } from '../codec/log-stamps.js';
export type { ReadAttributes } from '../codec/span-stamps.js';
export type { AttributeSink } from '../codec/vector-attribute.js';
export type { EmittedLog } from '../otel/logs.js';
export type { Resourced } from '../otel/service-name.js';
export { CausalityLogRecordProcessor, type CausalityLogRecordProcessorOptions } from './log-record-processor.js';
