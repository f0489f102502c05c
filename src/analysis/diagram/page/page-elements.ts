/**
 * Elements of the page.
 *
 * Guarantee: text is only ever set as text. There is no other way here to put anything of a trace into the page.
 */

export function elementById<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`the page has no ${id}`);
  return found;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: readonly (string | Node)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

export function button(
  className: string,
  onClick: () => void,
  ...content: readonly (string | Node)[]
): HTMLButtonElement {
  const made = make('button', className, ...content);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}
