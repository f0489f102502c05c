/**
 * Finds spans by what people know of them: name, service, node, id, attribute.
 *
 * Guarantee: every word has to be found, in any case and anywhere; `key=value` finds an attribute with that value.
 * Linear in what the spans say, and remembers it.
 */
import type { DiagramModel } from './diagram-model.js';

export class SpanSearch {
  private readonly haystacks: string[] = [];

  constructor(private readonly model: DiagramModel) {}

  /** Spans, in causal order of their starts. */
  find(query: string): readonly number[] {
    const words = query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) return [];
    const found: number[] = [];
    for (const event of this.model.order) {
      if (event % 3 !== 0) continue;
      const text = this.textOf(event / 3);
      if (words.every((word) => text.includes(word))) found.push(event / 3);
    }
    return found;
  }

  private textOf(span: number): string {
    const { model } = this;
    return (this.haystacks[span] ??= [
      model.name(span),
      model.service(span),
      model.lane(span).id,
      model.spanId(span),
      model.traceId(span),
      model.table.spans[span]?.kind ?? '',
      model.status(span),
      ...model.attributes(span).map(([key, value]) => `${key}=${value}`),
    ]
      .join('\n')
      .toLowerCase());
  }
}
