/**
 * One parsed document of any format: which one it is, is seen from what is inside.
 *
 * Guarantee: every list that holds spans is read, wherever the formats put it; what is no trace is a problem that says
 * what it looks like instead. Nothing throws.
 * Hazard: an empty object is what JSON's protobuf mapping makes of "no traces", so it is no problem.
 */
import type { RecordedSpan } from '../../recorded.js';
import { isObject, type JsonObject } from './attribute-record.js';
import { isJaegerTrace, readJaegerTrace } from './jaeger.js';
import { readResourceSpans } from './otlp.js';
import { readResourceLogs } from './otlp-logs.js';
import type { ReadProblem } from './problems.js';
import { Reading } from './reading.js';
import { inCamelCase, isSnakeCase } from './spelling.js';
import { ZipkinReader } from './zipkin.js';

/** Lists inside lists: Zipkin's `/api/v2/traces` is a list of traces, and a file may be a list of such answers. */
const DEEPEST_LIST = 3;

export class DocumentReader {
  private readonly zipkin = new ZipkinReader();

  constructor(private readonly reading: Reading) {}

  /** Stages what the document holds. */
  read(document: unknown): void {
    this.readAny(document, '', 0);
  }

  private readAny(value: unknown, place: string, depth: number): void {
    if (Array.isArray(value)) {
      if (depth >= DEEPEST_LIST) return this.reading.problem(`${place}: a list too deep inside lists`);
      this.reading.recognised ||= value.length === 0;
      for (const [i, element] of (value as readonly unknown[]).entries()) {
        this.readAny(element, `${place}[${i}]`, depth + 1);
      }
      return undefined;
    }
    if (!isObject(value)) return this.reading.problem(`${placed(place)}no trace, but ${describe(value)}`);
    if (!this.readObject(value, place)) {
      this.reading.problem(`${placed(place)}no trace format that is known here, but ${describe(value)}`);
    } else this.reading.recognised = true;
    return undefined;
  }

  private readObject(value: JsonObject, place: string): boolean {
    if (isSnakeCase(value)) return this.readObject(inCamelCase(value), place);
    if (ZipkinReader.accepts(value)) {
      this.zipkin.read(value, place === '' ? 'span' : place, this.reading);
      return true;
    }
    if (isJaegerTrace(value)) {
      readJaegerTrace(value, this.reading);
      return true;
    }
    let known = Object.keys(value).length === 0;
    for (const key of ['resourceSpans', 'batches']) {
      if (!(key in value)) continue;
      readResourceSpans(value[key], this.reading);
      known = true;
    }
    // Jaeger's and Tempo's newer interfaces put an envelope around them.
    for (const key of ['result', 'trace']) {
      const spelled = value[key];
      const inner = isObject(spelled) && isSnakeCase(spelled) ? inCamelCase(spelled) : spelled;
      if (!isObject(inner) || !('resourceSpans' in inner || 'batches' in inner || Object.keys(inner).length === 0)) {
        continue;
      }
      readResourceSpans(inner['resourceSpans'] ?? inner['batches'], this.reading);
      known = true;
    }
    if (Array.isArray(value['data'])) {
      for (const trace of value['data'] as readonly unknown[]) readJaegerTrace(trace, this.reading);
      known = true;
    }
    return this.readRefusal(value) || known;
  }

  /** What a backend answers instead of traces, and telemetry that is no trace. */
  private readRefusal(value: JsonObject): boolean {
    const said = refusalIn(value);
    if (said !== undefined) {
      this.reading.problem(`the backend says: ${said}`);
      return true;
    }
    const hasLogs = 'resourceLogs' in value;
    if (hasLogs && this.reading.takesLogs) readResourceLogs(value['resourceLogs'], this.reading);
    else if (hasLogs) this.reading.remark('there are logs in it, which are passed over');
    if (!('resourceMetrics' in value)) return hasLogs;
    this.reading.remark('there are metrics in it, which are passed over');
    return true;
  }
}

/** A backend's words about what went wrong, where this is what a document holds. */
export function refusalIn(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const { error, errors, message } = value;
  if (isObject(error) && typeof error['message'] === 'string') return error['message'];
  if (typeof error === 'string') return error;
  if (Array.isArray(errors)) {
    const [first] = errors as readonly unknown[];
    if (isObject(first) && typeof first['msg'] === 'string') return first['msg'];
  }
  return typeof message === 'string' && message !== '' ? message : undefined;
}

function placed(place: string): string {
  return place === '' ? '' : `${place}: `;
}

function describe(value: unknown): string {
  if (!isObject(value)) return value === null ? 'null' : `a ${typeof value}`;
  const keys = Object.keys(value);
  const shown = keys.slice(0, 4).map((key) => JSON.stringify(key.slice(0, 40)));
  return `an object with ${shown.join(', ')}${keys.length > shown.length ? ', …' : ''}`;
}

/**
 * Reads a document that is already parsed. Integers that its parser rounded stay rounded: hand over texts to
 * {@link readTraces} where nanoseconds were written as numbers.
 *
 * @param source a name for messages
 */
export function readDocument(
  document: unknown,
  source = 'document',
  onProblem?: (problem: ReadProblem) => void,
): RecordedSpan[] {
  const reading = new Reading(source, onProblem);
  new DocumentReader(reading).read(document);
  return [...reading.take(), ...reading.finish()];
}
