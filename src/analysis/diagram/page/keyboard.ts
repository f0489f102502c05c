/** Keys of the diagram, wherever on the page the focus is, but in a field. */
import type { Step } from './event-steps.js';

export interface KeyListener {
  onStep(step: Step): void;
  onZoom(factor: number): void;
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
    if (step !== undefined && (event.target === canvas || event.target === document.body)) listener.onStep(step);
    else if (event.key === '+' || event.key === '=') listener.onZoom(1.5);
    else if (event.key === '-') listener.onZoom(1 / 1.5);
    else if (event.key === '0') listener.onFit();
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
