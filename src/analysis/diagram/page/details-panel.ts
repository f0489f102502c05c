/** What is known of the selected event and its span. */
import { durationText } from '../../wording/durations.js';
import { NONE, vectorOf } from '../../events/event-table.js';
import { entriesOf } from '../pack-vectors.js';
import { eventsOfSpan } from './axes.js';
import { CONCURRENT, countOf, FUTURE, PAST, UNKNOWN } from './event-classes.js';
import { eventLine, eventTitle, instantText, vectorText } from './event-words.js';
import { CLASS_LOOKS } from './paint-bars.js';
import type { Arrow } from './diagram-model.js';
import { button, make } from './page-elements.js';
import type { Scene } from './scene.js';

const MOST_NEIGHBOURS = 12;
const NOTHING_THERE = 'There is nothing to choose. Was the right trace exported?';
const NOTHING_CHOSEN =
  'Choose an event: click the left or right end of a bar, or press an arrow key in the diagram. ' +
  'Then its past, its future and what is concurrent with it are told apart.';
const CLASS_WORDS = [
  [PAST, 'before it'],
  [FUTURE, 'after it'],
  [CONCURRENT, 'concurrent'],
  [UNKNOWN, 'unknown'],
] as const;

export interface DetailsListener {
  onPick(event: number): void;
  onPickLog(log: number): void;
}

export class DetailsPanel {
  constructor(
    private readonly panel: HTMLElement,
    private readonly scene: Scene,
    private readonly listener: DetailsListener,
  ) {}

  show(event: number | undefined, classes: Uint8Array | undefined): void {
    if (event === undefined || classes === undefined) {
      this.panel.replaceChildren(make('p', 'hint', this.scene.model.spanCount === 0 ? NOTHING_THERE : NOTHING_CHOSEN));
      return;
    }
    const { model } = this.scene;
    const span = Math.floor(event / 3);
    const parts: Node[] = [make('h3', '', eventTitle(model, event)), this.counts(classes), this.tabs(span, event)];
    parts.push(this.facts(span, event));
    parts.push(
      ...this.neighbours('Causes', model.causesOf(event), (cause) => model.arrowBetween(cause, event)),
      ...this.neighbours('Effects', model.effectsOf(event), (effect) => model.arrowBetween(event, effect)),
    );
    const logs = model.logsOf(span);
    parts.push(
      ...this.list('Logs', logs, (log) =>
        button('link', () => this.listener.onPickLog(log), model.logs[log]?.text ?? ''),
      ),
    );
    const attributes = model.attributes(span);
    if (attributes.length > 0) parts.push(make('h4', '', 'Attributes'), table(attributes));
    this.panel.replaceChildren(...parts);
  }

  showLog(log: number): void {
    const { model } = this.scene;
    const one = model.logs[log];
    if (one === undefined) return;
    const { baseNanos, lanes } = model.table;
    const pairs: [string, string][] = [
      ['service', lanes[one.lane]?.service ?? ''],
      ['node', lanes[one.lane]?.id ?? ''],
      [
        'written',
        one.nanos === undefined ? 'nobody says when' : instantText(baseNanos + BigInt(Math.round(one.nanos))),
      ],
      ['stands', `after Lamport ${one.lamport}`],
      ['trace id', model.data.table.traces[one.trace] ?? ''],
    ];
    const parts: Node[] = [make('h3', '', one.text), table(pairs)];
    if (one.span !== NONE) parts.push(...this.neighbours('Written in', [3 * one.span], () => undefined));
    const causes = new Set(one.behind === NONE ? one.causes : [one.behind, ...one.causes]);
    parts.push(...this.neighbours('Causes', [...causes], () => undefined));
    if (one.next !== NONE) parts.push(...this.neighbours('Effects', [one.next], () => undefined));
    this.panel.replaceChildren(...parts);
  }

