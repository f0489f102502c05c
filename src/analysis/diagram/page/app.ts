/**
 * Brings the parts of the page together: one state (trace, axis, selection, what is marked), told to every part and
 * kept in the address.
 */
import { NONE } from '../../events/event-table.js';
import type { DiagramData, PackedFinding } from '../diagram-data.js';
import { AXES, type AxisName } from './axes.js';
import { DetailsPanel } from './details-panel.js';
import { DiagramModel } from './diagram-model.js';
import { classesOf } from './event-classes.js';
import { logStepFrom, type Step, stepFrom, stepOffLog } from './event-steps.js';
import { eventLine, logLine } from './event-words.js';
import { FindingsPanel } from './findings-panel.js';
import { placeGap } from './gap-places.js';
import { listenToKeys } from './keyboard.js';
import { elementById } from './page-elements.js';
import { formatState, parseState } from './permalink.js';
import { Scene } from './scene.js';
import { SearchPanel } from './search-panel.js';
import { Stage } from './stage.js';
import { watchTheme } from './theme.js';
import { Toolbar } from './toolbar.js';

const ADDRESS_AFTER_MS = 150;
/** Of the width, what an opened finding may take. */
const ROOM_FOR_FINDING = 0.5;

export function openDiagram(data: DiagramData): void {
  new App(data).begin();
}

class App {
  private readonly model: DiagramModel;
  private readonly scene: Scene;
  private readonly stage: Stage;
  private readonly details: DetailsPanel;
  private readonly findings: FindingsPanel;
  private readonly search: SearchPanel;
  private readonly toolbar: Toolbar;
  private readonly news = elementById('news', HTMLElement);
  private selected: number | undefined;
  private selectedLog: number | undefined;
  private classes: Uint8Array | undefined;
  private finding: PackedFinding | undefined;
  private found: readonly number[] | undefined;
  private addressTimer: ReturnType<typeof setTimeout> | undefined;
  private written = '';

  constructor(data: DiagramData) {
    this.model = new DiagramModel(data);
    this.scene = new Scene(this.model);
    const canvas = elementById('canvas', HTMLCanvasElement);
    this.stage = new Stage(canvas, this.scene, {
      onPick: (event) => this.select(event),
      onPickLog: (log) => this.selectLog(log),
      onOpen: (event) => this.open(event),
      onMoved: () => this.writeAddressSoon(),
    });
    this.details = new DetailsPanel(elementById('details', HTMLElement), this.scene, {
      onPick: (event) => this.goTo(event),
      onPickLog: (log) => this.goToLog(log),
    });
    this.findings = new FindingsPanel(elementById('findings', HTMLElement), data, (finding) =>
      this.openFinding(finding),
    );
    this.search = new SearchPanel(this.model, {
      onFound: (spans) => {
        this.found = spans;
        this.refresh();
      },
      onPick: (span) => this.goTo(3 * span),
    });
    this.toolbar = new Toolbar(this.model, {
      onTrace: (trace) => this.showTrace(trace),
      onAxis: (axis) => this.setAxis(axis),
    });
    listenToKeys(canvas, {
      onStep: (step) => this.step(step),
      onLogStep: (step) => this.goToLog(logStepFrom(this.scene, this.selectedLog, this.selected, step)),
      onZoom: (factor) => this.zoomBy(factor),
      onScroll: (pages) => {
        this.stage.view.scrollPages(pages);
        this.stage.moved();
      },
      onSearch: () => this.search.focus(),
      onAxis: (number) => this.setAxis(AXES[number] ?? 'lamport'),
      onFit: () => this.fit(),
      onHelp: () => this.toolbar.showHelp(),
      onEscape: () => this.escape(),
    });
    watchTheme(elementById('theme', HTMLButtonElement), () => this.stage.rereadPalette());
    addEventListener('hashchange', () => {
      if (location.hash !== this.written) this.restore();
    });
  }

  /** Shows what the address says. */
  begin(): void {
    this.restore();
  }

