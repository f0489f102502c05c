/**
 * What a checkout of the demo does, as its services' code says it: the ledger that recorded orders are held against. It knows
 * nothing of stamps, ids or parents, only who calls whom and who waits for whom.
 */

/** `payments POST /charge` and which moment of it. */
export type Moment = `${string}#${'start' | 'reply' | 'end'}`;

export class Ledger {
  private readonly causes = new Map<Moment, Set<Moment>>();

  /** The moments of each step are after those of the one before. */
  inOrder(...steps: readonly (readonly [first: Moment, last: Moment])[]): void {
    steps.forEach(([first], at) => {
      if (at > 0) this.before((steps[at - 1] as readonly [Moment, Moment])[1], first);
    });
  }

  /** One service calls another and waits for its answer. */
  call(from: string, to: string, path: string): readonly [Moment, Moment] {
    const [client, server] = [`${from} → POST ${path}`, `${to} POST ${path}`];
    this.before(`${client}#start`, `${server}#start`);
    this.before(`${server}#start`, `${server}#reply`);
    this.before(`${server}#reply`, `${server}#end`);
    this.before(`${server}#reply`, `${client}#end`);
    return [`${client}#start`, `${client}#end`];
  }

  before(cause: Moment, effect: Moment): void {
    const known = this.causes.get(effect);
    if (known === undefined) this.causes.set(effect, new Set([cause]));
    else known.add(cause);
  }

  /** For each moment all those before it. */
  closure(): ReadonlyMap<Moment, ReadonlySet<Moment>> {
    const pasts = new Map<Moment, Set<Moment>>();
    const pastOf = (moment: Moment): Set<Moment> => {
      let past = pasts.get(moment);
      if (past === undefined) {
        past = new Set();
        pasts.set(moment, past);
        for (const cause of this.causes.get(moment) ?? []) {
          past.add(cause);
          for (const earlier of pastOf(cause)) past.add(earlier);
        }
      }
      return past;
    };
    for (const moment of this.causes.keys()) pastOf(moment);
    return pasts;
  }
}

/** @param packs true where inventory packs before it reports, as the demo's own does */
export function checkout(packs: boolean): Ledger {
  const ledger = new Ledger();
  const root = 'gateway POST /checkout';
  const call = (to: string, path: string): readonly [Moment, Moment] => ledger.call('gateway', to, path);
  const [charge, orders] = [call('payments', '/charge'), call('orders', '/orders')];
  const [ship, receipt] = [call('inventory', '/ship'), call('payments', '/receipt')];
  ledger.inOrder([`${root}#start`, `${root}#start`], charge, orders);
  for (const parallel of [call('payments', '/invoice'), call('inventory', '/reserve'), call('orders', '/confirm')]) {
    ledger.inOrder(orders, parallel, ship);
  }
  ledger.inOrder(ship, receipt, [`${root}#end`, `${root}#end`]);
  const pack = 'inventory pack parcel';
  const shipped = ledger.call('inventory', 'orders', '/shipped');
  const answered: readonly [Moment, Moment] = ['inventory POST /ship#reply', 'inventory POST /ship#reply'];
  if (packs) ledger.inOrder(answered, [`${pack}#start`, `${pack}#end`], shipped);
  else ledger.inOrder(answered, shipped);
  return ledger;
}
