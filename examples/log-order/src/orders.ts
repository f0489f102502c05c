/** Orders: it logs with pino, too. Its clock is behind. */
import { setImmediate as later } from 'node:timers/promises';
import { pino } from 'pino';
import { call, serve } from './service.js';

const log = pino();
const { PAYMENTS_URL } = process.env;

serve({
  reserve: async (checkout) => {
    log.info({ checkout }, 'looking for stock');
    await later();
    log.info({ checkout }, 'stock reserved');
  },
  ship: async (checkout) => {
    log.info({ checkout }, 'packing');
    await call(PAYMENTS_URL, 'capture', checkout);
    log.info({ checkout }, 'shipped');
  },
});
