/** The gateway: it logs with pino. Its clock is right. */
import { pino } from 'pino';
import { call, serve } from './service.js';

const log = pino();
const { ORDERS_URL, PAYMENTS_URL } = process.env;

serve({
  checkout: async (checkout) => {
    log.info({ checkout }, 'checkout received');
    await Promise.all([call(ORDERS_URL, 'reserve', checkout), call(PAYMENTS_URL, 'authorize', checkout)]);
    log.info({ checkout }, 'stock and payment are there');
    await call(ORDERS_URL, 'ship', checkout);
    log.info({ checkout }, 'checkout done');
  },
});
