/**
 * The house rules of the sources as checks on a {@link SourceTree}. Each returns one line per violation, so that a
 * failing test says what to mend. A *room* is a top folder of src, or a file beside them without its extension. The analysis
 * is so large that it has rooms of its own.
 */
import { posix } from 'node:path';
import { type Import, type SourceTree, scanImports, withoutComments } from './source-tree.js';

/** Which rooms a room may import. Nothing else may be, and a room that is not named here may not exist. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  clocks: [],
  codec: ['clocks'],
  otel: ['clocks', 'codec'],
  logs: ['clocks', 'codec', 'otel'],
  interop: ['clocks', 'codec'],
  delivery: ['clocks', 'codec'],
  analysis: ['clocks', 'codec'],
  node: ['clocks', 'codec', 'otel'],
  register: ['clocks', 'codec', 'otel', 'logs', 'node'],
  cli: ['clocks', 'codec', 'analysis'],
  index: ['clocks', 'codec', 'otel'],
};

/** The rooms of the analysis, from what is read to what is shown. */
const ANALYSIS_ARROWS: Readonly<Record<string, readonly string[]>> = {
  recorded: [],
  'one-line': [],
  multimap: [],
  'readers/formats': ['recorded', 'one-line'],
  'readers/json': ['recorded', 'readers/formats'],
  'readers/sources': ['one-line', 'readers/formats'],
  readers: ['recorded', 'readers/formats', 'readers/json', 'readers/sources'],
  events: ['recorded'],
  'happens-before': ['recorded', 'events'],
  graph: ['recorded', 'events', 'happens-before'],
  findings: ['recorded', 'events', 'happens-before', 'graph'],
  correction: ['multimap', 'recorded', 'events', 'graph', 'findings'],
  wording: ['recorded', 'one-line', 'graph', 'findings'],
  reports: ['multimap', 'graph', 'findings', 'correction', 'wording'],
  exports: ['multimap', 'recorded', 'one-line', 'events', 'happens-before', 'graph', 'wording'],
  diagram: ['recorded', 'one-line', 'events', 'happens-before', 'graph', 'findings', 'wording'],
  'diagram/page': ['multimap', 'events', 'happens-before', 'wording', 'diagram'],
  live: ['recorded', 'readers/formats', 'graph', 'findings', 'wording', 'reports'],
};

/** Rooms that may know OpenTelemetry; the others must be usable and readable without it. */
const OPENTELEMETRY_ROOMS: ReadonlySet<string> = new Set(['otel', 'interop', 'node', 'logs', 'register']);

/** Packages of anyone else, by the one room that may use each. */
const FOREIGN_PACKAGES: Readonly<Record<string, string>> = { '@msgpack/msgpack': 'interop' };

/** A browser's room: a tool bundles it, with the packages named here, and nothing else may import it. */
const PAGE = { room: 'analysis/diagram/page/', entry: 'analysis/diagram/page/main.ts' } as const;
const BUNDLED_PACKAGES: ReadonlySet<string> = new Set(['d3-scale', 'd3-selection', 'd3-zoom']);

/** Files that may use Node's built-ins; everything else also runs in a browser. */
const NODE_FILES = /^(?:(?:node|cli|register)(?:\/|\.ts$)|analysis\/readers\/)/;

/** Made by a tool before anything is compiled: it may be there, or not yet. */
const GENERATED = 'analysis/diagram/page-bundle.ts';

const FORBIDDEN_NAMES = /^(?:utils?|common|helpers?)$/i;
const DEFAULT_EXPORT = /^\s*export\s+default\b|^\s*export\s*=|^\s*export\s*\{[^}]*\bas\s+default\b/m;

export const LONGEST_FILE_LINES = 300;

function roomOf(path: string): string {
  return (path.split('/')[0] ?? path).replace(/\.ts$/, '');
}

/** A room of the analysis, or of one of its rooms; undefined for its entry, which leads to all of them, and elsewhere. */
function analysisRoomOf(path: string): string | undefined {
  const [top, room, inner] = path.replace(/\.ts$/, '').split('/');
  if (top !== 'analysis' || room === undefined || room === 'index') return undefined;
  return inner !== undefined && Object.hasOwn(ANALYSIS_ARROWS, `${room}/${inner}`) ? `${room}/${inner}` : room;
}

function eachImport(tree: SourceTree, check: (path: string, found: Import) => string | undefined): string[] {
  return [...tree].flatMap(([path, text]) =>
    scanImports(path, text).flatMap((found) => {
      const violation = check(path, found);
      return violation === undefined ? [] : [`${path}: ${violation}`];
    }),
  );
}

