/** A node of the fleet that also logs: the real SDK's logger, our processor, and a list of what is exported. */
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Logger } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  type LogRecordLimits,
  type ReadableLogRecord,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { CausalityLogRecordProcessor } from '../../src/logs/log-record-processor.js';
import type { CausalClock } from '../../src/otel/causal-clock.js';
import { type NodeOptions, TestNode } from './fleet.js';

/** What a clock's logs go through. */
export class TestLogs {
  readonly exporter = new InMemoryLogRecordExporter();
  readonly logger: Logger;

  constructor(name: string, clock: CausalClock, logRecordLimits: LogRecordLimits = {}) {
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': name }),
      logRecordLimits,
      processors: [
        new CausalityLogRecordProcessor({ clock }),
        new SimpleLogRecordProcessor({ exporter: this.exporter }),
      ],
    });
    this.logger = provider.getLogger('test');
  }

  /** Writes a log in a context and gives what was exported of it. */
  write(body: string, context: Context = ROOT_CONTEXT): ReadableLogRecord {
    this.logger.emit({ body, context });
    return this.exporter.getFinishedLogRecords().at(-1) as ReadableLogRecord;
  }
}

export class LoggingNode extends TestNode {
  readonly logs: TestLogs;

  constructor(name: string, options: NodeOptions = {}, limits: LogRecordLimits = {}) {
    super(name, options);
    this.logs = new TestLogs(name, this.clock, limits);
  }

  log(body: string, context?: Context): ReadableLogRecord {
    return this.logs.write(body, context);
  }
}
