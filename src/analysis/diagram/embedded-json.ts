/**
 * JSON inside an HTML page.
 *
 * Guarantee: nothing in it ends the element that it stands in, begins a comment there, or is a line break to anybody:
 * there is no `<`, and no U+2028 or U+2029. Parsed, it is what was given.
 */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
