import { setTimeout as working } from 'node:timers/promises';
import { serve } from '../service.js';

serve({
  'POST /charge': async () => {
    await working(10);
    return { status: 201 };
  },
  'POST /invoice': async () => {
    await working(15);
    return { status: 201 };
  },
  'POST /receipt': async () => {
    await working(40);
    return { status: 201 };
  },
});
