/** One moving line about a long read, on a terminal and nowhere else. */
import type { Output } from './streams.js';

const FIRST_AFTER_MS = 500;
const EVERY_MS = 200;
const CLEAR_LINE = '\r\u001b[2K';

export class Progress {
  private readonly startedMs: number;
  private shownMs: number;
  private isShown = false;

  constructor(
    private readonly output: Output,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startedMs = now();
    this.shownMs = this.startedMs + FIRST_AFTER_MS - EVERY_MS;
  }

  /** Says how far a source was read, if it is time to say something. */
  read(name: string, bytes: number, totalBytes: number | undefined): void {
    if (!this.output.isTerminal) return;
    const nowMs = this.now();
    if (nowMs - this.shownMs < EVERY_MS) return;
    this.shownMs = nowMs;
    this.isShown = true;
    const share = totalBytes === undefined || totalBytes === 0 ? '' : ` (${Math.floor((100 * bytes) / totalBytes)} %)`;
    const text = `Reading ${name}: ${(bytes / 1e6).toFixed(0)} MB${share}`;
    this.output.raw(CLEAR_LINE + this.output.paint('dim', text.slice(0, this.output.columns - 1)));
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (this.isShown) this.output.raw(CLEAR_LINE);
    this.isShown = false;
  }
}
