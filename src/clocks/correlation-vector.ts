/**
 * Microsoft's correlation vector (cV, MS-CV), a light vector clock in one line: each service extends what it
 * received, and counts the last element up before it sends.
 *
 * Guarantee: immutable; what parses is printed unchanged; every operation gives a legal vector of the same version.
 * A vector of version 1 or 2.1 that cannot grow is *terminated*: the input with `!`, which never changes again. One of
 * version 3.0 is *reset* instead, and says what it replaced.
 * Hazard: a vector extends from one place only. Two receivers of one value, or a sender that does not increment,
 * make the same vector twice; such receivers must {@link CorrelationVector.spin}.
 *
 * Follows: the specifications in microsoft/CorrelationVector, see correlation-vector-format.ts.
 */
import { encodeBase } from './correlation-vector-base.js';
import {
  type CorrelationVectorFormat,
  type CorrelationVectorVersion,
  correlationVectorFormat,
  formatOfVersion,
} from './correlation-vector-format.js';
import {
  type CorrelationVectorSource,
  drawSpin,
  type SpinInterval,
  type SpinParameters,
  spinBits,
  spinElements,
  spinId,
} from './correlation-vector-spin.js';
import { type TraceparentOptions, vectorOfTraceparent, writeTraceparent } from './correlation-vector-traceparent.js';
import { InvalidValueError } from './errors.js';
import { MAX_CORRELATION_ELEMENT } from './limits.js';
import { hostRandomBytes } from './node-id.js';

/** How a new vector begins. */
export interface CreateCorrelationVectorOptions extends CorrelationVectorSource {
  /** Default: `2.1`, the version in use. */
  readonly version?: CorrelationVectorVersion;
  /** The base, to continue something else's identity. Default: random. */
  readonly base?: string;
}

/** What a reset took away, which must be recorded beside the new vector, or the trace cannot be put together. */
export interface ReplacedVector {
  /** Everything after the base of the old vector, for example `.1.F_93816B91E430A7BB.2`. */
  readonly suffix: string;
  /** The sixteen digits that stand for it in the new one. */
  readonly id: string;
}

/** A correlation vector. Immutable: every operation returns another one, or the same where nothing can change. */
export class CorrelationVector {
  private constructor(
    /** The vector as text, as it goes over the wire. */
    readonly value: string,
    private readonly format: CorrelationVectorFormat,
    private readonly source: Required<CorrelationVectorSource>,
    /** What this vector's making replaced by a reset; undefined unless the last operation was one. */
    readonly replaced: ReplacedVector | undefined,
  ) {}

  /** A new vector, `<base>.0`. Throws {@link InvalidValueError} for a version or base that does not exist. */
  static create(options: CreateCorrelationVectorOptions = {}): CorrelationVector {
    const source = sourceOf(options);
    const format = formatOfVersion(options.version ?? '2.1');
    const base = options.base ?? encodeBase(source.randomBytes(format.baseBytes));
    if (typeof base !== 'string' || !format.base.test(base)) {
      throw new InvalidValueError('base', base, `the base64 characters of version ${format.version}`);
    }
    return new CorrelationVector(`${format.prefix}${base}.0`, format, source, undefined);
  }

  /** Reads a vector of any version. Throws {@link InvalidValueError} for anything else. */
  static parse(text: string, source: CorrelationVectorSource = {}): CorrelationVector {
    return new CorrelationVector(text, correlationVectorFormat(text), sourceOf(source), undefined);
  }

  /**
   * A vector of version 3.0 for a request that came with W3C Trace Context only: the trace id is its base, the
   * parent id its first element. Throws {@link InvalidValueError} unless the text is a valid `traceparent`.
   */
  static fromTraceparent(traceparent: string, source: CorrelationVectorSource = {}): CorrelationVector {
    return CorrelationVector.parse(vectorOfTraceparent(traceparent), source);
  }

  /** The version of its format, which no operation changes. */
  get version(): CorrelationVectorVersion {
    return this.format.version;
  }

  /** The base64 characters that all vectors of one trace share. */
  get base(): string {
    const { prefix } = this.format;
    return this.value.slice(prefix.length, this.baseEnd);
  }

  /** True when a vector of version 1 or 2.1 has reached its end. */
  get isTerminated(): boolean {
    return this.value.endsWith('!');
  }

