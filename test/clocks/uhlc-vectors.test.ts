import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { ClockId } from '../../src/clocks/clock-id.js';
import { HybridLogicalClock } from '../../src/clocks/hybrid-logical-clock.js';
import { HybridTimestamp } from '../../src/clocks/hybrid-timestamp.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';

interface Vectors {
  readonly timestamps: readonly {
    readonly text: string;
    readonly rfc3339: string;
    readonly rfc3339Lossy: string;
    readonly hex: string;
    readonly idBytes: readonly number[];
  }[];
  readonly idOrder: readonly string[];
  readonly programs: readonly {
    readonly about: string;
    readonly steps: readonly { readonly clock: number; readonly gives?: string; readonly hears?: string }[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../../../test/vectors/uhlc.json', import.meta.url), 'utf8')) as Vectors;

describe('the vectors of uhlc', () => {
  for (const { text, rfc3339, rfc3339Lossy, hex, idBytes } of golden.timestamps) {
    it(`prints and reads ${text}`, () => {
      const stamp = HybridTimestamp.parse(text);
      expect(stamp.toString()).to.equal(text);
      expect(stamp.toRfc3339()).to.equal(rfc3339);
      expect(stamp.toRfc3339Lossy()).to.equal(rfc3339Lossy);
      expect(stamp.time.toHex()).to.equal(hex);
      expect([...stamp.id.toBytes()]).to.deep.equal(idBytes);
      expect(HybridTimestamp.parseRfc3339(rfc3339).toString()).to.equal(text);
    });
  }

  it('orders ids as their bytes', () => {
    const sorted = golden.idOrder.map((id) => ClockId.parse(id)).toSorted((a, b) => a.compare(b));
    expect(sorted.map(String)).to.deep.equal(golden.idOrder);
    expect(golden.idOrder).not.to.deep.equal(
      golden.idOrder.toSorted((a, b) => Number(BigInt(`0x${a}`) - BigInt(`0x${b}`))),
    );
  });

  for (const { about, steps } of golden.programs) {
    it(`runs ${about}`, () => {
      let units = 0;
      const clock = new HybridLogicalClock({ id: '33', now: () => ((units + 0.5) * 1000) / 2 ** 32 });
      for (const { clock: now, gives, hears } of steps) {
        units = now;
        if (hears === undefined) expect(clock.newTimestamp().time.toDecimal()).to.equal(gives);
        else clock.update(new HybridTimestamp(Ntp64.parseDecimal(hears), ClockId.parse('77')));
      }
    });
  }
});
