/**
 * What befalls replies under way: caches, proxies that mix up headers, damage.
 *
 * Guarantee: as hops.ts. A reply with the stamp of another one that knows its request as well is not made, or nothing is
 * expected of what it tells: nobody could see that the stamp is not its own.
 */
import { formatStamp, parseStamp } from '../../src/codec/wire-text.js';
import { damagedText } from './hops.js';
import { type Ledger, UNREADABLE } from './ledger.js';
import { withForgedEntry } from './forgery.js';
import type { Damage } from './program.js';
import type { Replies } from './replies.js';
import type { Requests } from './requests.js';
import type { ReplyOnItsWay, Request } from './scene.js';

export class ReplyHops {
  constructor(
    private readonly ledger: Ledger,
    private readonly requests: Requests,
    private readonly replies: Replies,
    private readonly log: string[],
  ) {}

  /** A proxy leaves the stamp of an earlier reply on a later one, as caches do that ask whether theirs is still good. */
  splice(reply: ReplyOnItsWay | undefined, stale: ReplyOnItsWay | undefined): void {
    if (reply === undefined || reply === stale || reply.heard || !this.mayCarry(reply.request, stale)) return;
    const { trace } = reply.request.sender;
    reply.stamp = stale?.stamp;
    reply.text = stale?.text;
    reply.isMixedUp = true;
    // Of all that the stale one's stamp came by: it may have been another one's before.
    const cameBy = stale?.causes.map(({ point }) => ({ point, trace, outside: true })) ?? [];
    reply.causes = [...reply.causes, ...cameBy];
    this.ledger.happened.note('a reply had the stamp of another one');
    this.log.push(`${reply.name} is given the stamp of ${stale?.name}`);
  }

  /** A cache answers a request that its server never sees. */
  answer(request: Request | undefined, stale: ReplyOnItsWay | undefined): void {
    if (request === undefined || stale === undefined || request.came || stale.stamp === undefined) return;
    if (stale.isForged) return;
    this.requests.underWay = this.requests.underWay.filter((one) => one !== request);
    const { service, point, stamp, text } = stale;
    // What the client that it was made for refused, this one may believe.
    const outside = stale.isMixedUp && this.replies.knowsRequest(stamp, request);
    const causes = outside ? stale.causes.map((cause) => ({ ...cause, outside })) : stale.causes;
    const reply = this.replies.send({ service, request, point, causes, stamp, text });
    reply.isMixedUp = stale.isMixedUp;
    this.ledger.happened.note('a cache answered a request');
    this.log.push(`a cache answers ${request.name} with ${reply.name}, as it has ${stale.name}`);
    this.replies.hear(reply, false);
  }

  private mayCarry(request: Request, stale: ReplyOnItsWay | undefined): boolean {
    return stale?.stamp !== undefined && !stale.isForged && !this.replies.knowsRequest(stale.stamp, request);
  }

  /** Something on the way damages the stamp. */
  damage(reply: ReplyOnItsWay | undefined, how: Damage): void {
    if (reply?.text === undefined || reply.stamp === undefined || reply.heard) return;
    if (reply.stamp.domain === UNREADABLE) return;
    reply.text = damagedText(reply.text, how);
    reply.stamp = undefined;
    this.ledger.happened.note('the stamp of a reply was damaged');
    this.log.push(`the stamp of ${reply.name} is ${how}`);
  }

  /** Somebody claims in a reply to know of more than its client has ever done. */
  forge(reply: ReplyOnItsWay | undefined): void {
    const node = reply?.request.sender.service.clock?.node;
    if (reply?.text === undefined || reply.stamp === undefined || node === undefined) return;
    const forged = withForgedEntry(parseStamp(reply.text), node);
    if (forged === undefined) return;
    reply.text = formatStamp(forged);
    reply.isForged = true;
    this.log.push(`${reply.name} claims to know ${node} better than itself`);
  }
}
