/**
 * `npm run golden`: runs the demo's fleet, once for each recipe, and keeps what its exporters sent, with every result of the
 * command on it. What is there is replaced: look at the difference before you commit it.
 *
 *     npm run golden -- [--results] [name ...]
 *
 * `--results` runs no fleet and makes only the results anew, from the exports that are there.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Fleet } from '../../../examples/demo/fleet.js';
import { post } from '../../../examples/demo/post.js';
import { Receiver } from '../../../examples/demo/receiver.js';
import { ENTRANCE } from '../../../examples/demo/scenario.js';
import { repositoryRoot } from '../repository.js';
import { type Recipe, RECIPES } from './recipes.js';
import { resultsOf } from './results.js';
import { ZipkinReceiver } from './zipkin-receiver.js';

/** What inventory does after its answer, and then its exporter's delay. */
const SETTLED_MS = 900;

async function record(recipe: Recipe, folder: string): Promise<void> {
  const receiver = new Receiver({ file: join(folder, 'export.jsonl'), onKept: () => {} });
  const zipkin = new ZipkinReceiver();
  const OTEL_EXPORTER_ZIPKIN_ENDPOINT = await zipkin.listen();
  const fleet = new Fleet({
    services: recipe.services.map((plan) => ({ ...plan, env: { ...plan.env, OTEL_EXPORTER_ZIPKIN_ENDPOINT } })),
    collectorUrl: await receiver.listen(),
    onCrash: (problem) => {
      throw problem;
    },
  });
  try {
    await fleet.start();
    for (let i = 1; i <= recipe.checkouts; i++) {
      await post(fleet.portOf(ENTRANCE.service), ENTRANCE.path);
      if (recipe.crashes === undefined) continue;
      // All but what it did last was sent by then.
      if (i < recipe.checkouts) await wait(SETTLED_MS);
      else await fleet.crash(recipe.crashes);
    }
    await fleet.stop();
  } finally {
    await fleet.kill();
    await receiver.close();
    zipkin.close();
  }
  if (recipe.zipkin === true) {
    const spans = zipkin.bodies.flatMap((body) => JSON.parse(body) as unknown[]);
    writeFileSync(join(folder, 'zipkin.json'), `${JSON.stringify(spans)}\n`);
  }
}

const { values, positionals } = parseArgs({
  options: { results: { type: 'boolean', default: false } },
  allowPositionals: true,
});
for (const recipe of RECIPES) {
  if (positionals.length > 0 && !positionals.includes(recipe.name)) continue;
  const folder = join(repositoryRoot, 'test', 'analysis', 'golden', recipe.name);
  mkdirSync(folder, { recursive: true });
  if (!values.results) await record(recipe, folder);
  for (const [name, text] of await resultsOf(join(folder, 'export.jsonl'))) writeFileSync(join(folder, name), text);
  console.log(`${recipe.name}: kept in ${folder}`);
}
