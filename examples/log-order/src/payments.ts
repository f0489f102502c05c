/** Payments: it logs with winston, through OpenTelemetry's transport. Its clock is ahead. */
import { OpenTelemetryTransportV3 } from '@opentelemetry/winston-transport';
import { setImmediate as later } from 'node:timers/promises';
import { createLogger, transports } from 'winston';
import { serve } from './service.js';

const log = createLogger({ transports: [new transports.Console(), new OpenTelemetryTransportV3()] });

serve({
  authorize: async (checkout) => {
    log.info('asking the bank', { checkout });
    await later();
    log.info('payment authorized', { checkout });
  },
  capture: (checkout) => {
    log.info('money captured', { checkout });
    return Promise.resolve();
  },
});
