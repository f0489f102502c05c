/**
 * What a page of `otel-causality diagram` costs: to make, to open, and a frame while it is zoomed, in real Chromium.
 *
 *     npm run build && npm run compile && node build/bench/analysis/diagram.js [--spans 5000] [--axis wall] [--plain]
 *
 * `script` is the time that the page's own code takes for a frame. `frame` is from one frame to the next, which also holds what
 * Chromium takes to put the canvas on the screen, here without a graphics card; it is never less than 16.7 ms.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { renderDiagram } from '../../src/analysis/diagram/render-diagram.js';
import { recordedFleet } from './recorded-fleet.js';

const FRAMES = 120;

const { values } = parseArgs({
  options: {
    spans: { type: 'string', default: '5000' },
    axis: { type: 'string', default: 'wall' },
    plain: { type: 'boolean', default: false },
  },
});
const count = Number(values.spans);
const fleet = recordedFleet({ spans: count, stamped: !values.plain, requestsPerTrace: count });
const graph = CausalGraph.of(fleet);
const started = performance.now();
const html = renderDiagram(graph);
console.log(
  `made: ${graph.spanCount} spans in ${ms(performance.now() - started)}, ${(html.length / 1e6).toFixed(2)} MB`,
);

const folder = mkdtempSync(join(tmpdir(), 'otel-causality-bench-'));
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  const file = join(folder, 'page.html');
  writeFileSync(file, html);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  // What the page asks to be called for a frame is timed from outside.
  await page.addInitScript(`{
    const ask = requestAnimationFrame.bind(window);
    window.scripts = [];
    window.requestAnimationFrame = (callback) => ask((now) => {
      const started = performance.now();
      callback(now);
      window.scripts.push(performance.now() - started);
    });
    window.untimed = ask;
  }`);
  await page.goto(`${pathToFileURL(file).href}#axis=${values.axis}`);
  const opened = await page.evaluate<number>(`new Promise((resolve) => untimed(() => resolve(performance.now())))`);
  console.log(`opened: painted for the first time ${ms(opened)} after its address was asked for`);
  for (const [what, delta, from] of [
    ['the whole, in and out', 20, 1],
    ['zoomed in 40 times, in and out', 20, 40],
    ['the whole with an event chosen', 20, 1],
  ] as const) {
    if (what.endsWith('chosen')) {
      await page.focus('canvas');
      for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
    }
    await page.evaluate(
      `location.hash = location.hash.replace(/&zoom=[^&]*|&middle=[^&]*/g, '') + '&zoom=${from}&middle=0.5'`,
    );
    const { scripts, frames } = await page.evaluate<{ scripts: number[]; frames: number[] }>(`(async () => {
      const canvas = document.querySelector('canvas');
      const frame = () => new Promise((resolve) => untimed(resolve));
      await frame();
      await frame();
      window.scripts.length = 0;
      const frames = [];
      let before = await frame();
      for (let i = 0; i < ${FRAMES}; i++) {
        canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: i % 2 === 0 ? -${delta} : ${delta}, clientX: 600, clientY: 400, bubbles: true, cancelable: true }));
        const now = await frame();
        frames.push(now - before);
        before = now;
      }
      return { scripts: window.scripts, frames };
    })()`);
    console.log(`${what}: script ${spread(scripts)}; frame ${spread(frames)}; ${scripts.length} frames painted`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return `median ${ms(at(0.5))}, 95 % below ${ms(at(0.95))}`;
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}
