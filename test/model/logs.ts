/** Logs of services: the real records on one side, the oracle's facts on the other. */
import { readLogStamp } from '../../src/codec/log-stamps.js';
import { isProcessScope, type Ledger } from './ledger.js';
import type { Spot } from './scene.js';
import { WrongAnswer } from './wrong-answer.js';

export class Logs {
  private written = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly log: string[],
  ) {}

  /** A log is written in this context. The oracle gets what a reader makes of the exported record. */
  write(spot: Spot | undefined): void {
    if (spot?.service.clock === undefined) return;
    const { service, trace, span, arrival, context } = spot;
    const { plan } = service;
    const name = `l${++this.written}`;
    this.ledger.observeAll(service);
    const before = this.ledger.lane(service, trace);
    const brings = plan.trusts && service.carries && arrival?.facts.stamps[plan.carrier]?.domain === before.domain;
    const expected = span?.start !== undefined || before.holder !== undefined || brings || isProcessScope(service);
    const record = service.writeLog(name, context);
    const stamp = readLogStamp(record?.spanContext?.traceId, record?.attributes ?? {}, span?.start?.stamp);
    if (expected !== (stamp !== undefined)) throw new WrongAnswer(`${name} is ${expected ? 'not ' : ''}stamped`);
    this.log.push(`${service.name} writes ${name} in ${span?.name ?? 'a context it received'}`);
    if (stamp === undefined) return;
    this.ledger.observeAll(service);
    const lane = this.ledger.lane(service, trace);
    lane.recall(span?.start);
    if (!service.carries) lane.rules.add('no propagator');
    const causes = arrival === undefined ? [] : this.ledger.receive(service, trace, arrival.facts);
    this.ledger.log(name, service, trace, stamp, causes);
  }
}
