/**
 * What befalls requests under way: loss, proxies, damage, headers of other messages.
 *
 * Guarantee: whatever is done to the real carrier is told to the oracle. What nobody could notice is not done, as it is
 * outside the promise: a damaged stamp that still reads as one, a forged one, an older one of the same trace.
 */
import { randomBytes } from 'node:crypto';
import { StampFormatError } from '../../src/codec/stamp-format-error.js';
import { formatStamp, parseStamp, readStamp } from '../../src/codec/wire-text.js';
import type { Carrier } from '../support/fleet.js';
import { withForgedEntry } from './forgery.js';
import type { Damage } from './program.js';
import type { Place, StampFacts } from './facts.js';
import { type Ledger, UNREADABLE } from './ledger.js';
import { NO_EVENTS } from './order-graph.js';
import type { Requests } from './requests.js';
import type { Request } from './scene.js';
import type { Service } from './service.js';

const MEMBER = /causality=([^,]*)/;

export class Hops {
  constructor(
    private readonly ledger: Ledger,
    private readonly requests: Requests,
    private readonly log: string[],
  ) {}

  lose(request: Request | undefined): void {
    if (request?.came === false) this.ledger.happened.note('a request was lost');
    this.requests.underWay = this.requests.underWay.filter((one) => one !== request);
  }

  /** A broken relay: the request goes on with the stamp of another trace's. */
  splice(request: Request | undefined, stale: Request | undefined): void {
    const stamp = stale?.facts.stamps.baggage;
    if (request === undefined || stale === undefined || stamp === undefined) return;
    if (request.facts.trace === stale.facts.trace) return;
    const baggage = stale.carrier['baggage'];
    // A stamp of process scope would be one of ours to any receiver in process scope: that is forgery, not age.
    if (stamp.domain === '-' || stamp.domain === UNREADABLE || baggage === undefined) return;
    // A re-rooted trace still carries the stamp of the one it left: back there it would be no other trace's, but tampering.
    if (stamp.domain === request.facts.trace) return;
    if (request.facts.stamps.header !== undefined) return;
    request.carrier = { ...request.carrier, baggage };
    const before = { point: stale.facts.point, trace: request.facts.trace, outside: true };
    const others = [...request.facts.others, before, ...stale.facts.others.map((one) => ({ ...one, outside: true }))];
    request.facts = { ...request.facts, stamps: { baggage: stamp }, others };
    this.ledger.happened.note('a request had the stamp of another trace');
    this.log.push(`${request.name} is given the stale stamp of ${stale.name}`);
  }

  /** A mesh's proxy forwards the request: it makes a span of its own, and leaves everything else as it was. */
  proxy(request: Request | undefined): void {
    const parent = request?.carrier['traceparent'];
    if (request === undefined || parent === undefined || request.facts.hops === 'service') return;
    const traceparent = parent.replace(/^(00-[0-9a-f]{32}-)[0-9a-f]{16}/, `$1${randomBytes(8).toString('hex')}`);
    request.carrier = { ...request.carrier, traceparent };
    request.facts = { ...request.facts, hops: 'proxy' };
    this.ledger.happened.note('a proxy forwarded a request');
    this.log.push(`a proxy forwards ${request.name}`);
  }

  /** Something on the way damages the stamp, so that nobody can read it any more. */
  damage(request: Request | undefined, how: Damage): void {
    if (request === undefined) return;
    const { facts, carrier } = request;
    const place = (['baggage', 'header'] as const).find((one) => facts.stamps[one] !== undefined);
    const stamp = place === undefined ? undefined : facts.stamps[place];
    const text = place === undefined ? undefined : textIn(carrier, place);
    if (place === undefined || stamp === undefined || text === undefined || stamp.domain === UNREADABLE) return;
    const damaged = damagedText(text, how);
    request.carrier = withText(
      carrier,
      place,
      how === 'doubled' && place === 'baggage' ? `${text},causality=${text}` : damaged,
    );
    request.facts = { ...facts, stamps: { ...facts.stamps, [place]: unreadable(stamp, how) } };
    this.ledger.happened.note('a stamp was damaged on its way');
    this.log.push(`the stamp of ${request.name} is ${how}`);
  }

  /** The headers after somebody on the way claimed to know more of the receiver than it has ever done. */
  forged(request: Request, receiver: Service): Carrier | undefined {
    const node = receiver.clock?.node;
    const { carrier: place } = receiver.plan;
    const stamp = request.facts.stamps[place];
    const text = textIn(request.carrier, place);
    if (!receiver.carries || node === undefined || stamp === undefined || text === undefined) return undefined;
    if (stamp.domain === UNREADABLE) return undefined;
    const forged = withForgedEntry(parseStamp(text), node);
    if (forged === undefined) return undefined;
    this.log.push(`${request.name} claims to know ${node} better than itself`);
    return withText(request.carrier, place, formatStamp(forged));
  }

  /**
   * The same headers are sent once more, by something below the instrumentation that repeats a request. What its sender
   * has heard since cannot be in them.
   */
  resend(request: Request | undefined, to: number, lives: (service: Service) => boolean): void {
    if (request === undefined || !lives(request.sender.service)) return;
    const { facts, sender, carrier, own } = request;
    const point = this.ledger.point(sender.service, sender.trace, []);
    const others = [...facts.others, { point, trace: sender.trace, outside: true }];
    request.repeated = true;
    const again = this.requests.add({ ...facts, others }, carrier, to, sender, own);
    again.repeated = true;
    again.passesBy = request.passesBy;
    this.ledger.happened.note('a request was sent again with the same headers');
    this.log.push(`${request.name} is sent again as ${again.name}`);
  }
}

function textIn(carrier: Carrier, place: Place): string | undefined {
  return place === 'header' ? carrier['causality'] : MEMBER.exec(carrier['baggage'] ?? '')?.[1];
}

function withText(carrier: Carrier, place: Place, text: string): Carrier {
  if (place === 'header') return { ...carrier, causality: text };
  return { ...carrier, baggage: (carrier['baggage'] ?? '').replace(MEMBER, () => `causality=${text}`) };
}

/** A stamp's text after something on the way has spoilt it. */
export function damagedText(text: string, how: Damage): string {
  switch (how) {
    case 'truncated': {
      let cut = text.slice(0, Math.floor(text.length * 0.7));
      // What is cut off at an entry's or a counter's end is a stamp still: nobody can tell.
      while (!(readStamp(cut) instanceof StampFormatError)) cut = cut.slice(0, -1);
      return cut;
    }
    case 'garbled':
      return text.replace('!', '.');
    case 'oversized':
      return `${text}${'~zzzzzzzz*1'.repeat(400)}`;
    case 'doubled':
      return `${text},${text}`;
  }
}

function unreadable(stamp: StampFacts, how: Damage): StampFacts {
  const passedOnAs = how === 'doubled' ? { stamp } : how === 'oversized' ? { stamp: undefined } : undefined;
  const nothing = { known: NO_EVENTS, earlier: NO_EVENTS, rules: new Set<never>(), cut: false };
  return { ...nothing, domain: UNREADABLE, ...(passedOnAs === undefined ? {} : { passedOnAs }) };
}
