/** The head of the page: which trace, which axis, and what this is. */
import { NONE } from '../../events/event-table.js';
import { AXES, type AxisName } from './axes.js';
import type { DiagramModel } from './diagram-model.js';
import { elementById, make } from './page-elements.js';
import type { Scene } from './scene.js';

export interface ToolbarListener {
  onTrace(trace: number): void;
  onAxis(axis: AxisName): void;
}

const AXIS_WORDS: Readonly<Record<AxisName, string>> = {
  lamport: 'Lamport time: every effect stands right of its cause.',
  hlc: 'Hybrid logical time: near to wall time, and every effect stands right of its cause.',
  wall: 'Wall time, as each clock had it: where a clock lies, arrows run backwards.',
};

export class Toolbar {
  private readonly traces = elementById('trace', HTMLSelectElement);
  private readonly summary = elementById('summary', HTMLElement);
  private readonly caption = elementById('caption', HTMLElement);
  private readonly help = elementById('help', HTMLDialogElement);

  constructor(
    private readonly model: DiagramModel,
    listener: ToolbarListener,
  ) {
    this.fillTraces();
    this.traces.addEventListener('change', () => listener.onTrace(Number(this.traces.value)));
    for (const axis of AXES) {
      elementById(`axis-${axis}`, HTMLInputElement).addEventListener('change', () => listener.onAxis(axis));
    }
    elementById('show-help', HTMLButtonElement).addEventListener('click', () => this.showHelp());
  }

  tell({ axis, trace, spans, logs, rows }: Scene): void {
    for (const one of AXES) elementById(`axis-${one}`, HTMLInputElement).checked = one === axis;
    this.traces.value = String(trace);
    const isDerived = axis === 'hlc' && this.model.data.hybrid.length === 0;
    this.caption.textContent = AXIS_WORDS[axis] + (isDerived ? ' Derived: the spans carry none.' : '');
    const lanes = `${rows.lanes.length.toLocaleString('en')} ${rows.lanes.length === 1 ? 'node' : 'nodes'}`;
    const id = this.model.data.table.traces[trace];
    const spanCount = `${spans.length.toLocaleString('en')} ${spans.length === 1 ? 'span' : 'spans'}`;
    const logCount = `${logs.length.toLocaleString('en')} ${logs.length === 1 ? 'log' : 'logs'}`;
    const told = logs.length === 0 ? spanCount : `${spanCount} and ${logCount}`;
    this.summary.textContent = `${told} on ${lanes}${id === undefined ? '' : ` of trace ${id}`}`;
  }

  showHelp(): void {
    this.help.showModal();
  }

  private fillTraces(): void {
    const { model } = this;
    const { traces } = model.data.table;
    const counts = traces.map(() => 0);
    const roots = traces.map(() => '');
    for (const event of model.order) {
      if (event % 3 !== 0) continue;
      const trace = model.table.trace[event / 3] as number;
      counts[trace] = (counts[trace] as number) + 1;
      roots[trace] ||= model.name(event / 3);
    }
    traces.forEach((id, i) => this.option(String(i), `${id.slice(0, 8)} ${roots[i] ?? ''} (${counts[i] ?? 0})`));
    if (traces.length > 1) this.option(String(NONE), `All ${traces.length.toLocaleString('en')} traces`);
    this.traces.hidden = traces.length <= 1;
  }

  private option(value: string, text: string): void {
    const option = make('option', '', text);
    option.value = value;
    this.traces.append(option);
  }
}
