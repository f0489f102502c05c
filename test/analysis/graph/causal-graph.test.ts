import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import type { CausalEvent } from '../../../src/analysis/graph/graph-model.js';
import type { AttributeRecord } from '../../../src/analysis/recorded.js';
import { closureOf } from '../../support/edges-without-cuts.js';
import { History } from '../../support/history.js';
import { type Fleet, play, plans } from '../../support/history-arbitrary.js';

const FLEETS: readonly Fleet[] = ['stamped', 'plain', 'mixed', 'partly read'];

/** The graph's events with the number of the true event. */
function paired(history: History, graph: CausalGraph): [CausalEvent, number][] {
  const told = new Map(history.told.map((span) => [span.id, span]));
  return graph.events.map((event) => [event, told.get(event.span.recorded.spanId)?.events[event.kind] as number]);
}

function nameOf({ span, kind }: CausalEvent): string {
  return `${span.recorded.service}/${span.recorded.name}.${kind}`;
}

describe('a causal graph', () => {
  for (const fleet of FLEETS) {
    it(`never says a wrong before or concurrent of a ${fleet} fleet`, () => {
      fc.assert(
        fc.property(plans(fleet), (plan) => {
          const history = play(plan);
          const graph = CausalGraph.of(history.recorded());
          const pasts = history.closure();
          const events = paired(history, graph);
          for (const [a, trueA] of events) {
            for (const [b, trueB] of events) {
              const relation = graph.relation(a, b);
              const before = pasts[trueB]?.has(trueA) === true;
              const after = pasts[trueA]?.has(trueB) === true;
              const told = `${nameOf(a)} ${relation} ${nameOf(b)}`;
              if (relation === 'before') expect(before, told).to.equal(true);
              if (relation === 'after') expect(after, told).to.equal(true);
              if (relation === 'concurrent') expect(before || after, told).to.equal(false);
            }
          }
        }),
        { numRuns: 400 },
      );
    });

    for (const order of ['process', 'flow'] as const) {
      it(`has past, future and the concurrent rest agree with each relation of a ${fleet} fleet, in ${order} order`, () => {
        fc.assert(
          fc.property(plans(fleet), (plan) => {
            const graph = CausalGraph.of(play(plan).recorded(), { order });
            // Asked of another graph, so that no search of the one helps the other.
            const other = CausalGraph.of(play(plan).recorded(), { order });
            const events = graph.events;
            for (const event of events) {
              const related = (relation: string): string[] =>
                events.filter((one) => graph.relation(one, event) === relation).map(nameOf);
              const same = other.events[events.indexOf(event)] as CausalEvent;
              expect(other.past(same).map(nameOf)).to.have.members(related('before'));
              expect(other.future(same).map(nameOf)).to.have.members(related('after'));
              expect(other.concurrentWith(same).map(nameOf)).to.have.members(related('concurrent'));
            }
          }),
          { numRuns: 60 },
        );
      });

      it(`says before exactly along its edges, and orders by them, for a ${fleet} fleet in ${order} order`, () => {
        fc.assert(
          fc.property(plans(fleet), (plan) => {
            const graph = CausalGraph.of(play(plan).recorded(), { order });
            const position = new Map(graph.order().map((event, i) => [event, i] as const));
            expect(position.size).to.equal(graph.events.length);
            const pasts = closureOf(graph);
            for (const a of graph.events) {
              for (const b of graph.events) {
                const isPast = pasts.get(b)?.has(a) === true;
                expect(graph.relation(a, b) === 'before', `${nameOf(a)} before ${nameOf(b)}`).to.equal(isPast);
                if (isPast) expect(position.get(a)).to.be.lessThan(position.get(b) as number);
              }
            }
          }),
          { numRuns: 150 },
        );
      });
    }
  }

  it('knows the order of all events where everything is stamped', () => {
    fc.assert(
      fc.property(plans('stamped'), (plan) => {
        const history = play(plan);
        const graph = CausalGraph.of(history.recorded());
        fc.pre(history.told.every(({ attributes }) => attributes['causality.incomplete'] === undefined));
        const pasts = history.closure();
        const events = paired(history, graph).filter(([event]) => event.kind !== 'reply');
        for (const [a, trueA] of events) {
          for (const [b, trueB] of events) {
            const truth = pasts[trueB]?.has(trueA)
              ? 'before'
              : pasts[trueA]?.has(trueB)
                ? 'after'
                : a === b
                  ? 'equal'
                  : 'concurrent';
            expect(graph.relation(a, b), `${nameOf(a)} and ${nameOf(b)}`).to.equal(truth);
          }
        }
      }),
    );
  });

  it('counts two branches of one process as concurrent in flow order only', () => {
    const history = new History();
    const shop = history.process('shop-1');
    const root = history.start(shop, 'root');
    for (const name of ['first', 'second']) {
      const branch = history.start(shop, name, { parent: root });
      history.passMs(2);
      history.end(branch);
    }
    history.end(root);
    const relationIn = (order: 'process' | 'flow'): string => {
      const graph = CausalGraph.of(history.recorded(), { order });
      const [, first, second] = graph.spans;
      return first === undefined || second === undefined ? '' : graph.spanRelation(first, second);
    };
    expect(relationIn('process')).to.equal('before');
    expect(relationIn('flow')).to.equal('concurrent');
  });

  it('follows a link into another trace to its end, or to its start where that is known', () => {
    const history = new History();
    const [shop, mail] = [history.process('shop-1'), history.process('mail-1')];
    const send = history.start(shop, 'send', { kind: 'producer' });
    history.end(send);
    const receive = history.start(mail, 'receive', { kind: 'consumer', trace: 2, links: [send] });
    history.end(receive);
    const graph = CausalGraph.of(history.recorded());
    const [sent, received] = graph.spans as [(typeof graph.spans)[0], (typeof graph.spans)[0]];
    expect(graph.relation(sent.start, received.end)).to.equal('before');
    expect(graph.relation(sent.start, received.start)).to.equal('unknown');
    const early = CausalGraph.of(history.recorded(), { links: 'start' });
    expect(early.relation(early.spans[0]!.start, early.spans[1]!.start)).to.equal('before');
  });

  it('takes concurrent for known where all that was hidden is a call out of the fleet', () => {
    const history = new History();
    const [shop, mail, bank] = [
      history.process('shop-1'),
      history.process('mail-1'),
      history.process('bank-1', { stamped: false, recorded: false }),
    ];
    const root = history.start(shop, 'root', { kind: 'server' });
    const pay = history.start(shop, 'pay', { parent: root, kind: 'client' });
    history.reply(history.start(bank, 'outside', { parent: pay, kind: 'server' }));
    history.end(pay);
    const call = history.start(shop, 'call', { parent: root, kind: 'client' });
    const serve = history.start(mail, 'serve', { parent: call, kind: 'server' });
    const local = history.start(shop, 'local', { parent: root });
    history.end(local);
    history.reply(serve);
    history.end(serve);
    history.end(call);
    history.end(root);
    const outside = history.told.find(({ name }) => name === 'outside');
    if (outside !== undefined) history.end(outside);
    const [bankAddress, mailAddress] = [
      { 'server.address': '10.0.0.9', 'server.port': 443 },
      { 'server.address': '10.0.0.2', 'server.port': 443 },
    ];
    const addressed = history.recorded().map((span) => {
      return { ...span, attributes: { ...span.attributes, ...(span.name === 'pay' && bankAddress) } };
    });
    const graph = CausalGraph.of(addressed);
    const named = (name: string) => graph.spans.find(({ recorded }) => recorded.name === name)!;
    expect(named('local').start.stamp?.incomplete).to.equal(true);
    expect(graph.relation(named('local').start, named('serve').start)).to.equal('concurrent');
    // Without the span that explains what is hidden, nobody knows.
    const blind = CausalGraph.of(addressed.filter(({ name }) => name !== 'pay'));
    const [local2, serve2] = ['local', 'serve'].map((n) => blind.spans.find(({ recorded }) => recorded.name === n)!);
    expect(blind.relation(local2!.start, serve2!.start)).to.equal('unknown');
    // Where the call went to somebody recorded, whose hop was not sampled, it may tell of all that happened there.
    const calling = (addresses: Readonly<Record<string, AttributeRecord>>): string => {
      const spans = history.recorded().map((span) => {
        return { ...span, attributes: { ...span.attributes, ...addresses[span.name] } };
      });
      const known = CausalGraph.of(spans);
      const [a, b] = ['local', 'serve'].map((n) => known.spans.find(({ recorded }) => recorded.name === n)!.start);
      return known.relation(a!, b!);
    };
    expect(calling({ call: mailAddress, serve: mailAddress }), 'a call that names no address').to.equal('unknown');
    expect(calling({ pay: bankAddress, call: mailAddress, serve: mailAddress })).to.equal('concurrent');
    expect(calling({ pay: mailAddress, call: mailAddress })).to.equal('unknown');
    expect(calling({ pay: mailAddress, serve: mailAddress })).to.equal('unknown');
    const before = (side: 'peer' | 'host') => ({ [`net.${side}.name`]: '10.0.0.2', [`net.${side}.port`]: 443 });
    expect(calling({ pay: before('peer'), serve: before('host') })).to.equal('unknown');
    expect(calling({ pay: { ...mailAddress, 'server.port': 80 }, call: mailAddress })).to.equal('concurrent');
  });

  it('reads a span that was sent twice once, and bears parents in a circle', () => {
    const history = new History();
    const a = history.process('a-1');
    const x = history.start(a, 'x');
    const y = history.start(a, 'y', { parent: x });
    history.end(y);
    history.end(x);
    const [first, second] = history.recorded() as [never, never];
    expect(CausalGraph.of([first, second, first]).spans).to.have.length(2);
    const circle = [{ ...(first as object), parentSpanId: y.id } as never, second];
    expect(CausalGraph.of(circle).order()).to.have.length(4);
  });
});
