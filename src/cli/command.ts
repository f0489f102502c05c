/** What every command is: a name, its help, and what it does. */
import type { Arguments, OptionHelp } from './arguments.js';
import type { Output, Streams } from './streams.js';

/** 0: done, and nothing wrong. 1: findings that count. 2: nothing could be read, or the command line is wrong. */
export type ExitCode = 0 | 1 | 2;

export interface Surroundings {
  readonly out: Output;
  readonly err: Output;
  readonly streams: Streams;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly says: string;
  /** After the name and the sources. */
  readonly options: readonly OptionHelp[];
  /** What else there is to know, as lines. */
  readonly notes: readonly string[];
  readonly examples: readonly string[];
  run(args: Arguments, surroundings: Surroundings): Promise<ExitCode>;
}

export const FORMATS = ['text', 'json'] as const;

export const FORMAT_OPTION: OptionHelp = {
  name: 'format',
  value: 'text|json',
  says: 'for people (default) or for programs',
};

export const GRAPH_OPTION: OptionHelp = {
  name: 'order',
  value: 'process|flow',
  says: 'process (default): what one process did in a trace is ordered; flow: span tree and messages only',
};

export const GRAPH_ORDERS = ['process', 'flow'] as const;
