/** Keys of the diagram, wherever on the page the focus is, but in a field. */
import type { Step } from './event-steps.js';

export interface KeyListener {
  onStep(step: Step): void;
  onLogStep(step: 1 | -1): void;
  onZoom(factor: number): void;
  onScroll(pages: number): void;
  onSearch(): void;
  onAxis(number: number): void;
  onFit(): void;
  onHelp(): void;
  onEscape(): void;
}

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'cause',
  ArrowDown: 'effect',
};

export function listenToKeys(canvas: HTMLElement, listener: KeyListener): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const step = STEPS[event.key];
    // Elsewhere the arrow keys scroll lists and choose among radio buttons.
    const isDiagram = event.target === canvas || event.target === document.body;
    if (step !== undefined && isDiagram) listener.onStep(step);
    else if (event.key === '+' || event.key === '=') listener.onZoom(1.5);
    else if (event.key === '-') listener.onZoom(1 / 1.5);
    else if (event.key === '0') listener.onFit();
    else if (isDiagram && event.key === 'PageDown') listener.onScroll(1);
    else if (isDiagram && event.key === 'PageUp') listener.onScroll(-1);
    else if (event.key === 'l') listener.onLogStep(1);
    else if (event.key === 'L') listener.onLogStep(-1);
    else if (event.key === '/') listener.onSearch();
    else if (event.key === '?') listener.onHelp();
    else if (event.key === 'Escape') listener.onEscape();
    else if (event.key >= '1' && event.key <= '3') listener.onAxis(Number(event.key) - 1);
    else return;
    event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    (target instanceof HTMLInputElement && target.type !== 'radio') ||
    target instanceof HTMLSelectElement ||
    (target instanceof Element && target.closest('dialog') !== null)
  );
}
