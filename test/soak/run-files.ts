/**
 * The files of a run: one folder a bucket of traces, so that a checker can read a long run piece by piece; and in it for
 * each incarnation its ledger and its exported spans.
 *
 * Guarantee: a line is with the operating system when `write` returns: a killed process loses none.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** By the last hexadecimal digit of the trace id, which is random in every id generator. */
export const BUCKETS = [...'0123456789abcdef'] as const;

export type LineKind = 'ledger' | 'spans';

export function makeRunFolders(folder: string): void {
  for (const bucket of BUCKETS) mkdirSync(join(folder, bucket), { recursive: true });
}

function pathOf(folder: string, bucket: string, incarnation: string, kind: LineKind): string {
  return join(folder, bucket, `${incarnation}.${kind}.jsonl`);
}

/** Appends lines of one kind of one incarnation. */
export class TraceLines {
  private readonly files = new Map<string, number>();

  constructor(
    private readonly folder: string,
    private readonly incarnation: string,
    private readonly kind: LineKind,
  ) {}

  write(trace: string, line: string): void {
    const bucket = trace.slice(-1);
    let file = this.files.get(bucket);
    if (file === undefined) {
      file = openSync(pathOf(this.folder, bucket, this.incarnation, this.kind), 'a');
      this.files.set(bucket, file);
    }
    const bytes = Buffer.from(`${line}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  }

  close(): void {
    for (const file of this.files.values()) closeSync(file);
    this.files.clear();
  }
}

/**
 * The lines of one kind of one incarnation in one bucket.
 * @param mayBeTorn true for a process that was killed: its last line may lack its end, and then does not count
 */
export function readLines(
  folder: string,
  bucket: string,
  incarnation: string,
  kind: LineKind,
  mayBeTorn: boolean,
): readonly string[] {
  const path = pathOf(folder, bucket, incarnation, kind);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  const last = lines.pop();
  if (last !== '' && !mayBeTorn) throw new Error(`${path} ends in the middle of a line`);
  return lines;
}
