import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { decodeMember } from '../../src/codec/list-members.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { Counters } from '../../src/otel/counters.js';
import { Domain } from '../../src/otel/domain.js';
import { repositoryRoot } from '../support/repository.js';
import { TraceKey } from '../../src/otel/trace-key.js';

const TEXT = readFileSync(join(repositoryRoot, 'docs', 'wire-format.md'), 'utf8');
const EXAMPLE = TEXT.slice(
  TEXT.indexOf('Worked example'),
  TEXT.indexOf('Test vectors', TEXT.indexOf('Worked example')),
);
const NOW = 0x6a1f0c3b * 1000;

class ExampleNode {
  private readonly domain: Domain;

  constructor(private readonly id: string) {
    const rules = {
      maxEntries: 64,
      maxDriftMs: 500,
      counters: new Counters(),
      node: id,
      current: (one: Domain) => one,
    };
    this.domain = new Domain(new TraceKey('7b1d62f2c9e04a15'), rules, 0);
  }

  event(): CausalStamp {
    return givenStamp(this.domain.tick(this.id, NOW));
  }

  send(): string {
    return this.domain.text();
  }

  receive(text: string, passedOn = false): void {
    this.domain.hear(parseStamp(decodeMember(text) as string), NOW, true);
    if (passedOn) this.domain.hide('passed-on');
  }
}

describe('the wire format document', () => {
  it('shows only stamps that are stamps', () => {
    const shown = TEXT.match(/(?<=[\s=`])1(?:!|%21)[0-9a-f]{16}[!%][^\s`]+/g) ?? [];
    expect(shown.length).to.be.greaterThan(5);
    for (const text of shown) expect(() => parseStamp(decodeMember(text) ?? ''), text).not.to.throw();
  });

  it('works its example out as the code does', () => {
    const [gateway, orders, payments] = [new ExampleNode('gw'), new ExampleNode('or'), new ExampleNode('pay')];
    gateway.event();
    gateway.event();
    const first = gateway.send();
    expect(EXAMPLE).to.include(`baggage: causality=${first}\n`);
    expect(EXAMPLE).to.include(`The stamp is ${first.length} characters`);
    expect(EXAMPLE.match(/(?<=^ {4}(?:[0-9a-f]{2} )+ +)\S+$/gm)?.join('')).to.equal(first);

    orders.receive(first);
    const handled = orders.event();
    expect(handled).to.include({ tick: 1, lamport: 3 });
    expect(EXAMPLE).to.include(`causality.vector = ${handled.vector}`);
    orders.event();
    const relayed = orders.send();
    const encoded = relayed.replaceAll('!', '%21').replaceAll('*', '%2A');
    expect(EXAMPLE).to.include(`baggage: causality=${encoded}\n`).and.to.include(`decoded once it is \`${relayed}\``);

    payments.receive(encoded, true);
    expect(payments.event()).to.include({ tick: 1, lamport: 5, incomplete: true });
    payments.event();
    const reply = payments.send();
    expect(EXAMPLE).to.include(`    causality: ${reply}\n`);

    orders.receive(reply);
    const end = orders.event();
    expect(end).to.include({ tick: 3, lamport: 7, incomplete: true });
    expect(end.vector.toString()).to.equal('gw=2,or=3,pay=2');
    expect(end.hlc?.toHex()).to.equal('6a1f0c3b00000006');
  });
});
