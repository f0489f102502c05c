/** The physical clock is read only where a time is wanted: no message, and few logs, are worth a read. */
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import type { NodeOptions } from '../support/fleet.js';
import { LoggingNode } from '../support/logging-node.js';

/** A node that counts how often its clock is read. */
function counting(options: NodeOptions = {}): { node: LoggingNode; readsOf: (action: () => void) => number } {
  let reads = 0;
  const node = new LoggingNode('node', { ...options, now: () => (reads++, 1_719_835_200_000) });
  const readsOf = (action: () => void): number => {
    const before = reads;
    action();
    return reads - before;
  };
  return { node, readsOf };
}

/** Contexts of spans that are under way and have merged what came for them. */
function underWay(node: LoggingNode): ReturnType<LoggingNode['start']>[] {
  const gateway = new LoggingNode('gateway');
  const root = node.start('root');
  const received = node.extract(gateway.inject(gateway.start('call').context));
  const served = node.start('serve', received, { kind: SpanKind.SERVER });
  return [root, node.start('child', root.context), served, node.start('inner', served.context)];
}

describe('the physical clock is not read', () => {
  it('for what a span under way sends', () => {
    const { node, readsOf } = counting();
    for (const { span, context } of underWay(node)) {
      expect(readsOf(() => node.inject(context))).to.equal(0);
      const elsewhere = trace.setSpan(ROOT_CONTEXT, span);
      expect(
        readsOf(() => node.inject(elsewhere)),
        'in another context',
      ).to.equal(0);
    }
  });

  it('for a log of a stamped span, unless hybrid times are wanted', () => {
    const { node, readsOf } = counting();
    for (const { span, context } of underWay(node)) {
      expect(readsOf(() => node.log('line', context))).to.equal(0);
      const elsewhere = trace.setSpan(ROOT_CONTEXT, span);
      expect(
        readsOf(() => node.log('line', elsewhere)),
        'in another context',
      ).to.equal(0);
    }
    const full = counting({ attributes: 'full' });
    const { context } = full.node.start('root');
    expect(full.readsOf(() => full.node.log('line', context))).to.equal(1);
  });

  it('for unsampled spans of which nothing is known', () => {
    const { node, readsOf } = counting({ sampler: new AlwaysOffSampler() });
    expect(
      readsOf(() => {
        const { span, context } = node.start('unsampled');
        node.inject(context);
        node.log('line', context);
        span.end();
      }),
    ).to.equal(0);
  });
});
