/** Domains that are woken wrongly on purpose, to prove that the model would notice. As broken-clocks.ts. */
import { VectorState } from '../../src/clocks/vector-state.js';
import type { Domain } from '../../src/otel/domain.js';
import { DomainStore } from '../../src/otel/domain-store.js';
import { Domains } from '../../src/otel/domains.js';
import { type Breakage, replacing } from './broken-clocks.js';

/** What a rest must not take away is taken away. */
const wokenWithout = (lose: (woken: Domain) => void): Breakage['during'] =>
  replacing(DomainStore, {
    wake: (original) =>
      function (this: never, ...args: never[]) {
        const woken = original.apply(this, args) as Domain;
        lose(woken);
        return woken;
      },
  });

export const REST_BREAKAGES: readonly Breakage[] = [
  {
    name: 'a woken domain forgets that it is incomplete',
    during: wokenWithout((woken) => {
      woken.hidden = false;
    }),
  },
  {
    name: 'a woken domain forgets that its hybrid times have no order',
    during: wokenWithout((woken) => {
      woken.unordered = false;
    }),
  },
  {
    name: 'a woken domain forgets what it heard',
    during: wokenWithout((woken) => {
      woken.vector = new VectorState(64);
    }),
  },
  {
    name: 'a woken domain counts anew',
    during: wokenWithout((woken) => {
      woken.counter = woken.base;
    }),
  },
  {
    name: 'a woken domain’s Lamport time begins anew',
    during: wokenWithout((woken) => {
      woken.lamport = 0;
    }),
  },
  {
    name: 'a woken domain is taken for one that came back',
    during: replacing(Domains, {
      present: (original) =>
        function (this: never, record: never, now: never) {
          const before = (record as { readonly domain: Domain }).domain;
          const domain = original.apply(this, [record, now]) as Domain;
          if (domain !== before) domain.hide('trace-returned');
          return domain;
        },
    }),
  },
];
