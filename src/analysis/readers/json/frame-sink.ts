/** Where the pieces of a stream go, unless they are too much for a parser. */
import { MAX_JSON_DEPTH } from '../../../clocks/limits.js';
import type { ByteCapture } from './byte-capture.js';
import { documentOf } from './long-lists.js';

/** Takes what is cut out, and what is wrong, with the line where it begins. */
export interface FrameSink {
  document(text: string, line: number): void;
  problem(line: number, reason: string): void;
}

/**
 * Hands over what was captured, once it is known to be bearable, and clears it.
 *
 * @param deepest levels of brackets in it
 * @param path keys of the list that it is an element of; undefined where it is no element
 */
export function handOver(
  captured: ByteCapture,
  deepest: number,
  line: number,
  path: readonly string[] | undefined,
  sink: FrameSink,
): void {
  if (captured.isOver) {
    sink.problem(
      line,
      `larger than ${captured.maxBytes} bytes: raise limits.valueBytes, or export fewer spans at once`,
    );
  } else if (deepest > MAX_JSON_DEPTH) {
    sink.problem(line, `nested more than ${MAX_JSON_DEPTH} levels deep`);
  } else {
    const text = captured.take();
    sink.document(path === undefined ? text : documentOf(path, text), line);
  }
  captured.clear();
}
