/** The search field and what it found. */
import type { DiagramModel } from './diagram-model.js';
import { button, elementById, make } from './page-elements.js';
import { SpanSearch } from './search-spans.js';

const MOST_SHOWN = 100;

export interface SearchListener {
  /** Everything that matches; undefined when nothing is searched. */
  onFound(spans: readonly number[] | undefined): void;
  onPick(span: number): void;
}

export class SearchPanel {
  private readonly field = elementById('search', HTMLInputElement);
  private readonly results = elementById('results', HTMLElement);
  private readonly search: SpanSearch;
  private found: readonly number[] = [];
  private at = -1;

  constructor(
    private readonly model: DiagramModel,
    private readonly listener: SearchListener,
  ) {
    this.search = new SpanSearch(model);
    this.field.addEventListener('input', () => this.find());
    this.field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.next(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') this.clear();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  focus(): void {
    this.field.focus();
    this.field.select();
  }

  clear(): void {
    this.field.value = '';
    this.find();
    this.field.blur();
  }

  private find(): void {
    const query = this.field.value;
    this.found = this.search.find(query);
    this.at = -1;
    const isEmpty = query.trim() === '';
    this.results.hidden = isEmpty;
    this.listener.onFound(isEmpty ? undefined : this.found);
    if (isEmpty) return;
    const count = `${this.found.length.toLocaleString('en')} ${this.found.length === 1 ? 'span' : 'spans'} found`;
    const list = make('ul', 'links');
    this.found.slice(0, MOST_SHOWN).forEach((span, i) => {
      const { model } = this;
      const line = button(
        'link',
        () => this.pick(i),
        `${model.service(span)} ${model.name(span)}`,
        make('small', '', ` ${model.spanId(span)}`),
      );
      list.append(make('li', '', line));
    });
    const rest = this.found.length - MOST_SHOWN;
    const more = rest > 0 ? [make('p', 'hint', `and ${rest.toLocaleString('en')} more; Enter goes through all`)] : [];
    this.results.replaceChildren(make('p', 'hint', count), list, ...more);
  }

  private next(by: 1 | -1): void {
    if (this.found.length > 0) this.pick((this.at + by + this.found.length) % this.found.length);
  }

  private pick(at: number): void {
    this.at = at;
    [...this.results.querySelectorAll('button')].forEach((line, i) =>
      line.setAttribute('aria-current', String(i === at)),
    );
    this.listener.onPick(this.found[at] as number);
  }
}
