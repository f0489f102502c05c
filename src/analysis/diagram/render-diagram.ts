/**
 * A causal graph as one HTML page that needs nothing else: no network, no file beside it.
 *
 * Guarantee: the page answers what came before, after and beside an event as the graph does, because it searches the
 * same columns with the same code. No text of a trace is ever markup or script: it travels as JSON, and the page's
 * policy runs the one script that was built with this library and connects to nothing.
 */
import { InvalidValueError } from '../../clocks/errors.js';
import type { CausalGraph } from '../graph/causal-graph.js';
import { findAnomalies } from '../findings/find-anomalies.js';
import type { Anomalies } from '../findings/findings.js';
import type { DiagramData } from './diagram-data.js';
import { embeddedJson } from './embedded-json.js';
import { packFindings } from './pack-findings.js';
import { packGaps } from './pack-gaps.js';
import { packLogs } from './pack-logs.js';
import { packHybridTimes } from './pack-hybrid-times.js';
import { packSpans, Texts } from './pack-spans.js';
import { packTable } from './pack-table.js';
import { PAGE_AFTER_DATA, PAGE_BEFORE_DATA } from './page-bundle.js';

/**
 * Most spans of one page. It draws 5,000 fluently; at this many it still opens within seconds and weighs some 20 MB,
 * and beyond it neither people nor browsers get anything from it.
 */
export const MOST_DIAGRAM_SPANS = 50_000;

/** What a page holds. */
export interface DiagramOptions {
  /** What to list; default `findAnomalies(graph)`. */
  readonly anomalies?: Anomalies;
  /**
   * Whether the spans' attributes are in the page, to be shown and searched, and what logs say; default true. Names and ids
   * always are, and that there are logs.
   */
  readonly attributes?: boolean;
}

/**
 * The page as text.
 * @throws InvalidValueError for a graph of more than 50,000 spans
 */
export function renderDiagram(graph: CausalGraph, options: DiagramOptions = {}): string {
  return PAGE_BEFORE_DATA + embeddedJson(diagramData(graph, options)) + PAGE_AFTER_DATA;
}

/** What the page is told. */
export function diagramData(graph: CausalGraph, options: DiagramOptions = {}): DiagramData {
  const { anomalies = findAnomalies(graph), attributes = true } = options;
  if (graph.spanCount > MOST_DIAGRAM_SPANS) {
    throw new InvalidValueError('graph', graph.spanCount, `one of at most ${MOST_DIAGRAM_SPANS} spans`);
  }
  const { parts } = graph;
  const texts = new Texts();
  const { gaps, firstOf } = packGaps(parts, anomalies.missingTicks);
  const { notes, ...findings } = packFindings(anomalies, firstOf);
  const logs = packLogs(parts, texts, attributes);
  return {
    version: 1,
    table: packTable(parts),
    spans: packSpans(parts.table, texts, attributes),
    texts: texts.list,
    ...packHybridTimes(parts.table),
    gaps,
    logs: logs.logs,
    ...findings,
    notes: [...notes, ...logs.notes],
  };
}
