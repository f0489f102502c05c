/**
 * What befell the fleet while a program ran, so that a campaign can show that its programs are not harmless.
 *
 * Guarantee: a happening is noted where it took effect, not where a program asked for it: a command that found nothing
 * to do notes nothing.
 */

/** Everything that the programs must bring about, and in how many of a thousand programs at least. */
export const HAPPENINGS = {
  'a request was lost': 60,
  'a request came twice': 60,
  'a request overtook an earlier one': 60,
  'a reply was lost': 60,
  'a reply came twice': 10,
  'a reply overtook an earlier one': 30,
  'a process restarted in the middle of a trace': 60,
  'a trace was dropped': 60,
  'a dropped trace came back': 60,
  'a span ended long after its domain was dropped': 10,
  'entries were dropped by a limit': 60,
  'a link was added late': 60,
  'a clock jumped back by an hour': 60,
  'a clock jumped ahead by an hour': 60,
  'a clock stood still': 60,
  'a clock drifted': 60,
  'a hybrid time was refused': 60,
  'headers were used again': 60,
  'a request was sent again with the same headers': 60,
  'a request had the stamp of another trace': 8,
  'a proxy forwarded a request': 60,
  'a stamp was damaged on its way': 60,
  'a forged entry was refused': 15,
  'a message came while tracing was suppressed': 30,
  'tracing was suppressed': 60,
  'a reply had the stamp of another one': 8,
  'a reply carried the stamp of an inner reply': 5,
  'a cache answered a request': 12,
  'the stamp of a reply was damaged': 15,
  'a message came without a propagator': 15,
  'a message left without a processor': 15,
} as const satisfies Record<string, number>;

export type Happening = keyof typeof HAPPENINGS;

/** What happened in one program, or in how many programs of a campaign. */
export class Happenings {
  private readonly noted = new Map<Happening, number>();

  /** It happened in this program; how often does not matter. */
  note(happening: Happening): void {
    this.noted.set(happening, 1);
  }

  /** Adds what happened in another program. */
  add(other: Happenings): void {
    for (const [happening, count] of other.noted) this.noted.set(happening, this.of(happening) + count);
  }

  of(happening: Happening): number {
    return this.noted.get(happening) ?? 0;
  }

  /** Those that happened too rarely for so many programs, with how often. */
  tooRare(programs: number): readonly string[] {
    return (Object.keys(HAPPENINGS) as Happening[])
      .filter((happening) => this.of(happening) * 1000 < HAPPENINGS[happening] * programs)
      .map((happening) => `${happening}: in ${this.of(happening)} of ${programs} programs`);
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries((Object.keys(HAPPENINGS) as Happening[]).map((one) => [one, this.of(one)]));
  }
}