  /** For an incoming message, once: a new last element, 0. */
  extend(): CorrelationVector {
    return this.grown(`${this.value}.0`);
  }

  /** Before each outgoing message: the last element counted up. */
  increment(): CorrelationVector {
    if (this.isTerminated) return this;
    const last = this.value.lastIndexOf('.') + 1;
    const { radix } = this.format;
    const next = Number.parseInt(this.value.slice(last), radix) + 1;
    if (next > MAX_CORRELATION_ELEMENT) return this.ended('0');
    const element = next.toString(radix).toUpperCase();
    return this.grown(this.value.slice(0, last) + element, element);
  }

  /**
   * Instead of {@link extend} where one value may be received more than once: puts time and randomness in between.
   * Throws {@link InvalidValueError} in version 1, which has no spin, and for parameters that do not exist.
   */
  spin(parameters: SpinParameters = {}): CorrelationVector {
    const { version, terminates } = this.format;
    if (version === '1') throw new InvalidValueError('version', version, 'a version with spin: 2.1 or 3.0');
    const chosen = {
      interval: parameters.interval ?? 'coarse',
      periodicity: parameters.periodicity ?? (terminates ? 'short' : 'long'),
      entropy: parameters.entropy ?? (terminates ? 2 : 4),
    };
    const drawn = drawSpin(chosen, this.source);
    return this.grown(
      terminates ? `${this.value}.${spinElements(drawn, spinBits(chosen))}.0` : `${this.value}_${spinId(drawn)}.0`,
    );
  }

  /**
   * Version 3.0: replaces everything after the base by time and randomness, `A.<base>#<id>.0`. Record
   * {@link replaced}. Throws {@link InvalidValueError} in the other versions.
   */
  reset({ interval = 'fine' }: { readonly interval?: SpinInterval } = {}): CorrelationVector {
    if (this.format.terminates) throw new InvalidValueError('version', this.version, 'a version with reset: 3.0');
    return this.resetTo('0', interval);
  }

  /**
   * Version 3.0: a `traceparent` of the same trace for a service that knows nothing else. Increment first, and record
   * the span id beside this vector. Throws {@link InvalidValueError} in the other versions and for illegal ids.
   */
  toTraceparent(options: TraceparentOptions = {}): string {
    if (this.format.terminates) throw new InvalidValueError('version', this.version, '3.0');
    return writeTraceparent(this.base, options, this.source.randomBytes);
  }

  /** The same as {@link value}. */
  toString(): string {
    return this.value;
  }

  /** The same as {@link value}. */
  toJSON(): string {
    return this.value;
  }

  private get baseEnd(): number {
    const { prefix, terminates } = this.format;
    const length = this.value.slice(prefix.length).search(terminates ? /\./ : /[.#-]/);
    return prefix.length + length;
  }

  /** The text as a vector where it fits, and otherwise the end of this one. */
  private grown(text: string, lastElement = '0'): CorrelationVector {
    if (this.isTerminated) return this;
    return text.length > this.format.maxLength
      ? this.ended(lastElement)
      : new CorrelationVector(text, this.format, this.source, undefined);
  }

  private ended(lastElement: string): CorrelationVector {
    return this.format.terminates
      ? new CorrelationVector(`${this.value}!`, this.format, this.source, undefined)
      : this.resetTo(lastElement, 'fine');
  }

  private resetTo(lastElement: string, interval: SpinInterval): CorrelationVector {
    const id = spinId(drawSpin({ interval, periodicity: 'long', entropy: 4 }, this.source));
    const head = this.value.slice(0, this.baseEnd);
    const replaced = { suffix: this.value.slice(head.length), id };
    return new CorrelationVector(`${head}#${id}.${lastElement}`, this.format, this.source, replaced);
  }
}

function sourceOf({ now, randomBytes, epoch }: CorrelationVectorSource): Required<CorrelationVectorSource> {
  if (epoch !== undefined && epoch !== 'unix' && epoch !== 'dotnet') {
    throw new InvalidValueError('epoch', epoch, '"unix" or "dotnet"');
  }
  return { now: now ?? (() => Date.now()), randomBytes: randomBytes ?? hostRandomBytes, epoch: epoch ?? 'unix' };
}
