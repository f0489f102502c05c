/**
 * Loaded before a service of the soak: OpenTelemetry as a user sets it up, with this library as it is published, and
 * around it what keeps the ledger and spoils the wire.
 */
import { register } from 'node:module';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { CausalClock, CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';
import { OPTIONS, type SlotName } from '../slots.js';
import { ByRequestSampler } from './by-request-sampler.js';
import { LedgerFile } from './ledger-file.js';
import { LedgerProcessor, LedgerPropagator } from './ledger-hooks.js';
import { useParts } from './parts.js';
import { SpanLines } from './span-lines.js';
import { SteeredClock } from './steered-clock.js';
import { Wire } from './wire.js';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const { SOAK_FOLDER = '', SOAK_INCARNATION = '', SOAK_SLOT = '' } = process.env;
const slot = SOAK_SLOT as SlotName;
const physical = new SteeredClock();
const clock = new CausalClock({ ...OPTIONS[slot], ...(slot === 'skewed' && { now: physical.now }) });
const ledger = new LedgerFile(SOAK_FOLDER, SOAK_INCARNATION);
useParts({ clock, ledger, physical });

new Wire(ledger, () => clock.node).watch();
installHttpReplies({ clock });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new LedgerPropagator(ledger, new CausalityPropagator({ clock })));
trace.setGlobalTracerProvider(
  new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': slot }),
    sampler: new ByRequestSampler(),
    spanProcessors: [
      new LedgerProcessor(ledger),
      new CausalitySpanProcessor({ clock }),
      new SpanLines(SOAK_FOLDER, SOAK_INCARNATION),
    ],
  }),
);
registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()] });
