/** The ledger of this process, as lines in the run's folder. */
import type { LedgerEntry, LedgerSink, MessageName } from '../ledger.js';
import { TraceLines } from '../run-files.js';

export class LedgerFile implements LedgerSink {
  private readonly lines: TraceLines;
  private messages = 0;

  constructor(
    folder: string,
    private readonly incarnation: string,
  ) {
    this.lines = new TraceLines(folder, incarnation, 'ledger');
  }

  note(entry: LedgerEntry): void {
    this.lines.write(entry.trace, JSON.stringify(entry));
  }

  /** A name that no other message of the run has. */
  nameMessage(trace: string): MessageName {
    return `${trace}/${this.incarnation}/${++this.messages}`;
  }
}
