/**
 * Joins an OpenTelemetry SDK that somebody else starts, or has started. There is no public way to add a span processor
 * to a provider or to wrap the global propagator, so this file, and no other, touches what is private:
 *
 * - `globalThis[Symbol.for('opentelemetry.js.api.1')]`, where every copy of `@opentelemetry/api` 1.x keeps the global
 *   propagator (`propagation`) and the proxy of the global tracer provider (`trace`);
 * - `setDelegate` and `getDelegate` of that proxy;
 * - `_activeSpanProcessor._spanProcessors` of the SDK's provider (2.x and 3.x).
 *
 * Guarantee: both parts or none. Nothing is changed before the provider has shown the shape that is known; where it
 * has another, the hooks are taken back and {@link Told} says so, once. Nothing throws into the SDK's start.
 * Hazard: the hooks are on the global object and not on the API's methods, because API 1.10 has an ESM and a CommonJS
 * copy side by side, and the SDK may use the other one.
 */
import { type TextMapPropagator, trace } from '@opentelemetry/api';

/** What is put into the SDK, made when it is needed. */
export interface Parts {
  readonly processor: () => object;
  readonly wrap: (propagator: TextMapPropagator) => TextMapPropagator;
}

/** How it went: `already` where code has registered both parts. */
export type Outcome = 'joined' | 'already' | 'refused';

type Told = (outcome: Outcome, error?: unknown) => void;

interface Api {
  propagation?: TextMapPropagator;
  trace?: Proxy;
}

interface Proxy {
  setDelegate?: (this: Proxy, provider: unknown) => void;
  getDelegate?(): unknown;
}

/** Where the SDK's provider keeps its processors, on both major versions. */
const ACTIVE = '_activeSpanProcessor';
const LIST = '_spanProcessors';

interface Provider {
  readonly [ACTIVE]?: { [LIST]?: unknown };
}

const API = Symbol.for('opentelemetry.js.api.1');
const host = globalThis as { [API]?: Api };

/** Joins at once where an SDK runs, else as soon as one starts. */
export function joinSdk(parts: Parts, told: Told): void {
  new Joining(parts, told).begin();
}

/** Calls back when an SDK is started beside one that runs: the API refuses it, and nobody might see that. */
export function watchSecondSdk(apis: readonly { readonly trace: object }[], told: () => void): void {
  for (const { trace: api } of [{ trace }, ...apis]) {
    const tracing = api as { setGlobalTracerProvider: (this: object, provider: unknown) => boolean };
    const original = tracing.setGlobalTracerProvider;
    if (typeof original !== 'function' || Object.hasOwn(tracing, 'setGlobalTracerProvider')) continue;
    tracing.setGlobalTracerProvider = function setGlobalTracerProvider(provider) {
      const accepted = original.call(this, provider);
      if (!accepted) told();
      return accepted;
    };
  }
}

class Joining {
  private outcome: Outcome | undefined = undefined;
  private undo: (() => void)[] = [];

  constructor(
    private readonly parts: Parts,
    private readonly told: Told,
  ) {}

  begin(): void {
    this.guarded(() => {
      const api = host[API];
      if (api === undefined) this.watch(host, API, (made) => this.watchApi(made));
      else this.watchApi(api);
    });
  }

  private watchApi(api: Api): void {
    if (api.trace !== undefined) this.attach(api);
    else this.watch(api, 'trace', (proxy) => this.watchProxy(api, proxy));
    if (this.outcome !== 'refused' && api.propagation === undefined) {
      this.watch(api, 'propagation', () => {
        if (this.outcome === 'joined') this.wrapPropagator(api);
      });
    }
  }

  /** The API registers its proxy first and gives it the SDK's provider a moment later. */
  private watchProxy(api: Api, proxy: Proxy): void {
    const { setDelegate } = proxy;
    if (typeof setDelegate !== 'function') throw new TypeError('the global tracer provider takes no delegate');
    proxy.setDelegate = (provider) => {
      delete proxy.setDelegate;
      setDelegate.call(proxy, provider);
      this.guarded(() => this.attach(api));
    };
  }

  private attach(api: Api): void {
    const active = (api.trace?.getDelegate?.() as Provider | undefined)?.[ACTIVE];
    const processors = active?.[LIST];
    if (active === undefined || !Array.isArray(processors)) {
      throw new TypeError('the tracer provider keeps no list of span processors where SDKs 2.x and 3.x do');
    }
    const isStamped = processors.some((one) => isNamed(one, 'CausalitySpanProcessor'));
    if (!isStamped) {
      // A new list: the old one may be an array of the application's.
      const list = [this.parts.processor(), ...(processors as unknown[])];
      active[LIST] = list;
      if (active[LIST] !== list) throw new TypeError('its list of span processors cannot be replaced');
      this.undo.push(() => {
        active[LIST] = processors;
      });
    }
    const isCarried = this.wrapPropagator(api);
    this.undo = [];
    this.settle(isStamped && isCarried ? 'already' : 'joined');
  }

  /** True where there was nothing to wrap. An SDK without a propagator is meant to send nothing. */
  private wrapPropagator(api: Api): boolean {
    const { propagation } = api;
    if (propagation === undefined || isNamed(propagation, 'CausalityPropagator')) return true;
    const wrapped = this.parts.wrap(propagation);
    api.propagation = wrapped;
    if (api.propagation !== wrapped) throw new TypeError('the global propagator cannot be replaced');
    return false;
  }

  /** Makes `target[name]` call back when it is first set. */
  private watch<T, K extends keyof T>(target: T, name: K, set: (value: NonNullable<T[K]>) => void): void {
    const plain = (value: T[K]): void => {
      Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
    };
    Object.defineProperty(target, name, {
      get: () => undefined,
      set: (value: T[K]) => {
        plain(value);
        if (value !== undefined && value !== null) this.guarded(() => set(value));
      },
      enumerable: true,
      configurable: true,
    });
    this.undo.push(() => {
      if (Object.getOwnPropertyDescriptor(target, name)?.set !== undefined) delete target[name];
    });
  }

  private guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      const { undo } = this;
      this.undo = [];
      for (const back of undo.reverse()) back();
      this.settle('refused', error);
    }
  }

  private settle(outcome: Outcome, error?: unknown): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.told(outcome, error);
  }
}

/** Not instanceof: it may come from another copy of this package. */
function isNamed(value: unknown, name: string): boolean {
  return (value as { constructor?: { name?: unknown } } | undefined)?.constructor?.name === name;
}
