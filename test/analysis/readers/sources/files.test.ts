import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ReadTracesError } from '../../../../src/analysis/readers/formats/problems.js';
import { readTraces } from '../../../../src/analysis/readers/read-traces.js';
import { OTLP } from '../formats/one-trace.js';
import { readAll } from '../reading-all.js';

const line = `${JSON.stringify(OTLP)}\n`;

describe('files and streams', () => {
  let folder = '';
  const file = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-readers-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('reads a file, whatever its name, and tells how far it is', async () => {
    const path = file('export.bin', line.repeat(2000));
    const progress: [number, number | undefined][] = [];
    const { spans, error } = await readAll(path, { onProgress: (read, total) => progress.push([read, total]) });
    expect(error).to.equal(undefined);
    expect(spans).to.have.length(6000);
    expect(spans[5999]?.origin).to.deep.equal({ source: path, line: 2000 });
    expect(progress.length).to.be.above(1);
    expect(progress.at(-1)).to.deep.equal([line.length * 2000, line.length * 2000]);
  });

  it('unpacks gzip, also of several members and in small pieces', async () => {
    const packed = Buffer.concat([gzipSync(line), gzipSync(line)]);
    const { spans, error } = await readAll(file('packed.json', packed));
    expect(error).to.equal(undefined);
    expect(spans).to.have.length(6);
    const bytes = Array.from(packed, (byte) => Uint8Array.of(byte));
    expect((await readAll(bytes)).spans).to.have.length(6);
  });

  it('keeps what came before gzip breaks off', async () => {
    const packed = gzipSync(line.repeat(3000));
    const { spans, said } = await readAll([packed.subarray(0, packed.length - 20)]);
    expect(spans.length).to.be.above(3000);
    expect(said.join('\n')).to.match(/cannot be unpacked: unexpected end of file/);
  });

  it('reads streams of text and of bytes', async () => {
    const sources = [
      [line],
      Readable.from([line.slice(0, 50), line.slice(50)]),
      Readable.from([Buffer.from(line)]),
      [new Uint8Array(Buffer.from(line))],
    ];
    for (const source of sources) expect((await readAll(source)).spans).to.have.length(3);
  });

  it('keeps characters whole that two chunks share', async () => {
    const name = 'Bestellung prüfen 📦';
    const bytes = Buffer.from(line.replace('GET /orders', name));
    const { spans } = await readAll(Array.from(bytes, (byte) => Buffer.of(byte)));
    expect(spans[0]?.name).to.equal(name);
  });

  it('keeps its own bytes: a stream may use its buffer again', async () => {
    const buffer = Buffer.alloc(64);
    function* again(): Generator<Buffer> {
      const all = Buffer.from(line + line);
      for (let at = 0; at < all.length; at += 64) yield buffer.subarray(0, all.copy(buffer, 0, at, at + 64));
    }
    expect((await readAll(again())).spans).to.have.length(6);
  });

  it('reads standard input as -', () => {
    const url = new URL('../../../../src/analysis/index.js', import.meta.url);
    const program = `import { readTraces } from ${JSON.stringify(url.href)};
      for await (const span of readTraces('-')) console.log(span.origin.source, span.name);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { input: line });
    expect(stdout.toString()).to.equal('- GET /orders\n- GET /orders\n- process\n');
  });

  it('says what is wrong with a file', async () => {
    const wrong: readonly [path: string, message: string][] = [
      [join(folder, 'none.json'), 'there is no such file'],
      [folder, 'is a folder: name the files in it'],
      [file('empty.json', ''), 'there is nothing in it'],
      [
        file('photo.png', Buffer.from([0x89, 0x50, 0x4e, 0x47])),
        'line 1: neither a JSON object nor a list begins here',
      ],
    ];
    for (const [path, reason] of wrong) {
      const { error } = await readAll(path);
      expect(error).to.be.instanceOf(ReadTracesError).with.property('message', `${path}: ${reason}`);
    }
  });

  it('keeps what came before a stream failed', async () => {
    function* failing(): Generator<string> {
      yield line;
      throw new Error('connection lost');
    }
    const { spans, said, error } = await readAll(failing());
    expect(error).to.equal(undefined);
    expect(spans).to.have.length(3);
    expect(said).to.deep.equal(['undefined: breaks off: connection lost']);
    function* packed(): Generator<Buffer> {
      yield gzipSync(line);
      throw new Error('connection lost');
    }
    expect((await readAll(packed())).said).to.deep.equal(['undefined: breaks off: connection lost']);
  });

  it('closes the source when the reader has had enough', async () => {
    for (const piece of [line, gzipSync(line)]) {
      let closed = false;
      async function* endless(): AsyncGenerator<string | Buffer> {
        try {
          for (;;) yield await Promise.resolve(piece);
        } finally {
          closed = true;
        }
      }
      for await (const span of readTraces(endless())) {
        expect(span.name).to.equal('GET /orders');
        break;
      }
      // A pipeline closes its ends one after the other.
      await new Promise((resolve) => setImmediate(resolve));
      expect(closed).to.equal(true);
    }
  });

  it('needs room for one element of a value that is 60 MB long', async () => {
    let spans = 0;
    const element = JSON.stringify(OTLP.resourceSpans[0]);
    function* large(): Generator<string> {
      yield `{"resourceSpans":[${element}`;
      for (let i = 0; i < 100; i++) yield `,${element}`.repeat(1000);
      yield ']}';
    }
    for await (const _ of readTraces(large(), { limits: { valueBytes: 10_000 } })) spans += 1;
    expect(spans).to.equal(100_001);
  });
});
