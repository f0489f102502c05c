/** The list of findings, by class; each line leads to its place in the diagram. */
import type { DiagramData, PackedFinding } from '../diagram-data.js';
import { button, make } from './page-elements.js';

const SHOWN_AT_ONCE = 50;

/** Each class with its sign, which the diagram uses too. */
const CLASSES: Readonly<Record<PackedFinding['class'], { readonly sign: string; readonly says: string }>> = {
  skew: { sign: '✗', says: 'Effects before their cause' },
  race: { sign: '≠', says: 'Races' },
  missing: { sign: '┄', says: 'Missing' },
  clash: { sign: '‼', says: 'Identity clashes' },
  incomplete: { sign: '?', says: 'Incomplete stamps' },
  resolution: { sign: '~', says: 'Within clock resolution' },
  clocks: { sign: '◷', says: 'Clocks that do not agree' },
};

export class FindingsPanel {
  private readonly lines = new Map<PackedFinding, HTMLElement>();

  constructor(
    private readonly panel: HTMLElement,
    private readonly data: DiagramData,
    private readonly onOpen: (finding: PackedFinding) => void,
  ) {
    this.panel.replaceChildren(...this.content());
  }

  /** Marks the line of the finding that is looked at. */
  mark(finding: PackedFinding | undefined): void {
    for (const [one, line] of this.lines) line.setAttribute('aria-current', String(one === finding));
  }

  private content(): Node[] {
    const { totals, notes, spans } = this.data;
    if (spans.ids.length === 0)
      return [make('p', 'hint', 'This page was made of no spans, so there is nothing to find.')];
    const parts: Node[] = notes.map((note) => make('p', 'hint', note));
    const none: string[] = [];
    const order = Object.keys(CLASSES);
    const byOrder = [...totals].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
    for (const [name, total] of byOrder) {
      if (total === 0) none.push(CLASSES[name].says.toLowerCase());
      else parts.push(this.group(name, total));
    }
    if (none.length === totals.length) parts.unshift(make('p', 'good', '✔ Nothing wrong was found.'));
    else if (none.length > 0) parts.push(make('p', 'hint', `None: ${none.join(', ')}.`));
    return parts;
  }

  private group(name: PackedFinding['class'], total: number): HTMLElement {
    const { sign, says } = CLASSES[name];
    const mark = make('span', `sign ${name}`, sign);
    mark.setAttribute('aria-hidden', 'true');
    const summary = make('summary', '', mark, ` ${says} `, make('span', 'count', total.toLocaleString('en')));
    const group = make('details', 'group', summary);
    group.open = name !== 'resolution';
    const list = make('ul', '');
    group.append(list);
    const findings = this.data.findings.filter((finding) => finding.class === name);
    let shown = 0;
    const more = button('more', () => showMore(), 'Show more');
    const showMore = (): void => {
      for (const finding of findings.slice(shown, shown + SHOWN_AT_ONCE))
        list.append(make('li', '', this.line(finding)));
      shown += SHOWN_AT_ONCE;
      if (shown >= findings.length) more.remove();
    };
    showMore();
    if (shown < findings.length) group.append(more);
    if (total > findings.length) {
      group.append(
        make('p', 'hint', `${findings.length.toLocaleString('en')} of ${total.toLocaleString('en')} are listed.`),
      );
    }
    return group;
  }

  private line(finding: PackedFinding): HTMLElement {
    const line = button(
      'finding',
      () => this.onOpen(finding),
      make('b', '', finding.title),
      make('span', '', finding.says),
    );
    this.lines.set(finding, line);
    return line;
  }
}