/** Rooms, and the arrows between them. */
export function arrowViolations(tree: SourceTree): string[] {
  const strangers = [...tree.keys()]
    .filter((path) => !Object.hasOwn(ARROWS, roomOf(path)))
    .map((path) => `${path}: the house has no room "${roomOf(path)}"`);
  const strangersOfAnalysis = [...tree.keys()].flatMap((path) => {
    const room = analysisRoomOf(path);
    return room === undefined || Object.hasOwn(ANALYSIS_ARROWS, room)
      ? []
      : [`${path}: the analysis has no room "${room}"`];
  });
  const arrows = eachImport(tree, (path, found) => {
    if (found.kind !== 'file') return undefined;
    if (!tree.has(found.path) && found.path !== GENERATED) return `imports ${found.specifier}, which is no source file`;
    if (found.path.startsWith(PAGE.room) && !path.startsWith(PAGE.room))
      return `must not import the page (${found.specifier})`;
    const from = roomOf(path);
    const to = roomOf(found.path);
    if (from !== to && ARROWS[from]?.includes(to) !== true) return `${from} must not import ${to} (${found.specifier})`;
    return analysisViolation(path, found.path, found.specifier);
  });
  return [...strangers, ...strangersOfAnalysis, ...arrows];
}

function analysisViolation(path: string, target: string, specifier: string): string | undefined {
  const from = analysisRoomOf(path);
  const to = analysisRoomOf(target);
  if (from === undefined || to === undefined || from === to || ANALYSIS_ARROWS[from]?.includes(to) === true)
    return undefined;
  return `${from} must not import ${to} (${specifier})`;
}

/** What comes from outside: OpenTelemetry and Node's built-ins, each in its own rooms, and only what is declared. */
export function outsideViolations(tree: SourceTree, declaredPackages: readonly string[]): string[] {
  return eachImport(tree, (path, found) => {
    switch (found.kind) {
      case 'file':
        return undefined;
      case 'computed':
        return `imports something computed, which nobody can check: ${found.specifier}`;
      case 'builtin':
        return NODE_FILES.test(path) ? undefined : `must run without Node, but imports ${found.specifier}`;
      case 'package':
        if (path.startsWith(PAGE.room) && BUNDLED_PACKAGES.has(found.name)) return undefined;
        if (!found.name.startsWith('@opentelemetry/')) {
          if (FOREIGN_PACKAGES[found.name] !== roomOf(path)) return `imports the foreign package ${found.specifier}`;
        } else if (!OPENTELEMETRY_ROOMS.has(roomOf(path))) return `must not know OpenTelemetry (${found.specifier})`;
        if (!declaredPackages.includes(found.name))
          return `imports ${found.name}, which users would not have installed`;
        return undefined;
    }
  });
}

/** Names that say nothing about what is inside. */
export function nameViolations(tree: SourceTree): string[] {
  return [...tree.keys()]
    .filter((path) => path.split('/').some((part) => FORBIDDEN_NAMES.test(part.replace(/\.ts$/, ''))))
    .map((path) => `${path}: a name that does not say what it holds`);
}

export function defaultExportViolations(tree: SourceTree): string[] {
  return [...tree]
    .filter(([, text]) => DEFAULT_EXPORT.test(withoutComments(text)))
    .map(([path]) => `${path}: has a default export`);
}

export function lengthViolations(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > LONGEST_FILE_LINES ? [`${path}: ${lines} lines; ${LONGEST_FILE_LINES} is the most`] : [];
  });
}

function filesImportedBy(tree: SourceTree, path: string): string[] {
  return scanImports(path, tree.get(path) ?? '').flatMap((found) =>
    found.kind === 'file' && tree.has(found.path) ? [found.path] : [],
  );
}

/** Import cycles between files, type imports included: each cycle once, from its first file. */
export function cycleViolations(tree: SourceTree): string[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles = new Map<string, string>();
  const visit = (path: string): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) {
      const cycle = trail.slice(seenAt);
      const key = cycle.toSorted().join(' ');
      if (!cycles.has(key)) cycles.set(key, `cycle: ${[...cycle, path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const next of filesImportedBy(tree, path)) visit(next);
    trail.pop();
    done.add(path);
  };
  for (const path of tree.keys()) visit(path);
  return [...cycles.values()];
}

/** Source files of the entry points: `index.ts` for `./dist/esm/index.js` and all its siblings. */
export function entrySources(targets: readonly string[]): string[] {
  const sources = targets.flatMap((target) => {
    const built = /^(?:\.\/)?dist\/(?:esm|cjs)\/(.+?)(?:\.d)?\.[cm]?[jt]s$/.exec(target);
    return built?.[1] === undefined ? [] : [posix.normalize(`${built[1]}.ts`)];
  });
  return [...new Set(sources)];
}

/** Files that no entry point leads to, and entry points that lead nowhere. */
export function reachabilityViolations(tree: SourceTree, entries: readonly string[]): string[] {
  const reached = new Set<string>();
  const waiting = [...entries, PAGE.entry].filter((entry) => tree.has(entry));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...filesImportedBy(tree, path));
  }
  return [
    ...entries.filter((entry) => !tree.has(entry)).map((entry) => `${entry}: exported, but there is no such source`),
    ...[...tree.keys()].filter((path) => !reached.has(path)).map((path) => `${path}: no entry point leads here`),
  ];
}
