/**
 * Finds the command, runs it, and turns whatever goes wrong into a line and an exit code.
 *
 * Guarantee: nothing is thrown but what is a bug of ours. 0: done; 1: findings; 2: nothing could be read, or bad usage.
 */
import { parseArguments } from './arguments.js';
import { checkCommand } from './check-command.js';
import type { Command, ExitCode } from './command.js';
import { correctCommand } from './correct-command.js';
import { coverageCommand } from './coverage-command.js';
import { diagramCommand } from './diagram-command.js';
import { exportCommand } from './export-command.js';
import { commandHelp, HELP_OPTION, programHelp } from './help.js';
import { orderCommand } from './order-command.js';
import { NothingReadError } from './read-spans.js';
import { SOURCE_OPTIONS } from './source-options.js';
import { Output, type Streams } from './streams.js';
import { UsageError } from './usage-error.js';

export const COMMANDS: readonly Command[] = [
  orderCommand,
  checkCommand,
  coverageCommand,
  correctCommand,
  diagramCommand,
  exportCommand,
];

export async function runProgram(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const out = new Output(streams.stdout, streams.env);
  const err = new Output(streams.stderr, streams.env);
  try {
    const [name, ...rest] = args;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      await (name === undefined ? err : out).lines(programHelp(COMMANDS));
      return name === undefined ? 2 : 0;
    }
    const command = COMMANDS.find((one) => one.name === name);
    if (command === undefined) {
      throw new UsageError(
        `there is no command ${JSON.stringify(name.slice(0, 60))}; there are ${COMMANDS.map((one) => one.name).join(', ')}`,
      );
    }
    const parsed = parseArguments(name, rest, [...command.options, ...SOURCE_OPTIONS, HELP_OPTION]);
    if (parsed.isSet('help')) {
      await out.lines(commandHelp(command));
      return 0;
    }
    return await command.run(parsed, { out, err, streams });
  } catch (error) {
    if (error instanceof UsageError) {
      err.line(`${err.paint('red', 'otel-causality:')} ${error.message}`);
      err.line(`See otel-causality ${error.command === undefined ? '' : `${error.command} `}--help`);
      return 2;
    }
    if (error instanceof NothingReadError) {
      err.line(`${err.paint('red', 'otel-causality:')} ${error.message}`);
      return 2;
    }
    throw error;
  }
}
