/** Logs of services: the real records on one side, the oracle's facts on the other. */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { readLogStamp } from '../../src/codec/log-stamps.js';
import { isProcessScope, type Ledger } from './ledger.js';
import type { Spot } from './scene.js';
import { WrongAnswer } from './wrong-answer.js';

/** Where no trace is. */
const NOWHERE = { trace: '', span: undefined, foreign: undefined, arrival: undefined, context: ROOT_CONTEXT } as const;

export class Logs {
  private written = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly log: string[],
  ) {}

  /**
   * A log is written in this context. The oracle gets what a reader makes of the exported record.
   * @param isOutside outside of any trace instead: stamped in process scope only (DESIGN 2, rule 9)
   */
  write(spot: Spot | undefined, isOutside: boolean): void {
    if (spot?.service.clock === undefined) return;
    const { service } = spot;
    const { trace, span, foreign, arrival, context } = isOutside ? NOWHERE : spot;
    const { plan } = service;
    const name = `l${++this.written}`;
    this.ledger.observeAll(service);
    const before = this.ledger.lane(service, trace);
    const brings =
      plan.trusts && arrival?.service.carries === true && arrival.facts.stamps[plan.carrier]?.domain === before.domain;
    const expected = span?.start !== undefined || before.holder !== undefined || brings || isProcessScope(service);
    const record = service.writeLog(name, context);
    const stamp = readLogStamp(record?.spanContext?.traceId, record?.attributes ?? {}, span?.start?.stamp);
    if (expected !== (stamp !== undefined)) throw new WrongAnswer(`${name} is ${expected ? 'not ' : ''}stamped`);
    const place = isOutside ? 'no trace' : (span?.name ?? 'a context it received');
    this.log.push(`${service.name} writes ${name} in ${place}`);
    if (isOutside) this.ledger.happened.note('a log was written outside of any trace');
    if (stamp === undefined) return;
    this.ledger.observeAll(service);
    const lane = this.ledger.lane(service, trace);
    lane.recall(span?.start);
    if (!service.carries) lane.rules.add('no propagator');
    if (foreign?.start !== undefined) lane.rules.add('another clock in the process');
    const causes = arrival === undefined ? [] : this.ledger.receive(service, trace, arrival);
    this.ledger.log(name, service, trace, stamp, causes);
  }
}