  private select(event: number | undefined): void {
    this.selected = event;
    this.selectedLog = undefined;
    this.classes = event === undefined ? undefined : classesOf(this.model, event);
    this.finding = undefined;
    this.refresh();
    this.news.textContent = event === undefined ? '' : eventLine(this.model, event);
    this.writeAddressSoon();
  }

  /** Chooses a log instead of an event. */
  private selectLog(log: number): void {
    this.select(undefined);
    this.selectedLog = log;
    this.refresh();
    this.news.textContent = logLine(this.model, log);
  }

  private goToLog(log: number | undefined): void {
    const one = log === undefined ? undefined : this.model.logs[log];
    if (log === undefined || one === undefined) return;
    if (!this.scene.isLogShown(log)) this.showTrace(one.trace);
    this.selectLog(log);
    this.stage.view.reveal(this.scene.shareOfLog(log), this.scene.rows.logRow.get(one.lane) ?? 0);
    this.stage.moved();
  }

  /** Selects an event and brings it into sight, in another trace if it is there. */
  private goTo(event: number): void {
    const span = Math.floor(event / 3);
    const trace = this.model.table.trace[span] as number;
    if (this.scene.trace !== NONE && this.scene.trace !== trace) this.showTrace(trace);
    this.select(event);
    this.stage.view.reveal(this.scene.shareOf(event), this.scene.rows.rowOf[span] as number);
    this.stage.moved();
  }

  /** Makes a span fill the width. */
  private open(event: number): void {
    this.goTo(event);
    const span = Math.floor(event / 3);
    this.zoomTo([this.scene.shareOf(3 * span), this.scene.shareOf(3 * span + 2)]);
  }

  private openFinding(finding: PackedFinding): void {
    const { gap, events, lanes } = finding;
    const first = events[0];
    if (first !== undefined) {
      const traces = new Set(events.map((event) => this.model.table.trace[Math.floor(event / 3)]));
      if (traces.size > 1 && this.scene.trace !== NONE) this.showTrace(NONE);
      this.goTo(first);
      this.zoomTo(events.filter((event) => this.isShown(event)).map((event) => this.scene.shareOf(event)));
    } else if (gap !== undefined) this.openGap(gap);
    else if (lanes !== undefined) {
      this.select(undefined);
      this.revealLane(lanes[0] as number);
    }
    this.finding = finding;
    this.refresh();
    this.news.textContent = `${finding.title}: ${finding.says}`;
  }

  private openGap(gap: number): void {
    const one = this.model.data.gaps[gap];
    if (one === undefined) return;
    if (this.scene.trace !== NONE && this.scene.trace !== one.trace) this.showTrace(one.trace);
    this.select(undefined);
    const { from, to } = placeGap(one, this.scene.shares);
    this.stage.view.reveal((from + to) / 2, this.scene.rows.gapRow[gap] as number);
    this.zoomTo([from, to]);
  }

  private revealLane(lane: number): void {
    const isIn = (shown: readonly { readonly lane: number }[]): boolean => shown.some((one) => one.lane === lane);
    if (!isIn(this.scene.rows.lanes)) {
      const span = this.model.table.lane.indexOf(lane);
      if (span >= 0) this.showTrace(this.model.table.trace[span] as number);
    }
    const drawn = this.scene.rows.lanes.find((one) => one.lane === lane);
    if (drawn !== undefined) this.stage.view.reveal(this.stage.view.middle, drawn.top);
    this.stage.moved();
  }

  private isShown(event: number): boolean {
    return (this.scene.rows.rowOf[Math.floor(event / 3)] as number) >= 0;
  }

  /** Zooms in until these shares take half of the width, if they do not take more already. */
  private zoomTo(shares: readonly number[]): void {
    const [from, to] = [Math.min(...shares), Math.max(...shares)];
    const { view } = this.stage;
    const width = to - from;
    const most = Math.max(1, this.scene.spans.length / 4);
    const zoom = width <= 0 ? Math.max(view.zoom, Math.min(most, 8)) : Math.max(1, ROOM_FOR_FINDING / width);
    view.centre((from + to) / 2, Math.min(zoom, Math.max(view.zoom, most)));
    this.stage.moved();
  }

