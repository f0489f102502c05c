/**
 * The command line as values.
 *
 * Guarantee: what is not understood is refused with a {@link UsageError}; no option is ignored.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/** One option of a command, as its help tells it. */
export interface OptionHelp {
  readonly name: string;
  readonly short?: string;
  /** What its value is called; undefined for a switch. */
  readonly value?: string;
  readonly isRepeated?: boolean;
  readonly says: string;
}

export class Arguments {
  constructor(
    readonly command: string,
    private readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>,
    readonly operands: readonly string[],
  ) {}

  isSet(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  }

  choice<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const found = allowed.find((one) => one === value);
    if (found === undefined) this.refuse(`--${name} is ${quote(value)}; it can be ${allowed.join(', ')}`);
    return found;
  }

  integer(name: string, least: number, most: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      this.refuse(`--${name} is ${quote(value)}; it has to be a whole number from ${least} to ${most}`);
    }
    return number;
  }

  refuse(message: string): never {
    throw new UsageError(message, this.command);
  }
}

export function parseArguments(command: string, args: readonly string[], options: readonly OptionHelp[]): Arguments {
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const { name, short, value, isRepeated } of options) {
    config[name] = {
      type: value === undefined ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short }),
      ...(isRepeated === true ? { multiple: true } : {}),
    };
  }
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      tokens: true,
    });
    const seen = new Set<string>();
    for (const token of tokens) {
      if (token.kind !== 'option') continue;
      if (seen.has(token.name) && config[token.name]?.multiple !== true) {
        throw new UsageError(`--${token.name} is there twice; once is enough`, command);
      }
      seen.add(token.name);
    }
    return new Arguments(command, values, positionals);
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    throw new UsageError(wordsOf(error, options), command);
  }
}

/** Node's messages advise a `--` that nobody wants here; a slip of the finger is more likely. */
function wordsOf(error: TypeError, options: readonly OptionHelp[]): string {
  const option = /Unknown option '(-[^']*)'/.exec(error.message)?.[1];
  if (option === undefined) return error.message.split('. ')[0] ?? error.message;
  const near = options.find(({ name }) => name.startsWith(option.replace(/^-+/, '').slice(0, 3)));
  return `there is no option ${option}${near === undefined ? '' : `; did you mean --${near.name}?`}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
