/** Visits the fleet in a closed loop: so many at a time, and never more often than it is allowed to. */
import http from 'node:http';
import { setTimeout as passing } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type { Fleet } from './fleet.js';
import type { Plans, Visit } from './plan.js';
import { UNSAMPLED_PATH } from './service/by-request-sampler.js';
import { FAULT_HEADER } from './service/headers.js';
import type { SlotName } from './slots.js';

const VISITORS = 16;
const PATIENCE_MS = 10_000;

export class Load {
  /** Visits begun. */
  visits = 0;
  /** Those of them that got an answer, whatever it was. */
  answers = 0;
  private nextAt = performance.now();

  constructor(
    private readonly fleet: Fleet,
    private readonly plans: Plans,
    private readonly perSecond: number,
  ) {}

  /** Visits until then, in milliseconds of `performance.now()`. */
  async run(until: number): Promise<void> {
    await Promise.all(Array.from({ length: VISITORS }, () => this.visitUntil(until)));
  }

  private async visitUntil(until: number): Promise<void> {
    for (;;) {
      const at = Math.max(this.nextAt, performance.now());
      if (at >= until) return;
      this.nextAt = at + 1_000 / this.perSecond;
      await passing(at - performance.now());
      await this.pay(this.plans.next());
    }
  }

  private async pay(visit: Visit): Promise<void> {
    const headers = headersOf(visit);
    const hosts = visit.also === undefined ? [visit.to] : [visit.to, visit.also];
    await Promise.all(hosts.map((slot) => this.knock(slot, visit, headers)));
  }

  private async knock(slot: SlotName, { plan }: Visit, headers: Readonly<Record<string, string>>): Promise<void> {
    this.visits++;
    const port = this.fleet.portOf(slot);
    // It has been killed and is not there yet.
    if (port === undefined) return;
    const path = plan.sampled ? '/' : UNSAMPLED_PATH;
    if (await isAnswered(port, path, headers, JSON.stringify(plan))) this.answers++;
  }
}

function headersOf({ fault, forged, also }: Visit): Record<string, string> {
  const headers: Record<string, string> = fault === undefined ? {} : { [FAULT_HEADER]: fault };
  if (!forged && also === undefined) return headers;
  const [trace, span] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  headers['traceparent'] = `00-${trace}-${span}-01`;
  if (forged) {
    headers['tracestate'] = `causality=${span}`;
    headers['baggage'] = `causality=1!${trace.slice(16)}!7!!0!ghost-00000000*7`;
  }
  return headers;
}

function isAnswered(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.request(
      { host: '127.0.0.1', port, path, method: 'POST', headers, timeout: PATIENCE_MS },
      (response) => {
        response
          .resume()
          .on('error', () => resolve(false))
          .on('close', () => resolve(response.complete));
      },
    );
    request
      .on('timeout', () => request.destroy())
      .on('error', () => resolve(false))
      .end(body);
  });
}
