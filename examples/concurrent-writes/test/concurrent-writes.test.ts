import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecordedSpan, readTraces } from 'otel-causality/analysis';
import { check } from '../src/check.js';
import { runSale, type Run } from '../src/fleet.js';

interface Access {
  readonly name: string;
  readonly service: string;
  readonly access: 'read' | 'write';
}

interface Finding {
  readonly kind: string;
  readonly resource?: string;
  readonly first?: Access;
  readonly second?: Access;
}

interface CheckReport {
  readonly failed: readonly string[];
  readonly findings: readonly Finding[];
}

/** What the real command says, but for clocks that could not tell. */
function checked({ traces }: Run): { status: number | null; failed: readonly string[]; findings: readonly Finding[] } {
  const { status, out } = check('--format', 'json', traces);
  const { failed, findings } = JSON.parse(out) as CheckReport;
  return { status, failed, findings: findings.filter(({ kind }) => kind !== 'inversion') };
}

async function spansOf({ traces }: Run): Promise<RecordedSpan[]> {
  const spans: RecordedSpan[] = [];
  for await (const span of readTraces(traces)) spans.push(span);
  return spans;
}

describe('two services that update one product', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'concurrent-writes-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const policy of ['merge', 'reject'] as const) {
    describe(`at once, on a conflict: ${policy}`, () => {
      let run: Run;
      before(async () => {
        run = await runSale('at-once', policy, join(folder, policy));
      });

      it('do so before anything of it is stored', () => {
        const { pricing, stock } = run.told;
        const late = policy === 'merge' ? 'merged' : 'rejected';
        expect([pricing, stock].sort()).to.deep.equal([late, 'written'].sort());
        expect(run.stored).to.deep.equal({
          name: 'Kettle',
          priceCents: pricing === 'rejected' ? 3900 : 3120,
          inStock: stock === 'rejected' ? 10 : 60,
        });
      });

      it('are one race for otel-causality check, and nothing else is wrong', () => {
        const { status, failed, findings } = checked(run);
        expect(status).to.equal(1);
        expect(failed).to.deep.equal(['race']);
        expect(findings.map(({ kind }) => kind)).to.deep.equal(['race']);
        const [race] = findings;
        expect(race?.resource).to.equal('product/42');
        expect([race?.first?.access, race?.second?.access]).to.deep.equal(['write', 'write']);
        const services = [race?.first, race?.second].map((access) => `${access?.service} ${access?.name}`);
        expect(services.sort()).to.deep.equal(['pricing update product', 'stock update product']);
      });

      it('show it in the trace', async () => {
        const spans = await spansOf(run);
        const conflicts = spans.flatMap(({ service, events }) =>
          events.filter(({ name }) => name === 'causality.conflict').map(({ attributes }) => ({ service, attributes })),
        );
        expect(conflicts).to.have.length(1);
        const { written, late } =
          run.told.pricing === 'written'
            ? { written: 'pricing', late: 'stock' }
            : { written: 'stock', late: 'pricing' };
        expect(conflicts[0]?.service).to.equal('catalog');
        expect(conflicts[0]?.attributes).to.deep.include({
          'causality.resource': 'product/42',
          'causality.conflict.unseen': [`${written}*1`],
          'causality.conflict.policy': policy,
          'causality.conflict.outcome': policy === 'merge' ? 'merged' : 'rejected',
        });
        const updates = spans.filter(({ name }) => name === 'update product');
        expect(updates.map(({ service }) => service).sort()).to.deep.equal(['pricing', 'stock']);
        const told = updates.find(({ service }) => service === late)?.events.map(({ name }) => name);
        expect(told).to.deep.equal([policy === 'merge' ? 'product merged' : 'product rejected']);
      });
    });
  }

  for (const policy of ['merge', 'reject'] as const) {
    it(`do so in turn, and there is neither conflict nor race (${policy})`, async () => {
      const run = await runSale('in-turn', policy, join(folder, `in-turn-${policy}`));
      expect(run.told).to.deep.equal({ pricing: 'written', stock: 'written' });
      expect(run.stored).to.deep.equal({ name: 'Kettle', priceCents: 3120, inStock: 60 });
      expect(checked(run)).to.deep.equal({ status: 0, failed: [], findings: [] });
      const events = (await spansOf(run)).flatMap((span) => span.events.map(({ name }) => name));
      expect(events).not.to.include('causality.conflict');
    });
  }
});
