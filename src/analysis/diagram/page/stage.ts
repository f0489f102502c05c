/**
 * The canvas: paints when something changed and never otherwise, and turns gestures into zoom, scroll and choice.
 *
 * Guarantee: at most one painting a frame. Time is d3-zoom's to scale; rows keep their height, so only its sideways
 * part and its drags count.
 */
import { select } from 'd3-selection';
import { type D3ZoomEvent, zoom, zoomIdentity, type ZoomBehavior } from 'd3-zoom';
import type { AxisName } from './axes.js';
import { eventAt, logAt, placeOfLog } from './hit-test.js';
import { LogTip } from './log-tip.js';
import { linesInSight, paintArrows } from './paint-arrows.js';
import { paintBars } from './paint-bars.js';
import { paintAxis, paintGrid, paintScroll, ticksOf } from './paint-axis.js';
import { paintBands, paintGutter } from './paint-lanes.js';
import { paintBadges } from './paint-badges.js';
import { paintGaps } from './paint-gaps.js';
import { paintLogs } from './paint-logs.js';
import { paintSelection } from './paint-selection.js';
import type { Painting } from './painting.js';
import { type Palette, readPalette } from './palette.js';
import { MOST_ZOOM } from './permalink.js';
import type { Scene } from './scene.js';
import { AXIS_HEIGHT, Viewport } from './viewport.js';

const MOVE_MS = 650;

/** What is special in the next picture. */
export type Focus = Pick<
  Painting,
  'selected' | 'selectedLog' | 'classes' | 'marked' | 'markedEvents' | 'isSearch' | 'markedGap' | 'markedLanes'
>;

export interface StageListener {
  /** Undefined where nothing is there. */
  onPick(event: number | undefined): void;
  onPickLog(log: number): void;
  onOpen(event: number): void;
  /** Zoomed or scrolled. */
  onMoved(): void;
}

