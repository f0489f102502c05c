/** Something that an SDK made: a span or a log record. */
export interface Resourced {
  readonly resource?: {
    readonly attributes?: Readonly<Record<string, unknown>>;
    /** The attributes that are known already. Reading `attributes` too early makes the SDK log a warning. */
    getRawAttributes?(): readonly (readonly [name: string, value: unknown])[];
  };
}

/** The `service.name`; empty where it is not known, or not yet. */
export function serviceName({ resource }: Resourced): string {
  const known = resource?.getRawAttributes?.().find(([key]) => key === SERVICE_NAME)?.[1];
  const name = known ?? resource?.attributes?.[SERVICE_NAME];
  return typeof name === 'string' ? name : '';
}

const SERVICE_NAME = 'service.name';
