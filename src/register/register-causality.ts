/**
 * `node --import otel-causality/register`: puts the propagator, the span processor and HTTP replies into the SDK of
 * this process, and starts OpenTelemetry's automatic instrumentations where nobody else does.
 *
 * Guarantee: the application starts whatever happens here. What was not done is said once, as a process warning that
 * names what to do; a process warning is seen without a logger, which no SDK has set up yet.
 */
import { SDK_PATIENCE_MS } from '../clocks/limits.js';
import { clockProblems, disabledProblem, isDisabled } from '../otel/clock-options.js';
import { CausalityPropagator } from '../otel/propagator.js';
import { propagatorEnvironment } from '../otel/propagator-environment.js';
import { CausalitySpanProcessor } from '../otel/span-processor.js';
import { installHttpReplies } from '../node/http-replies.js';
import { joinSdk, type Outcome, watchSecondSdk } from './join-sdk.js';
import { Application, AUTO_INSTRUMENTATIONS, isPreloaded } from './start-sdk.js';

const REGISTERED = Symbol.for('otel-causality/register/1');
const IN_CODE = 'register CausalityPropagator, CausalitySpanProcessor and installHttpReplies in code instead';
const INSTALL = `npm install ${AUTO_INSTRUMENTATIONS}`;

/** Once for a process, however many copies of this package are loaded for it. */
export function registerCausality(): void {
  const host = globalThis as { [REGISTERED]?: true };
  if (host[REGISTERED] === true) return;
  if (Object.isExtensible(host)) Object.defineProperty(host, REGISTERED, { value: true });
  for (const problem of problems()) warn(problem);

  const joining = { outcome: undefined as Outcome | undefined };
  if (!isDisabled()) {
    joinSdk(
      {
        processor: () => new CausalitySpanProcessor(),
        wrap: (propagator) => new CausalityPropagator({ propagators: [propagator] }),
      },
      (outcome, error) => {
        joining.outcome = outcome;
        if (outcome === 'joined') installHttpReplies();
        else if (outcome === 'refused') warn(`did nothing, because ${wordsOf(error)}; ${IN_CODE}`);
      },
    );
  }
  if (joining.outcome !== undefined || isPreloaded(process.execArgv, process.env)) return;
  startSdk(new Application(process.argv[1], process.cwd()), () => joining.outcome !== undefined);
}

function startSdk(application: Application, isJoined: () => boolean): void {
  try {
    if (application.has(`${AUTO_INSTRUMENTATIONS}/register`)) {
      application.load(`${AUTO_INSTRUMENTATIONS}/register`);
      if (isJoined()) watchSecond(application);
      return;
    }
  } catch (error) {
    warn(`could not start ${AUTO_INSTRUMENTATIONS}: ${wordsOf(error)}`);
    return;
  }
  const absent = (): void => {
    if (!isJoined()) warn(`found no OpenTelemetry SDK to start or to join; run: ${INSTALL}`);
  };
  const bringsAnSdk = ['sdk-node', 'sdk-trace', 'sdk-trace-base'].some((name) =>
    application.has(`@opentelemetry/${name}`),
  );
  if (!bringsAnSdk) absent();
  // Switched off, we do not join what the application starts, and cannot tell whether it did.
  else if (!isDisabled()) once(absent);
}

/** When the application has had time to start its own SDK, or is about to end. */
function once(act: () => void): void {
  const timer = setTimeout(() => {
    process.off('beforeExit', atEnd);
    act();
  }, SDK_PATIENCE_MS).unref();
  const atEnd = (): void => {
    clearTimeout(timer);
    act();
  };
  process.once('beforeExit', atEnd);
}

function watchSecond(application: Application): void {
  let said = false;
  const api = application.load('@opentelemetry/api') as { readonly trace?: object } | undefined;
  watchSecondSdk(api?.trace === undefined ? [] : [{ trace: api.trace }], () => {
    if (said) return;
    said = true;
    warn(
      `had started OpenTelemetry's automatic instrumentations before the application started an SDK of its own, which is ` +
        `refused now; load otel-causality/register after that one, or ${IN_CODE}`,
    );
  });
}

function problems(): readonly string[] {
  return [
    ...disabledProblem(process.env),
    ...(isDisabled() ? [] : [...clockProblems(process.env), ...propagatorEnvironment(process.env).problems]),
  ];
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function warn(message: string): void {
  process.emitWarning(`otel-causality/register: ${message}`, 'OtelCausality');
}
