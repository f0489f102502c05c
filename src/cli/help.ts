/** What `--help` says. */
import type { OptionHelp } from './arguments.js';
import type { Command } from './command.js';
import { SOURCE_OPTIONS } from './source-options.js';

const INDENT = 2;
const OPTION_COLUMN = 26;
const COLUMNS = 100;

export const HELP_OPTION: OptionHelp = { name: 'help', short: 'h', says: 'this text' };

export function* programHelp(commands: readonly Command[]): Generator<string> {
  yield 'Reads recorded traces and says what really happened: what caused what, what raced, where clocks lie.';
  yield '';
  yield 'Usage: otel-causality <command> [options] <file ...>';
  yield '';
  yield 'Commands:';
  for (const { name, says } of commands) yield `  ${name.padEnd(10)} ${says}`;
  yield '';
  yield "It reads OTLP JSON (also the Collector's files, and JSON lines), Jaeger, Tempo and Zipkin v2, gzipped or not,";
  yield 'from files, from standard input (-), or from a live backend. Traces need not carry stamps of otel-causality:';
  yield 'without them order is derived from parents, links and the sequence inside each process.';
  yield '';
  yield 'otel-causality <command> --help tells more, with examples.';
}

export function* commandHelp({ name, says, options, notes, examples }: Command): Generator<string> {
  yield `otel-causality ${name}: ${says}`;
  yield '';
  yield `Usage: otel-causality ${name} [options] <file ...>`;
  yield `       otel-causality ${name} [options] --jaeger URL --service NAME`;
  yield '';
  for (const note of notes) yield* wrapped(note, '', COLUMNS);
  if (notes.length > 0) yield '';
  yield 'Options:';
  for (const option of [...options, HELP_OPTION]) yield* optionHelp(option);
  yield '';
  yield 'What to read: files, - for standard input, or';
  for (const option of SOURCE_OPTIONS) yield* optionHelp(option);
  yield '';
  yield examples.length === 1 ? 'Example:' : 'Examples:';
  for (const example of examples) yield `  ${example}`;
}

function* optionHelp({ name, short, value, says }: OptionHelp): Generator<string> {
  const spelled = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  const indent = ' '.repeat(INDENT + OPTION_COLUMN + 1);
  const [first = '', ...rest] = wrapped(says, indent, COLUMNS);
  yield `${' '.repeat(INDENT)}${spelled.padEnd(OPTION_COLUMN)} ${first.trimStart()}`;
  yield* rest;
}

function* wrapped(text: string, indent: string, columns: number): Generator<string> {
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length > indent.length && line.length + 1 + word.length > columns) {
      yield line;
      line = indent;
    }
    line += line.length === indent.length ? word : ` ${word}`;
  }
  yield line;
}