export class Stage {
  readonly view = new Viewport();
  private readonly context: CanvasRenderingContext2D;
  private readonly gestures: ZoomBehavior<HTMLCanvasElement, unknown>;
  private palette: Palette = readPalette();
  private frame = 0;
  private movingSince: number | undefined;
  private isFollowing = false;
  private readonly tip = new LogTip();
  /** The log under the pointer. */
  private hovered: number | undefined;
  private focus: Focus = {
    selected: undefined,
    selectedLog: undefined,
    classes: undefined,
    marked: new Set(),
    markedEvents: new Set(),
    isSearch: false,
    markedGap: undefined,
    markedLanes: new Set(),
  };

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly scene: Scene,
    private readonly listener: StageListener,
  ) {
    const context = canvas.getContext('2d');
    if (context === null) throw new TypeError('this browser has no canvas');
    this.context = context;
    this.gestures = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([1, MOST_ZOOM])
      .filter((event: MouseEvent) => event.button === 0 && !(event.type === 'wheel' && this.isScroll(event)))
      .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => this.follow(event));
    select(canvas).call(this.gestures).on('dblclick.zoom', null);
    canvas.addEventListener('click', (event) => {
      const log = this.logUnder(event);
      if (log === undefined) listener.onPick(this.eventUnder(event));
      else listener.onPickLog(log);
    });
    canvas.addEventListener('dblclick', (event) => {
      const hit = this.eventUnder(event);
      if (hit !== undefined) listener.onOpen(hit);
    });
    canvas.addEventListener('pointermove', (event) => {
      const log = event.buttons === 0 ? this.logUnder(event) : undefined;
      const isOver = log !== undefined || (event.buttons === 0 && this.eventUnder(event) !== undefined);
      canvas.style.cursor = isOver ? 'pointer' : '';
      this.hover(log);
    });
    canvas.addEventListener('pointerleave', () => this.hover(undefined));
    canvas.addEventListener(
      'wheel',
      (event) => {
        if (!this.isScroll(event)) return;
        event.preventDefault();
        this.view.y -= event.deltaY + event.deltaX;
        this.moved();
      },
      { passive: false },
    );
    const place = canvas.parentElement ?? document.body;
    new ResizeObserver(() => this.resize(place)).observe(place);
    this.resize(place);
  }

  /** The scene shows other spans now. */
  relay(): void {
    this.hovered = undefined;
    this.view.layOut(this.scene.rows);
    this.moved();
  }

  show(focus: Focus): void {
    this.focus = focus;
    this.paintSoon();
  }

  rereadPalette(): void {
    this.palette = readPalette();
    this.paintSoon();
  }

  /** Events move to their places on another axis, for all to see; the chosen one stays where it is. */
  changeAxis(axis: AxisName): void {
    this.scene.setAxis(axis);
    this.isFollowing = this.focus.selected !== undefined && this.view.zoom > 1;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.movingSince = -Infinity;
    else this.movingSince = performance.now();
    this.canvas.setAttribute('aria-busy', 'true');
    this.paintSoon();
  }

  /** After the view was changed from outside. */
  moved(): void {
    this.view.constrain();
    this.writeGesture();
    this.paintSoon();
    this.listener.onMoved();
  }

  private eventUnder({ offsetX, offsetY }: MouseEvent): number | undefined {
    return offsetY < AXIS_HEIGHT ? undefined : eventAt(this.scene, this.view, offsetX, offsetY);
  }

  private logUnder({ offsetX, offsetY }: MouseEvent): number | undefined {
    return offsetY < AXIS_HEIGHT ? undefined : logAt(this.scene, this.view, offsetX, offsetY);
  }

  private hover(log: number | undefined): void {
    if (this.hovered === log) return;
    this.hovered = log;
    this.placeTip();
  }

  /** The text of the log under the pointer, else of the chosen one, where it is in sight. */
  private placeTip(): void {
    const { scene, view } = this;
    const log = this.hovered ?? this.focus.selectedLog;
    if (log === undefined || !scene.isLogShown(log)) {
      this.tip.hide();
      return;
    }
    const [x, y] = placeOfLog(scene, view, log);
    const isInSight = x >= view.gutter && x <= view.width && y >= AXIS_HEIGHT && y <= view.height;
    if (isInSight) this.tip.show(scene.model.logs[log]?.text ?? '', [x, y], view);
    else this.tip.hide();
  }

  /** Over the names, and with the shift key, a wheel scrolls. */
  private isScroll(event: MouseEvent): boolean {
    return event.shiftKey || event.offsetX < this.view.gutter;
  }

  private follow({ transform, sourceEvent }: D3ZoomEvent<HTMLCanvasElement, unknown>): void {
    // Our own writing comes without a gesture.
    if (sourceEvent === null || sourceEvent === undefined) return;
    const { view } = this;
    if (transform.k === view.zoom) {
      view.x = transform.x;
      view.y = transform.y;
    } else {
      // d3 scales around the canvas's corner; the axis begins behind the names.
      const pointer = (sourceEvent as MouseEvent).offsetX ?? view.width / 2;
      view.zoomBy(transform.k / view.zoom, view.shareAt(Math.max(view.gutter, pointer)));
    }
    this.moved();
  }

  /** Tells d3 where we are, so that the next gesture goes on from there. */
  private writeGesture(): void {
    const { x, y, zoom: scale } = this.view;
    select(this.canvas).property('__zoom', zoomIdentity.translate(x, y).scale(scale));
  }

  /** Whole pixels, or texts become blurred. */
  private resize(place: HTMLElement): void {
    const { clientWidth, clientHeight } = place;
    const density = Math.max(1, Math.min(3, devicePixelRatio));
    this.canvas.width = Math.round(clientWidth * density);
    this.canvas.height = Math.round(clientHeight * density);
    this.canvas.style.width = `${clientWidth}px`;
    this.canvas.style.height = `${clientHeight}px`;
    this.view.resize(clientWidth, clientHeight);
    this.relay();
  }

  private paintSoon(): void {
    if (this.frame === 0) {
      this.frame = requestAnimationFrame((now) => {
        this.frame = 0;
        this.advance(now);
        this.paint();
      });
    }
  }

  private advance(now: number): void {
    if (this.movingSince === undefined) return;
    const { selected } = this.focus;
    const held = this.isFollowing && selected !== undefined ? this.view.xOf(this.scene.shares[selected] as number) : 0;
    const way = Math.min(1, Math.max(0, (now - this.movingSince) / MOVE_MS));
    this.scene.move(way < 1 ? 1 - (1 - way) ** 3 : 1);
    if (this.isFollowing && selected !== undefined) {
      this.view.x += held - this.view.xOf(this.scene.shares[selected] as number);
      this.view.constrain();
    }
    if (way < 1) this.paintSoon();
    else {
      this.movingSince = undefined;
      this.canvas.removeAttribute('aria-busy');
      this.moved();
    }
  }

  private paint(): void {
    const { context, canvas, scene, view, palette } = this;
    const density = canvas.width / Math.max(1, view.width);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.fillStyle = palette.ground;
    context.fillRect(0, 0, view.width, view.height);
    const painting: Painting = { context, scene, view, palette, ...this.focus };
    const ticks = ticksOf(painting);
    paintBands(painting);
    paintGrid(painting, ticks);
    const lines = linesInSight(painting);
    paintArrows(painting, lines, 'forward');
    paintBars(painting);
    paintArrows(painting, lines, 'backward');
    paintLogs(painting);
    paintGaps(painting);
    paintBadges(painting);
    paintSelection(painting);
    paintGutter(painting);
    paintAxis(painting, ticks);
    paintScroll(painting);
    this.placeTip();
  }
}
