/** Collections that outlive a call: fields of classes and variables of modules that begin empty, found in the syntax tree. */
import { type AnyNode, parse } from 'acorn';
import { transformSync } from 'esbuild';
import type { SourceTree } from './source-tree.js';

/** The language's. */
const COLLECTIONS: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array']);

/** One line for each, `file name`. */
export function findCollections(tree: SourceTree): string[] {
  return [...tree].flatMap(([file, text]) => {
    const { code } = transformSync(text, { loader: 'ts', target: 'esnext' });
    const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
    return program.body.flatMap(namesIn).map((name) => `${file} ${name}`);
  });
}

function namesIn(statement: AnyNode): string[] {
  const inner = 'declaration' in statement ? statement.declaration : statement;
  if (inner?.type === 'VariableDeclaration') {
    return inner.declarations.flatMap(({ id, init }) =>
      id.type === 'Identifier' && beginsEmpty(init) ? [id.name] : [],
    );
  }
  return classesIn(statement).flatMap((body) =>
    body.flatMap((member) =>
      member.type === 'PropertyDefinition' && beginsEmpty(member.value) && 'name' in member.key
        ? [member.key.name]
        : [],
    ),
  );
}

/** The bodies of all classes in a statement, also of those inside functions. */
function classesIn(node: AnyNode): (readonly AnyNode[])[] {
  const found: (readonly AnyNode[])[] = node.type === 'ClassBody' ? [node.body] : [];
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child) found.push(...classesIn(child as AnyNode));
    }
  }
  return found;
}

function beginsEmpty(value: AnyNode | null | undefined): boolean {
  if (value?.type === 'ArrayExpression') return value.elements.length === 0;
  if (value?.type !== 'NewExpression' || value.callee.type !== 'Identifier') return false;
  return COLLECTIONS.has(value.callee.name) && value.arguments.length === 0;
}
