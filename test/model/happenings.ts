/**
 * What befell the fleet while a program ran, so that a campaign can show that its programs are not harmless.
 *
 * Guarantee: a happening is noted where it took effect, not where a program asked for it: a command that found nothing
 * to do notes nothing.
 */

/** Everything that the programs must bring about, and in how many of ten thousand they do: four fifths of what was seen. */
export const HAPPENINGS = {
  'a request was lost': 650,
  'a request came twice': 650,
  'a request overtook an earlier one': 2210,
  'a reply was lost': 530,
  'a reply came twice': 110,
  'a reply overtook an earlier one': 1200,
  'a process restarted in the middle of a trace': 510,
  'a trace was dropped': 1160,
  'a dropped trace came back': 810,
  'a span ended long after its domain was dropped': 340,
  'entries were dropped by a limit': 490,
  'a link was added late': 1060,
  'a clock jumped back by an hour': 670,
  'a clock jumped ahead by an hour': 680,
  'a clock stood still': 880,
  'a clock drifted': 1640,
  'a hybrid time was refused': 2360,
  'headers were used again': 1420,
  'a request was sent again with the same headers': 620,
  'a request had the stamp of another trace': 220,
  'a proxy forwarded a request': 640,
  'a stamp was damaged on its way': 800,
  'a forged entry was refused': 220,
  'a message came while tracing was suppressed': 360,
  'tracing was suppressed': 1190,
  'a reply had the stamp of another one': 160,
  'a reply carried the stamp of an inner reply': 95,
  'a cache answered a request': 270,
  'the stamp of a reply was damaged': 310,
  'a message came without a propagator': 170,
  'a message left without a processor': 150,
  'a dropped trace was forgotten': 260,
  'a forgotten trace came back with what we had done in it': 30,
  'a message of a request stream came': 190,
  'the head of a stream came': 250,
  'a message of a reply stream came': 460,
  'a reply passed every hook by': 480,
  'a proxy was believed to forward only': 30,
  'a service was believed to forward only': 60,
  'a log was written outside of any trace': 1100,
  'the whole trace showed that nothing was hidden': 30,
  'the graph found an order that stamps do not tell': 1200,
} as const satisfies Record<string, number>;

/** Standard deviations below what is expected: less than once in a million campaigns. */
const DEVIATIONS = 5;

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

  /** Those that happened so rarely in so many programs that it cannot be chance, with how often. */
  tooRare(programs: number): readonly string[] {
    return (Object.keys(HAPPENINGS) as Happening[])
      .filter((happening) => {
        const expected = (HAPPENINGS[happening] * programs) / 10_000;
        return this.of(happening) < expected - DEVIATIONS * Math.sqrt(expected);
      })
      .map((happening) => `${happening}: in ${this.of(happening)} of ${programs} programs`);
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries((Object.keys(HAPPENINGS) as Happening[]).map((one) => [one, this.of(one)]));
  }
}
