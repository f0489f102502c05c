/** What can befall the stamp of a reply on its way. */
export const REPLY_FAULTS = ['drops the stamp', 'garbles the stamp', 'a stale stamp'] as const;

export type ReplyFault = (typeof REPLY_FAULTS)[number];
