/** Serves the page for your own browser until you press Ctrl+C. */
import { Fleet } from './fleet.js';

const fleet = await new Fleet().start({ site: Number(process.env['PORT'] ?? 8080) });
console.log(
  `Open ${fleet.origin} in two tabs, place orders, refresh. ${fleet.origin}/?clock=-7 has a clock 7 minutes slow.`,
);
console.log('Ctrl+C ends it.');
process.once('SIGINT', () => void fleet.stop().then(() => process.exit(0)));
