import { runSchedule } from './simulation/schedule.js';
const t=Date.now();
const totals: Record<string, number> = {};
const opt = process.argv[3] === undefined ? {} : JSON.parse(process.argv[3]) as object;
for (let seed = 1; seed <= Number(process.argv[2] ?? 10); seed++) {
  const r = await runSchedule(seed, opt);
  for (const f of r.findings.slice(0, 2)) console.log(seed, f.violation, f.message);
  for (const [k, v] of Object.entries(r)) if (typeof v === 'number') totals[k] = (totals[k] ?? 0) + v;
  for (const [k, v] of Object.entries(r.faults)) totals[k] = (totals[k] ?? 0) + v;
}
console.log(totals, Date.now() - t);
