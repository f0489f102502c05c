import { expect } from 'chai';
import * as fc from 'fast-check';
import type { RecordedSpan } from '../../../../src/analysis/recorded.js';
import { readDocument } from '../../../../src/analysis/readers/formats/document.js';

interface ZipkinSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly kind?: string;
  readonly shared?: boolean;
  readonly name: string;
  readonly service: string;
  readonly timestamp?: number;
}

const TRACE = '00000000000000aa00000000000000aa';

function read(...spans: readonly ZipkinSpan[]): Map<string, RecordedSpan> {
  const document = spans.map(({ service, ...span }) => ({
    traceId: TRACE,
    timestamp: 1,
    ...span,
    localEndpoint: { serviceName: service },
  }));
  return new Map(readDocument(document).map((span) => [span.name, span]));
}

const client: ZipkinSpan = { name: 'call', id: '000000000000000b', parentId: 'a', kind: 'CLIENT', service: 'web' };
const server: ZipkinSpan = { ...client, name: 'serve', kind: 'SERVER', service: 'shop', shared: true };
const work: ZipkinSpan = { name: 'work', id: 'c', parentId: 'b', service: 'shop' };

describe('shared spans of Zipkin', () => {
  it('become a client and its child, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([client, server, work], { minLength: 3 }), (spans) => {
        const found = read(...spans);
        expect(found.get('call')).to.include({ spanId: '000000000000000b', parentSpanId: '000000000000000a' });
        expect(found.get('serve')).to.include({ parentSpanId: '000000000000000b', kind: 'server' });
        expect(found.get('serve')?.spanId)
          .to.match(/^[0-9a-f]{16}$/)
          .and.not.equal('000000000000000b');
        expect(found.get('work')?.parentSpanId).to.equal(found.get('serve')?.spanId);
      }),
    );
  });

  it('get an id that depends on nothing but trace, id, service and start', () => {
    const id = (...spans: readonly ZipkinSpan[]): string | undefined => read(...spans).get('serve')?.spanId;
    expect(id(client, server)).to.equal(id(work, { ...server, name: 'x' }, client, server));
    expect(id(client, server)).not.to.equal(id(client, { ...server, service: 'store' }));
    expect(id(client, server)).not.to.equal(id(client, { ...server, timestamp: 2 }));
    // Files that were written on different days must still agree.
    expect(id(client, server)).to.equal('8d058ffa881a3131');
  });

  it('are told apart without the word shared as well', () => {
    const { shared: _, ...quiet } = server;
    expect(read(client, quiet).get('serve')?.parentSpanId).to.equal('000000000000000b');
  });

  it('leave with the client what another service made under their id', () => {
    const found = read(client, server, { ...work, service: 'elsewhere' });
    expect(found.get('work')?.parentSpanId).to.equal('000000000000000b');
  });

  it('keep their one id where the client was not read', () => {
    const found = read(server, work);
    expect(found.get('serve')).to.include({ spanId: '000000000000000b', parentSpanId: '000000000000000a' });
    expect(found.get('work')?.parentSpanId).to.equal('000000000000000b');
  });

  it('are kept apart by trace', () => {
    const other = { traceId: 'ff', timestamp: 1, id: 'b', kind: 'SERVER', shared: true, name: 'other' };
    const spans = readDocument([{ ...other, traceId: 'ee', kind: 'CLIENT', shared: false }, other]);
    expect(spans.map(({ spanId }) => spanId)).to.deep.equal(['000000000000000b', '000000000000000b']);
  });

  it('may be two servers of one client, when it tried twice', () => {
    const again = { ...server, name: 'again', service: 'shop-2' };
    const found = read(client, server, again, { ...work, service: 'shop-2' });
    expect(found.get('again')?.spanId).not.to.equal(found.get('serve')?.spanId);
    expect(found.get('work')?.parentSpanId).to.equal(found.get('again')?.spanId);
  });

  it('claim no child that may be another one’s: a second server’s of the same service', () => {
    const again = { ...server, name: 'again', timestamp: 7 };
    const found = read(client, server, again, work);
    expect(found.get('again')?.spanId).not.to.equal(found.get('serve')?.spanId);
    expect(found.get('again')?.parentSpanId).to.equal('000000000000000b');
    expect(found.get('work')?.parentSpanId).to.equal('000000000000000b');
  });

  it('claim no child that may be another one’s: the client’s of the same service', () => {
    const found = read({ ...client, service: 'shop' }, server, work);
    expect(found.get('serve')?.parentSpanId).to.equal('000000000000000b');
    expect(found.get('serve')?.spanId).not.to.equal('000000000000000b');
    expect(found.get('work')?.parentSpanId).to.equal('000000000000000b');
  });

  it('are still one server when it was read twice', () => {
    const spans = readDocument(
      [client, server, server, work].map(({ service, ...span }) => ({
        traceId: TRACE,
        timestamp: 1,
        ...span,
        localEndpoint: { serviceName: service },
      })),
    );
    expect(spans.map(({ spanId }) => spanId)).to.deep.equal([
      client.id,
      spans[1]?.spanId,
      spans[1]?.spanId,
      '000000000000000c',
    ]);
    expect(spans[3]?.parentSpanId).to.equal(spans[1]?.spanId);
  });
});