  /** Of the traces that are shown; of others only what is known, because mostly nothing is. */
  private counts(classes: Uint8Array): HTMLElement {
    const { scene } = this;
    const here = new Uint8Array(classes.length);
    for (const span of scene.spans) here.set(classes.subarray(3 * span, 3 * span + 3), 3 * span);
    const list = make('ul', 'counts');
    for (const [one, words] of CLASS_WORDS) {
      const { colour, sign } = CLASS_LOOKS[one] as (typeof CLASS_LOOKS)[number];
      const key = make('span', `key ${colour}`, sign);
      key.setAttribute('aria-hidden', 'true');
      list.append(make('li', '', key, ` ${countOf(here, one).toLocaleString('en')} ${words}`));
    }
    const elsewhere = CLASS_WORDS.filter(([one]) => one !== UNKNOWN)
      .map(([one, words]) => [countOf(classes, one) - countOf(here, one), words] as const)
      .filter(([count]) => count > 0)
      .map(([count, words]) => `${count.toLocaleString('en')} ${words}`);
    if (elsewhere.length > 0) list.append(make('li', 'hint wide', `In other traces: ${elsewhere.join(', ')}`));
    return list;
  }

  /** The events of the span, to change between them. */
  private tabs(span: number, chosen: number): HTMLElement {
    const row = make('div', 'tabs');
    for (const event of eventsOfSpan(this.scene.model, span)) {
      const tab = button('', () => this.listener.onPick(event), ['start', 'reply', 'end'][event % 3] ?? '');
      tab.setAttribute('aria-pressed', String(event === chosen));
      row.append(tab);
    }
    return row;
  }

  private facts(span: number, event: number): HTMLElement {
    const { model } = this.scene;
    const { table: columns } = model;
    const recorded = columns.spans[span];
    const lane = model.lane(span);
    const pairs: [string, string][] = [
      ['service', model.service(span)],
      ['node', lane.id],
      ['kind', recorded?.kind ?? ''],
      ['started', instantText(recorded?.startNanos ?? 0n)],
      ['took', durationText((columns.endNanos[span] as number) - (columns.startNanos[span] as number))],
      ['Lamport', String(columns.lamport[event])],
    ];
    if (model.status(span) !== 'unset') pairs.push(['status', model.status(span)]);
    if (columns.isStamped(event)) {
      pairs.push(['tick', String(columns.tick[event])]);
      if (event % 3 !== 1) pairs.push(['vector', this.vector(event)]);
    } else pairs.push(['order', 'derived: no stamp']);
    if (event % 3 === 1) pairs.push(['wall time', 'of a reply is not recorded']);
    const hybrid = model.hybrid.get(event);
    if (hybrid !== undefined) {
      const unordered = model.data.hybridUnordered.includes(event) ? ', proves no order' : '';
      pairs.push(['HLC', instantText(columns.baseNanos + BigInt(Math.round(hybrid))) + unordered]);
    }
    if (columns.isToldIncomplete(span)) pairs.push(['stamps', 'incomplete']);
    pairs.push(['span id', model.spanId(span)], ['trace id', model.traceId(span)]);
    return table(pairs);
  }

  private vector(event: number): string {
    const { model } = this.scene;
    const entries = new Map(entriesOf(model.table, vectorOf(event)));
    entries.set(model.table.chain[event] as number, model.table.tick[event] as number);
    return vectorText(model, entries);
  }

  private neighbours(title: string, events: readonly number[], arrowOf: (event: number) => Arrow | undefined): Node[] {
    const { model } = this.scene;
    return this.list(title, events, (event) => {
      const line = button('link', () => this.listener.onPick(event), eventLine(model, event));
      const arrow = arrowOf(event);
      if (arrow !== undefined)
        line.append(make('small', arrow.wall, ` ${model.delayText(arrow, title === 'Effects')}`));
      return line;
    });
  }

  private list(title: string, all: readonly number[], lineOf: (one: number) => HTMLElement): Node[] {
    if (all.length === 0) return [];
    const list = make('ul', 'links');
    for (const one of all.slice(0, MOST_NEIGHBOURS)) list.append(make('li', '', lineOf(one)));
    if (all.length > MOST_NEIGHBOURS) list.append(make('li', 'hint', `and ${all.length - MOST_NEIGHBOURS} more`));
    return [make('h4', '', title), list];
  }
}

function table(pairs: readonly (readonly [string, string])[]): HTMLElement {
  const list = make('dl', 'facts');
  for (const [key, value] of pairs) list.append(make('dt', '', key), make('dd', '', value));
  return list;
}
