/** `<causal-order>`: the trace of the last order that was placed here, as the collector has it. */
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { CausalRows } from '../src/trace-table';
import { addresses } from './addresses';
import { element } from './element';

const COLLECTED_AFTER_MS = 1_200;

export class CausalOrder extends HTMLElement {
  private asked: ReturnType<typeof setTimeout> | undefined;

  /** Shows a trace when its spans have had time to come. */
  showLater(traceId: string): void {
    clearTimeout(this.asked);
    this.asked = setTimeout(() => void this.show(traceId).catch(() => this.replaceChildren()), COLLECTED_AFTER_MS);
  }

  private async show(traceId: string): Promise<void> {
    const response = await context.with(suppressTracing(context.active()), () =>
      fetch(`${addresses.collector}/traces/${traceId}`),
    );
    if (!response.ok) return;
    this.render((await response.json()) as CausalRows);
  }

  private render({ rows, edges, proven, inverted, complete }: CausalRows): void {
    const title = element('h2');
    title.textContent = 'Your last order, in causal order';
    const summary = element('p');
    summary.textContent = `${proven} of ${edges} causes are proven to come before their effects${
      complete ? ', and nothing is hidden' : '; something is hidden'
    }. By wall clock ${inverted} of ${edges} are inverted.`;
    const table = element('table');
    table.append(rowOf('th', ['Lamport', 'where', 'what', 'by its wall clock']));
    for (const { lamport, node, name, wallMs, wrongWay } of rows) {
      const row = rowOf('td', [String(lamport), node, name, millis(wallMs)]);
      if (wrongWay) row.className = 'wrong';
      table.append(row);
    }
    this.replaceChildren(title, summary, table);
  }
}

function rowOf(tag: 'td' | 'th', cells: readonly string[]): HTMLElement {
  const row = element('tr');
  for (const cell of cells) {
    const made = element(tag);
    made.textContent = cell;
    row.append(made);
  }
  return row;
}

function millis(ms: number): string {
  const sign = ms < 0 ? '−' : '+';
  return Math.abs(ms) < 10_000
    ? `${sign}${Math.abs(ms).toFixed(0)} ms`
    : `${sign}${(Math.abs(ms) / 60_000).toFixed(2)} min`;
}
