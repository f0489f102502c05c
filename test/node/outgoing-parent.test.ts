import { expect } from 'chai';
import { headerIn, parentSpanIn } from '../../src/node/outgoing-parent.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

describe('the headers of an outgoing request', () => {
  it('are found in a list of names and values, as texts or bytes; the last one is in force', () => {
    const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
    expect(headerIn(['a', '1', 'TraceParent', '2', 'traceparent', '3', 'b', '4'], 'traceparent')).to.equal('3');
    expect(headerIn([bytes('traceparent'), bytes('x')], 'traceparent')).to.equal('x');
    expect(headerIn(['causality', ['x']], 'causality')).to.equal('x');
    expect(headerIn(['causality', ['x', 'y']], 'causality')).to.equal(undefined);
    expect(headerIn(['causality', [['x']]], 'causality')).to.equal(undefined);
    expect(headerIn(['a', 'traceparent'], 'traceparent')).to.equal(undefined);
  });

  it('are found in one text of lines, as undici 5 keeps them', () => {
    const text = 'host: x\r\nTraceparent: \t1 \r\ntraceparent:2\r\nxtraceparent: 3\r\ntraceparent\r\n: 4\r\n';
    expect(headerIn(text, 'traceparent')).to.equal('2');
    expect(headerIn('traceparent:', 'traceparent')).to.equal('');
    expect(headerIn('a: traceparent: 1', 'traceparent')).to.equal(undefined);
    expect(headerIn('', 'traceparent')).to.equal(undefined);
  });

  it('name the span that sent it', () => {
    expect(parentSpanIn(`00-${TRACE_ID}-${SPAN_ID}-01`)).to.equal(SPAN_ID);
    for (const other of [
      '',
      `00-${TRACE_ID}-${SPAN_ID}`,
      `00-${TRACE_ID}+${SPAN_ID}-01`,
      `00-${TRACE_ID}-${SPAN_ID}x01`,
      17,
      undefined,
    ]) {
      expect(parentSpanIn(other)).to.equal(undefined);
    }
  });
});
