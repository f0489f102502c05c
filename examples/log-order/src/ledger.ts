/**
 * What really happens in a checkout: known from the services' code, and from nothing that any clock or log says. Lines
 * of a chain happen one after the other; between the two chains there is no order.
 */
export const CHAINS: readonly (readonly string[])[] = [
  [
    'checkout received',
    'looking for stock',
    'stock reserved',
    'stock and payment are there',
    'packing',
    'money captured',
    'shipped',
    'checkout done',
  ],
  ['checkout received', 'asking the bank', 'payment authorized', 'stock and payment are there'],
];

/** All lines of a checkout. */
export const LINES: ReadonlySet<string> = new Set(CHAINS.flat());

const LATER = transitive();

/** True where every run of a checkout writes `a` before `b`. */
export function happensBefore(a: string, b: string): boolean {
  return LATER.get(a)?.has(b) === true;
}

function transitive(): Map<string, Set<string>> {
  const later = new Map<string, Set<string>>([...LINES].map((line) => [line, new Set()]));
  const follow = (line: string, reached: Set<string>): void => {
    for (const chain of CHAINS) {
      const next = chain[chain.indexOf(line) + 1];
      if (!chain.includes(line) || next === undefined || reached.has(next)) continue;
      reached.add(next);
      follow(next, reached);
    }
  };
  for (const [line, reached] of later) follow(line, reached);
  return later;
}
