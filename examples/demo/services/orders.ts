import { setTimeout as working } from 'node:timers/promises';
import { serve } from '../service.js';

serve({
  'POST /orders': async () => {
    await working(8);
    return { status: 201 };
  },
  'POST /confirm': async () => {
    await working(12);
    return { status: 200 };
  },
  'POST /shipped': async () => {
    await working(5);
    return { status: 200 };
  },
});
