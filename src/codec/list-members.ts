/**
 * Our member inside the comma-separated lists that others own: `baggage` and `tracestate`.
 *
 * Guarantee: taking our member out leaves every other member as it was, character for character; the cost is
 * linear, and one `indexOf` where we are not named at all.
 * Hazard: commas separate members even where a writer quoted them; neither W3C format allows them unescaped.
 */

/** What a list said under our name. */
export interface TakenMember {
  /** The list without our members; undefined when nothing else was in it. */
  readonly rest: string | undefined;
  /** The value of each of our members, without properties, still as it was encoded. */
  readonly values: readonly string[];
}

/** Takes every member called `name` out of a W3C baggage or tracestate list. */
export function takeMember(list: string, name: string): TakenMember {
  const at = list.indexOf(name);
  if (at < 0) return { rest: list, values: NONE };
  return takeOnly(list, name, at) ?? takeEach(list, name);
}

/** Nearly always the name is there once and stands for a member: then no other member needs a look. */
function takeOnly(list: string, name: string, at: number): TakenMember | undefined {
  const assign = at + name.length;
  if (at > 0 && list.charCodeAt(at - 1) !== COMMA) return undefined;
  if (list.charCodeAt(assign) !== ASSIGN || list.includes(name, assign)) return undefined;
  const comma = list.indexOf(',', assign);
  const end = comma < 0 ? list.length : comma;
  const values = [valueIn(list, assign, end)];
  return { rest: unlessBlank(at === 0 ? list.slice(end + 1) : list.slice(0, at - 1) + list.slice(end)), values };
}

function takeEach(list: string, name: string): TakenMember {
  const values: string[] = [];
  const others: string[] = [];
  for (const member of list.split(',')) {
    const assign = member.indexOf('=');
    if (assign >= 0 && member.slice(0, assign).trim() === name) {
      values.push(valueIn(member, assign, member.length));
    } else {
      others.push(member);
    }
  }
  return { rest: unlessBlank(others.join(',')), values };
}

/** What stands between `=` and the member's end, or its first property. */
function valueIn(list: string, assign: number, end: number): string {
  const value = list.slice(assign + 1, end);
  const properties = value.indexOf(';');
  return (properties < 0 ? value : value.slice(0, properties)).trim();
}

function unlessBlank(list: string): string | undefined {
  return list.trim() === '' ? undefined : list;
}

const NONE: readonly string[] = [];
const COMMA = 44;
const ASSIGN = 61;

/** Undoes one layer of percent-encoding, which any relay may add; undefined when it is not valid. */
export function decodeMember(value: string): string | undefined {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/**
 * Puts a member in front of a `tracestate`, where W3C Trace Context wants the latest writer. When that exceeds the
 * limits, others go as the recommendation says: first the long ones, then from the end.
 */
export function prependMember(
  member: string,
  list: string | undefined,
  limits: { readonly members: number; readonly length: number; readonly longMember: number },
): string {
  if (list === undefined || list === '') return member;
  const whole = `${member},${list}`;
  // A member takes at least four characters, so a short list cannot hold too many.
  if (whole.length <= limits.length && whole.length < 4 * limits.members) return whole;
  const members = whole.split(',');
  const tooLong = (): boolean => members.length > limits.members || lengthOf(members) > limits.length;
  for (let i = members.length - 1; i > 0 && tooLong(); i--) {
    if ((members[i] as string).length > limits.longMember) members.splice(i, 1);
  }
  while (members.length > 1 && tooLong()) members.pop();
  return members.join(',');
}

function lengthOf(members: readonly string[]): number {
  return members.reduce((sum, member) => sum + member.length + 1, -1);
}
