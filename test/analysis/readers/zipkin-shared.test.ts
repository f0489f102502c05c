import { expect } from 'chai';
import * as fc from 'fast-check';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { readDocument } from '../../../src/analysis/readers/document.js';

interface ZipkinSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly kind?: string;
  readonly shared?: boolean;
  readonly name: string;
  readonly service: string;
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

  it('get an id that depends on nothing but trace, id and service', () => {
    const id = (...spans: readonly ZipkinSpan[]): string | undefined => read(...spans).get('serve')?.spanId;
    expect(id(client, server)).to.equal(id(work, { ...server, name: 'x' }, client, server));
    expect(id(client, server)).not.to.equal(id(client, { ...server, service: 'store' }));
    // Files that were written on different days must still agree.
    expect(id(client, server)).to.equal('65f9f642097ca35a');
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
});
