/** Log records written in spans that are under way, from the call to the batch processor: what every log pays. */
import { type Context, trace } from '@opentelemetry/api';
import { type Logger, SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  LoggerProvider,
  type LogRecordExporter,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';
import { CausalityLogRecordProcessor } from '../../src/logs/log-record-processor.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import type { AttributeMode } from '../../src/otel/clock-options.js';
import { type Experiment, expect, type Operation } from '../measure.js';
import { Messages } from '../messages.js';
import { Service } from '../service.js';

/** As many as the batch processor exports at once, so that none is ever dropped. */
const LOGS = 512;
/** Spans that are under way at a time, each in a trace of its own. */
const SPANS = 32;

class CountingExporter implements LogRecordExporter {
  count = 0;
  last: ReadableLogRecord | undefined;

  export(records: ReadableLogRecord[], done: (result: { code: number }) => void): void {
    this.count += records.length;
    this.last = records.at(-1);
    done({ code: 0 });
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Logs with a text and three attributes, in spans whose vector has `entries` entries. */
function writtenLogs(stamps: AttributeMode | undefined, entries: number): Operation {
  // Spans are stamped in any case: what a log costs is beside that.
  const clock = new CausalClock({ attributes: stamps ?? 'standard' });
  const service = new Service({ clock });
  const messages = new Messages({ entries: entries - 1, carrier: 'baggage' });
  const exporter = new CountingExporter();
  const batches = new BatchLogRecordProcessor({ exporter });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'orders' }),
    processors: stamps === undefined ? [batches] : [new CausalityLogRecordProcessor({ clock }), batches],
  });
  const logger: Logger = provider.getLogger('bench');
  let contexts: Context[] = [];
  return {
    size: LOGS,
    prepare() {
      contexts = messages.batch(SPANS).map((message) => service.receive(message));
      exporter.count = 0;
    },
    run() {
      for (let i = 0; i < LOGS; i++) {
        logger.emit({
          severityNumber: SeverityNumber.INFO,
          severityText: 'INFO',
          body: 'order stored',
          attributes: { 'order.id': i, 'order.state': 'stored', 'db.system.name': 'postgresql' },
          context: contexts[i % SPANS] as Context,
        });
      }
      return undefined;
    },
    async check() {
      await provider.forceFlush();
      expect(exporter.count === LOGS, `${LOGS} logs exported, not ${exporter.count}`);
      checkAttributes(exporter.last, stamps, entries);
      for (const context of contexts) trace.getSpan(context)?.end();
      await service.flush();
    },
  };
}

function checkAttributes(log: ReadableLogRecord | undefined, stamps: AttributeMode | undefined, entries: number): void {
  const attributes = log?.attributes ?? {};
  const names = Object.keys(attributes).filter((name) => name.startsWith('causality.'));
  const expected = { none: 0, lean: 4, standard: 5, full: 6 }[stamps ?? 'none'];
  expect(names.length === expected, `${expected} attributes of ours, not ${names.join(' ')}`);
  if (stamps === undefined || stamps === 'lean') return;
  const vector = attributes['causality.vector'] as string;
  expect(vector.split(',').length === entries, `${entries} entries in ${vector}`);
}

export function logs(entries: number, atMost?: number): Experiment {
  const row = (mode: AttributeMode, limit?: number) => ({
    what: `log record, ${mode} stamps, vector of ${entries}`,
    against: 'the same without stamps',
    ratio: (nanos: Readonly<Record<string, number>>) => (nanos[mode] as number) / (nanos['none'] as number),
    ...(limit === undefined ? {} : { atMost: limit }),
  });
  return {
    title: `Log records in a trace with a vector of ${entries}`,
    operations: {
      none: writtenLogs(undefined, entries),
      standard: writtenLogs('standard', entries),
      lean: writtenLogs('lean', entries),
      full: writtenLogs('full', entries),
    },
    rows: [row('standard', atMost), row('lean'), row('full')],
  };
}
