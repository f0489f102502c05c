import { createContext, runInContext } from 'node:vm';
import { expect } from 'chai';
import { measure, PAGE_IMPORTS } from '../src/site/measure.js';

/** What the library may add to a page, with some room above what it is today (`npm run size`). */
const MOST_GZIP_BYTES = 27.5 * 1024;

describe('what the library adds to a page', () => {
  for (const [name, imports] of Object.entries(PAGE_IMPORTS)) {
    it(`is small and needs nothing of Node: ${name}`, async () => {
      const { gzipBytes, modules, text } = await measure(imports);
      expect(gzipBytes).to.be.lessThan(MOST_GZIP_BYTES);
      expect(gzipBytes).to.be.greaterThan(1024);
      // esbuild fails for an import of a built-in; that none is asked for in another way, the text shows.
      expect(
        modules.filter((path) => /(?:^|\/)node:|dist\/esm\/(?:node|register|analysis|cli)\//.test(path)),
      ).to.deep.equal([]);
      expect(text).not.to.match(/\bBuffer\b|\brequire\(|["']node:/);
      // `process` may be looked for, but only where its absence is no error.
      expect(text.match(/(?<![\w.?])process\./g)).to.equal(null);
    });

    it(`is loaded where there is neither process nor Buffer: ${name}`, async () => {
      const { text } = await measure(imports);
      const realm = createContext({ crypto, performance, console });
      expect(runInContext('typeof process + typeof Buffer + typeof require', realm)).to.equal('undefined'.repeat(3));
      const script = text.replace(/export\s*\{([^}]*)\};?\s*$/, (_, names: string) => {
        const pairs = names.split(',').map((pair) => pair.split(' as '));
        return `;globalThis.loaded={${pairs.map(([local = '', outer = local]) => `${outer.trim()}:${local.trim()}`).join()}};`;
      });
      runInContext(script, realm);
      const made = runInContext(
        `loaded.CausalClock ? new loaded.CausalityPropagator({ clock: new loaded.CausalClock() }).fields().join() : typeof loaded.openDeduplicator`,
        realm,
      ) as string;
      expect(made).to.equal(name.startsWith('openDeduplicator') ? 'function' : 'traceparent,tracestate,baggage');
    });
  }
});
