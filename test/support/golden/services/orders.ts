/** The demo's orders, which reads the stock for a new order and writes it when that is confirmed. */
import { setTimeout as working } from 'node:timers/promises';
import { serve } from '../../../../examples/demo/service.js';
import { touchStock } from './stock.js';

serve({
  'POST /orders': async () => {
    touchStock('read');
    await working(8);
    return { status: 201 };
  },
  'POST /confirm': async () => {
    touchStock('write');
    await working(12);
    return { status: 200 };
  },
  'POST /shipped': async () => {
    await working(5);
    return { status: 200 };
  },
});
