/** Why the store did nothing: what a client, or a peer, is told. */

export type RefusalCode =
  | 'bad-request'
  | 'bad-key'
  | 'bad-value'
  | 'bad-session'
  | 'bad-context'
  | 'bad-request-id'
  | 'too-many-siblings'
  | 'too-many-keys'
  | 'store-full'
  | 'behind-session'
  | 'too-many-waiting'
  | 'too-many-writes'
  | 'broker-behind'
  | 'identity-lost'
  | 'stopped'
  | 'bad-operation'
  | 'own-name'
  | 'unknown-peer';

const STATUS: Readonly<Record<RefusalCode, number>> = {
  'bad-request': 400,
  'bad-key': 400,
  'bad-value': 400,
  'bad-session': 400,
  'bad-context': 400,
  'bad-request-id': 400,
  'bad-operation': 400,
  'own-name': 403,
  'unknown-peer': 403,
  'too-many-siblings': 409,
  'too-many-keys': 507,
  'store-full': 507,
  'behind-session': 503,
  'too-many-waiting': 503,
  'too-many-writes': 503,
  'broker-behind': 503,
  'identity-lost': 503,
  stopped: 503,
};

/** A refusal. The request had no effect; one with status 503 may be repeated as it is, here or at another node. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
    this.status = STATUS[code];
  }

  get retryable(): boolean {
    return this.status === 503;
  }
}