  private step(step: Step): void {
    const { scene, selected, selectedLog } = this;
    const next = selectedLog === undefined ? stepFrom(scene, selected, step) : stepOffLog(scene, selectedLog, step);
    if (next !== undefined) this.goTo(next);
  }

  private zoomBy(factor: number): void {
    const { scene, selected = -1, selectedLog = -1 } = this;
    // Around what is chosen, else around the middle.
    this.stage.view.zoomBy(factor, scene.logShares[selectedLog] ?? scene.shares[selected]);
    this.stage.moved();
  }

  private fit(): void {
    this.stage.view.centre(0.5, 1);
    this.stage.view.y = 0;
    this.stage.moved();
  }

  private escape(): void {
    this.search.clear();
    this.select(undefined);
  }

  private showTrace(trace: number): void {
    if (
      this.selected !== undefined &&
      trace !== NONE &&
      this.model.table.trace[Math.floor(this.selected / 3)] !== trace
    ) {
      this.select(undefined);
    }
    if (this.selectedLog !== undefined) this.select(undefined);
    this.scene.show(trace);
    this.toolbar.tell(this.scene);
    this.stage.view.centre(0.5, 1);
    this.stage.view.y = 0;
    this.stage.relay();
  }

  private setAxis(axis: AxisName): void {
    if (axis !== this.scene.axis) this.stage.changeAxis(axis);
    this.toolbar.tell(this.scene);
    this.writeAddressSoon();
  }

  private refresh(): void {
    const { finding, found, selected, selectedLog, classes } = this;
    const isSearch = found !== undefined;
    const marked = new Set(isSearch ? found : (finding?.events ?? []).map((event) => Math.floor(event / 3)));
    const markedEvents = new Set(finding?.events);
    const markedLanes = new Set(finding?.lanes);
    const markedGap = finding?.gap;
    this.stage.show({ selected, selectedLog, classes, marked, markedEvents, isSearch, markedGap, markedLanes });
    if (selectedLog === undefined) this.details.show(selected, classes);
    else this.details.showLog(selectedLog);
    this.findings.mark(finding);
  }

  private restore(): void {
    const state = parseState(location.hash);
    const { traces } = this.model.data.table;
    const trace = state.trace === undefined ? NONE : traces.indexOf(state.trace);
    if (state.trace === 'all' || trace !== NONE) this.scene.show(state.trace === 'all' ? NONE : trace);
    this.scene.setAxis(state.axis);
    this.scene.move(1);
    this.toolbar.tell(this.scene);
    const span = state.event === undefined ? undefined : this.model.spanWithId(state.event.trace, state.event.span);
    const event = span === undefined || state.event === undefined ? undefined : 3 * span + state.event.kind;
    this.select(event !== undefined && this.model.table.exists(event) ? event : undefined);
    const { view } = this.stage;
    this.stage.relay();
    view.centre(state.middle, state.zoom);
    view.y = -state.row * view.rowHeight;
    this.stage.moved();
  }

  /** Not at every frame of a gesture: browsers refuse so many. */
  private writeAddressSoon(): void {
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => {
      const { view } = this.stage;
      const { traces } = this.model.data.table;
      const { selected } = this;
      const span = Math.floor((selected ?? 0) / 3);
      this.written = formatState({
        axis: this.scene.axis,
        trace: traces.length === 1 ? undefined : this.scene.trace === NONE ? 'all' : traces[this.scene.trace],
        event:
          selected === undefined
            ? undefined
            : { trace: this.model.traceId(span), span: this.model.spanId(span), kind: selected % 3 },
        zoom: view.zoom,
        middle: view.middle,
        row: view.scrolledRows,
      });
      history.replaceState(null, '', this.written);
    }, ADDRESS_AFTER_MS);
  }
}
