import { expect } from 'chai';
import {
  CausalDeduplicator,
  CausalDeliveryBuffer,
  memoryStorage,
  receptionAttributes,
  VectorTimestamp,
  verdictAttributes,
  type WebStorage,
  webStorage,
} from '../../src/delivery/index.js';
import { message } from '../support/broadcast-world.js';

const version = (node: string) => ({ key: 'k', vector: VectorTimestamp.from([[node, 1]]) });

describe('verdicts as span attributes', () => {
  it('say what was decided, by whom, and why not', () => {
    const seen = new CausalDeduplicator();
    expect(verdictAttributes(seen.check(version('a')))).to.deep.equal({ 'causality.verdict': 'fresh' });
    seen.handled(version('a'));
    seen.handled(version('b'));
    expect(verdictAttributes(seen.check(version('c')), 'billing')).to.deep.equal({
      'causality.verdict': 'concurrent',
      'causality.consumer': 'billing',
      'causality.concurrent_with': 'a=1|b=1',
    });
    expect(verdictAttributes(seen.check({}))).to.deep.equal({
      'causality.verdict': 'refused',
      'causality.refused': 'malformed',
    });
  });

  it('cut what it is concurrent with after a whole vector', () => {
    // Four names of 250 characters make a text of 1,011; two of these with | between them, one of 2,023.
    const long = (letter: string, ...more: string[]) => ({
      key: 'k',
      vector: VectorTimestamp.from(
        [...[1, 2, 3, 4].map((i) => `${i}`.padEnd(250, letter)), ...more].map((n) => [n, 1]),
      ),
    });
    for (const [last, length] of [
      [22, 2048],
      [23, 1011],
    ] as const) {
      const seen = new CausalDeduplicator();
      seen.handled(long('a'));
      seen.handled(long('b', 'x'.repeat(last)));
      const { 'causality.concurrent_with': text } = verdictAttributes(seen.check(version('c')));
      expect(String(text).length).to.equal(length);
    }
  });

  it('say what became of a broadcast', () => {
    const buffer = new CausalDeliveryBuffer();
    expect(receptionAttributes(buffer.receive(message('a', { a: 2 })))).to.deep.equal({
      'causality.delivery': 'waiting',
      'causality.delivered': 0,
    });
    expect(receptionAttributes(buffer.receive(message('a', { a: 1 })))).to.deep.equal({
      'causality.delivery': 'delivered',
      'causality.delivered': 2,
    });
    expect(receptionAttributes(buffer.receive(message('a', { b: 1 })))).to.deep.equal({
      'causality.delivery': 'refused',
      'causality.delivered': 0,
      'causality.refused': 'malformed',
    });
  });
});

describe('webStorage', () => {
  /** As a browser has it, on a map. */
  function pageStorage(): WebStorage & { readonly texts: Map<string, string> } {
    const texts = new Map<string, string>();
    return {
      texts,
      getItem: (name) => texts.get(name) ?? null,
      setItem: (name, text) => void texts.set(name, text),
      removeItem: (name) => void texts.delete(name),
    };
  }

  it('puts its prefix before every name', () => {
    const page = pageStorage();
    const [ours, shop] = [webStorage(page), webStorage(() => page, 'shop:')];
    ours.set('a', '1');
    shop.set('a', '2');
    expect([...page.texts]).to.deep.equal([
      ['otel-causality:a', '1'],
      ['shop:a', '2'],
    ]);
    expect([ours.get('a'), shop.get('a'), ours.get('b')]).to.deep.equal(['1', '2', null]);
    shop.remove('a');
    expect([...page.texts.keys()]).to.deep.equal(['otel-causality:a']);
  });

  it('asks for the storage anew each time: a page may be refused it at any moment', () => {
    let asked = 0;
    const storage = webStorage(() => {
      asked++;
      return pageStorage();
    });
    expect(asked).to.equal(0);
    storage.get('a');
    storage.set('a', '1');
    expect(asked).to.equal(2);
  });
});

describe('memoryStorage', () => {
  it('keeps texts, each for itself', () => {
    const [storage, other] = [memoryStorage(), memoryStorage()];
    storage.set('__proto__', 'x');
    expect(storage.get('__proto__')).to.equal('x');
    expect(other.get('__proto__')).to.equal(undefined);
    storage.remove('__proto__');
    expect(storage.get('__proto__')).to.equal(undefined);
  });
});
