/** Traces whose names want to be markup, script or prototypes. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { embeddedJson } from '../../../src/analysis/diagram/embedded-json.js';
import { renderDiagram } from '../../../src/analysis/diagram/render-diagram.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { chromiumPages } from './chromium-pages.js';
import { settle } from './opened-page.js';

const EVIL = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  '<img src="https://example.invalid/x" onerror="alert(2)">',
  '\u2028alert(3)\u2029',
  '__proto__',
  'constructor',
  '<style>*{background:url(https://example.invalid/y)}</style>',
  '"><svg/onload=alert(4)>',
  "javascript:alert('5')",
  '${alert(6)}',
  '\u202egnp.exe\u0000\u0007',
  ']]>--></title>',
];

function hostileSpans(): RecordedSpan[] {
  return EVIL.map((evil, i) => ({
    traceId: '1'.padStart(32, '0'),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    parentSpanId: i === 0 ? undefined : '1'.padStart(16, '0'),
    name: evil,
    kind: 'server',
    service: evil,
    startNanos: 1_700_000_000_000_000_000n + BigInt(i) * 1_000_000n,
    endNanos: 1_700_000_000_000_000_000n + BigInt(i + 4) * 1_000_000n,
    attributes: Object.assign(Object.create(null) as object, { [evil]: evil, 'causality.resource': evil }),
    resource: Object.assign(Object.create(null) as object, { 'service.instance.id': evil }),
    scope: { name: evil, version: evil },
    links: [],
    events: [{ name: evil, timeNanos: 1n, attributes: {} }],
    status: { code: 'error', message: evil },
    origin: { source: evil, line: 1 },
  }));
}

describe('a page about hostile names', function () {
  this.timeout(60_000);

  it('holds JSON that ends no element, begins no comment, and is what was given', () => {
    fc.assert(
      fc.property(fc.anything({ values: [fc.constantFrom(...EVIL), fc.string({ unit: 'binary' })] }), (value) => {
        const json = JSON.stringify(value) as string | undefined;
        fc.pre(json !== undefined);
        const text = embeddedJson(value);
        expect(text).not.to.match(/[<\u2028\u2029]/);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(json as string));
      }),
    );
  });

  it('has no name of theirs outside of its data, and no way to run one', () => {
    const html = renderDiagram(CausalGraph.of(hostileSpans()));
    const [before, rest] = html.split('<script id="data" type="application/json">') as [string, string];
    const [data, after] = [rest.slice(0, rest.indexOf('</script>')), rest.slice(rest.indexOf('</script>'))];
    for (const evil of EVIL.filter((one) => /[<$]/.test(one))) {
      expect(before).not.to.include(evil);
      expect(after).not.to.include(evil);
    }
    expect(() => JSON.parse(data) as unknown).not.to.throw();
    expect(before).to.match(
      /content="default-src 'none'; connect-src 'none';.*script-src 'sha256-[^']+'; style-src 'sha256-[^']+'"/,
    );
    expect(before).not.to.include('unsafe');
  });

  it('cuts what is endless, and keeps no character that turns text round', () => {
    const endless = 'x'.repeat(1e6);
    const [span] = hostileSpans() as [RecordedSpan];
    const spans = [
      {
        ...span,
        name: endless,
        service: endless,
        attributes: { [endless]: endless },
        resource: { 'service.instance.id': endless },
      },
      ...hostileSpans().slice(1),
    ];
    const html = renderDiagram(CausalGraph.of(spans));
    expect(html.length - renderDiagram(CausalGraph.of([])).length).to.be.below(40_000);
    expect(html.slice(html.indexOf('id="data"'))).not.to.match(/[\u202a-\u202e\u2066-\u2069]|\\u0000|\\u0007/);
  });

  describe('in Chromium', () => {
    const open = chromiumPages();

    it('shows them as text: no dialog, no request, no script, no element of theirs', async () => {
      const { page, misdeeds, close } = await open(renderDiagram(CausalGraph.of(hostileSpans())));
      await page.locator('canvas').focus();
      const seen: string[] = [];
      for (let i = 0; i < EVIL.length; i++) {
        await page.fill('#search', (i + 1).toString(16).padStart(16, '0'));
        await page.focus('#search');
        await page.keyboard.press('Enter');
        await settle(page);
        seen.push(await page.locator('#details').innerText());
      }
      expect(seen[0]).to.include('</script><script>alert(1)</script>');
      expect(seen[4]).to.include('__proto__');
      for (const line of await page.locator('#findings .finding').all()) await line.click();
      expect(await page.locator('img, svg, iframe, object, link').count()).to.equal(0);
      expect(await page.locator('script').count()).to.equal(2);
      expect(await page.locator('style').count()).to.equal(1);
      expect(await page.evaluate(`({}).polluted === undefined && Object.keys(Object.prototype).length`)).to.equal(0);
      await close();
      expect(misdeeds).to.deep.equal({ errors: [], requests: [], dialogs: [] });
    });

    it('would be caught: the policy stops a script that got in, and the watch sees a request', async () => {
      const html = renderDiagram(CausalGraph.of(hostileSpans())).replace(
        '<body>',
        '<body><script>alert(7)</script><img src="https://example.invalid/z" alt="">',
      );
      const { misdeeds, close } = await open(html);
      await close();
      expect(misdeeds.dialogs).to.deep.equal([]);
      expect(misdeeds.errors.join()).to.match(/Content Security Policy/);
      expect(misdeeds.errors).to.have.length.of.at.least(2);
    });
  });
});
