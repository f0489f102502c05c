import { Writable } from 'node:stream';
import { expect } from 'chai';
import { Progress } from '../../src/cli/progress.js';
import { Output } from '../../src/cli/streams.js';

const CLEAR = '\r\u001b[2K';

/** A terminal, or a pipe, that keeps what is written; and a clock that stands still until it is told. */
function progressOn({ isTTY = true, columns = 60, env = {} as Record<string, string> } = {}) {
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  const clock = { ms: 1000 };
  const output = new Output(Object.assign(stream, { isTTY, columns }), { NO_COLOR: '1', ...env });
  return { progress: new Progress(output, () => clock.ms), written, clock };
}

describe('progress of a long read', () => {
  it('says nothing of a short one', () => {
    const { progress, written, clock } = progressOn();
    progress.read('a.jsonl', 1e6, 10e6);
    clock.ms += 499;
    progress.read('a.jsonl', 9e6, 10e6);
    progress.clear();
    expect(written).to.deep.equal([]);
  });

  it('is one line that moves, five times a second at most, and goes away', () => {
    const { progress, written, clock } = progressOn();
    clock.ms += 500;
    progress.read('a.jsonl', 25e6, 100e6);
    clock.ms += 199;
    progress.read('a.jsonl', 26e6, 100e6);
    clock.ms += 1;
    progress.read('a.jsonl', 50.4e6, 100e6);
    progress.clear();
    expect(written).to.deep.equal([
      `${CLEAR}Reading a.jsonl: 25 MB (25 %)`,
      `${CLEAR}Reading a.jsonl: 50 MB (50 %)`,
      CLEAR,
    ]);
    progress.clear();
    expect(written).to.have.length(3);
  });

  it('counts only what it can where nobody knows the end, and stays on its line', () => {
    const { progress, written, clock } = progressOn({ columns: 24 });
    clock.ms += 500;
    progress.read('-', 7e6, undefined);
    clock.ms += 200;
    progress.read('-', 7e6, 0);
    clock.ms += 200;
    progress.read('a-name-that-is-too-long-for-it.jsonl', 7e6, 14e6);
    expect(written.map((text) => text.replace(CLEAR, ''))).to.deep.equal([
      'Reading -: 7 MB',
      'Reading -: 7 MB',
      'Reading a-name-that-is-',
    ]);
  });

  it('is for terminals alone', () => {
    const { progress, written, clock } = progressOn({ isTTY: false });
    clock.ms += 10_000;
    progress.read('a.jsonl', 25e6, 100e6);
    progress.clear();
    expect(written).to.deep.equal([]);
  });
});
