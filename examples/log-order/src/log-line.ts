/** One log record as the collector got it: OTLP JSON, with the stamp that otel-causality put into its attributes. */
import { type LogStamp, readLogStamp } from 'otel-causality/logs';

export interface LogLine {
  readonly service: string;
  /** What the service's own clock said, in milliseconds. */
  readonly wallMillis: number;
  readonly text: string;
  readonly checkout: string;
  /** Undefined where the record has none: nobody then knows when it was written. */
  readonly stamp: LogStamp | undefined;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly boolValue?: boolean;
}

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** The parts of OTLP's `ExportLogsServiceRequest` that are read here. */
export interface OtlpLogs {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly timeUnixNano: string;
        readonly traceId?: string;
        readonly body?: Value;
        readonly attributes?: readonly Attribute[];
      }[];
    }[];
  }[];
}

export function readLines(logs: OtlpLogs): LogLine[] {
  return logs.resourceLogs.flatMap(({ resource, scopeLogs }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ timeUnixNano, traceId, body, attributes = [] }) => {
        const values = valuesOf(attributes);
        return {
          service,
          wallMillis: Number(BigInt(timeUnixNano) / 1_000_000n),
          text: body?.stringValue ?? '',
          checkout: String(values['checkout']),
          stamp: readLogStamp(traceId, values),
        };
      }),
    );
  });
}

function valuesOf(attributes: readonly Attribute[]): Record<string, string | number | boolean | undefined> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue]),
  );
}
