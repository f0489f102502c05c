/**
 * A result that goes into a file, or to stdout.
 *
 * Guarantee: whatever the file system says is a {@link UsageError} that names the file.
 * Hazard: the file is emptied before the first line is made: what may be refused is refused before this is called.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf } from '../analysis/readers/formats/problems.js';
import { oneLine } from '../analysis/one-line.js';
import type { OptionHelp } from './arguments.js';
import { chunksOf, type Output } from './streams.js';
import { UsageError } from './usage-error.js';

export const OUTPUT_OPTION: OptionHelp = {
  name: 'output',
  short: 'o',
  value: 'FILE',
  says: 'write the result there instead of to stdout',
};

/** @param path undefined or `-` for stdout */
export async function writeResult(path: string | undefined, lines: Iterable<string>, out: Output): Promise<void> {
  if (path === undefined || path === '-') return out.lines(lines);
  let file: FileHandle;
  try {
    file = await open(path, 'w');
  } catch (error) {
    throw new UsageError(`${oneLine(path)} cannot be written: ${reasonOf(error)}`);
  }
  try {
    for (const chunk of chunksOf(lines)) await file.write(chunk);
  } catch (error) {
    throw new UsageError(`${oneLine(path)} cannot be written: ${reasonOf(error)}`);
  } finally {
    await file.close();
  }
}
