/** What a log says, beside its mark: while the pointer is there, or while it is chosen. */
import { elementById } from './page-elements.js';
import type { Viewport } from './viewport.js';

/** Room between a mark and its text, in pixels. */
const APART = 12;

export class LogTip {
  private readonly tip = elementById('tip', HTMLElement);

  /** Beside a place of the plot, on the sides where there is more room. */
  show(text: string, [x, y]: readonly [number, number], { width, height }: Pick<Viewport, 'width' | 'height'>): void {
    const { style } = this.tip;
    this.tip.textContent = text;
    this.tip.hidden = false;
    const isRight = x < width / 2;
    style.left = isRight ? `${x + APART}px` : '';
    style.right = isRight ? '' : `${width - x + APART}px`;
    style.maxWidth = `${Math.max(80, (isRight ? width - x : x) - 2 * APART)}px`;
    const isBelow = y < (2 * height) / 3;
    style.top = isBelow ? `${y + APART}px` : '';
    style.bottom = isBelow ? '' : `${height - y + APART}px`;
  }

  hide(): void {
    this.tip.hidden = true;
  }
}
