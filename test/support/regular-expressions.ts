/**
 * Every regular expression of the sources, and texts that are the worst for each.
 *
 * Guarantee: expressions are found in the syntax tree, so none that is written as one is overlooked; one that is made at
 * run time is reported as such. Worst texts are derived from the expression itself: whatever can repeat is repeated, behind
 * what has to stand before it and in front of what cannot match.
 */
import { type AST, parseRegExpLiteral } from '@eslint-community/regexpp';
import { type AnyNode, parse } from 'acorn';
import { transformSync } from 'esbuild';
import type { SourceTree } from './source-tree.js';

export interface FoundExpression {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

export interface FoundExpressions {
  readonly literals: readonly FoundExpression[];
  /** Calls that make an expression out of a text, as they are written. */
  readonly made: readonly string[];
}

const TAKES_PATTERN: ReadonlySet<string> = new Set(['match', 'matchAll', 'search']);

export function findExpressions(tree: SourceTree): FoundExpressions {
  const literals: FoundExpression[] = [];
  const made: string[] = [];
  for (const [file, text] of tree) {
    const { code } = transformSync(text, { loader: 'ts', target: 'esnext' });
    visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
      if (node.type === 'Literal' && node.regex !== undefined && node.regex !== null) {
        literals.push({ file, source: node.regex.pattern, flags: node.regex.flags });
      } else if (isMade(node)) {
        made.push(`${file}: ${code.slice(node.start, node.end)}`);
      }
    });
  }
  return { literals, made };
}

function isMade(node: AnyNode): boolean {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const { callee, arguments: given } = node;
  if (callee.type === 'Identifier') return callee.name === 'RegExp';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  // A text as the pattern of these becomes an expression.
  return TAKES_PATTERN.has(callee.property.name) && given[0]?.type === 'Literal' && typeof given[0].value === 'string';
}

function visit(node: AnyNode, see: (node: AnyNode) => void): void {
  see(node);
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child) visit(child as AnyNode, see);
    }
  }
}

/** Makes a worst text of any length. */
export type WorstText = (length: number) => string;

/** No expression of ours takes this character where it could go on. */
const MISFIT = '\u0000';
/** Who stands for a class: the first of these that it takes. */
const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
const CANDIDATES = `a0${ASCII}\t\né\u0301\u20dd\u2028\u3000`;

export function worstTexts({ source, flags }: Pick<FoundExpression, 'source' | 'flags'>): WorstText[] {
  const { pattern } = parseRegExpLiteral(new RegExp(source, flags));
  const pumps: { readonly before: string; readonly pump: string }[] = [];
  const sampler = new Sampler(flags, (before, pump) => pumps.push({ before, pump }));
  const wholes = pattern.alternatives.map((one) => sampler.alternative(one, ''));
  for (const whole of wholes) pumps.push({ before: '', pump: whole }, { before: '', pump: whole.slice(0, -1) });
  return pumps
    .flatMap(({ before, pump }) => [
      { before, pump },
      { before: '', pump: before },
      { before: '', pump: before + pump },
    ])
    .filter(({ pump }) => pump !== '')
    .map(
      ({ before, pump }): WorstText =>
        (length) =>
          before + pump.repeat(Math.ceil(Math.max(0, length - before.length) / pump.length)) + MISFIT,
    );
}

/** Texts that parts of an expression match, and on the way each part that may repeat, with what stands before it. */
class Sampler {
  constructor(
    private readonly flags: string,
    private readonly repeats: (before: string, pump: string) => void,
  ) {}

  alternative({ elements }: AST.Alternative, before: string): string {
    let text = '';
    for (const element of elements) text += this.element(element, before + text);
    return text;
  }

  private element(element: AST.Element, before: string): string {
    switch (element.type) {
      case 'Quantifier': {
        const one = this.element(element.element, before);
        if (element.max > 1) this.repeats(before, one);
        return one.repeat(Math.max(1, element.min));
      }
      case 'Group':
      case 'CapturingGroup': {
        const [first = '', ...others] = element.alternatives.map((one) => this.alternative(one, before));
        for (const other of others) this.repeats(before, other);
        return first;
      }
      case 'Character':
        return String.fromCodePoint(element.value);
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        return this.member(element.raw);
      default:
        // Assertions take no room; there are no references back.
        return '';
    }
  }

  private member(raw: string): string {
    const one = new RegExp(`^${raw}$`, this.flags.replace('g', ''));
    const found = [...CANDIDATES].find((candidate) => one.test(candidate));
    if (found === undefined) throw new Error(`no candidate stands for ${raw}: add one`);
    return found;
  }
}
