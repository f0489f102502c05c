/** `otel-causality correct`: the same spans with times that no cause contradicts, ready to send to a backend. */
import { correctTimestamps } from '../analysis/correction/correct-timestamps.js';
import { correctionText } from '../analysis/reports/correction-text.js';
import { correctionData } from '../analysis/reports/correction-data.js';
import { writeOtlpJson } from '../analysis/exports/write-otlp-json.js';
import { type Command, FORMAT_OPTION, FORMATS } from './command.js';
import { readSpans } from './read-spans.js';
import { OUTPUT_OPTION, writeResult } from './result-file.js';
import { wantedOf } from './source-options.js';

export const correctCommand: Command = {
  name: 'correct',
  says: 'shift lying clocks so that no effect lies before its cause; writes OTLP JSON',
  options: [{ ...FORMAT_OPTION, says: 'of the report; the spans are always OTLP JSON lines' }, OUTPUT_OPTION],
  notes: [
    'Every node gets one offset, the least that its causes and effects force; durations are kept, and nothing moves that ' +
      'nothing forces to. The spans go to stdout and the report to stderr; with --output the report goes to stdout.',
    'Corrected times are possible ones, not true ones: what is off by less than messages take is not found.',
  ],
  examples: [
    'otel-causality correct traces.jsonl --output corrected.jsonl',
    'otel-causality correct traces.jsonl | while read -r line; do curl -sH \'content-type: application/json\' -d "$line" localhost:4318/v1/traces; done',
  ],
  async run(args, { out, err }) {
    const format = args.choice('format', FORMATS, 'text');
    const path = args.text('output');
    const { spans, report } = correctTimestamps(await readSpans(wantedOf(args), err));
    await writeResult(path, writeOtlpJson(spans), out);
    const told = path === undefined || path === '-' ? err : out;
    if (format === 'json') await told.json(correctionData(report));
    else await told.lines(correctionText(report, told.columns, told.paint));
    return 0;
  },
};
