/** What happened at a node since it started, for its health page. All of it is counted, none of it is fatal. */
export interface Counters {
  /** Snapshots that hold operations under our name that we never made. */
  claimsOurIdInSnapshot: number;
  /** Peers that have seen more of our operations than we have. */
  identityClashes: number;
  /** Operations that contradict what their writer did before. They changed nothing. */
  contradictions: number;
  /** Operations of writers beyond the limit. */
  tooManyWriters: number;
  /** Requests that had to wait for their session. */
  sessionWaits: number;
  /** Snapshots joined. */
  snapshots: number;
  /** Messages between nodes that were malformed, too large, or under a wrong name. */
  peerRefused: number;
  /** Requests of clients that were refused. */
  clientRefused: number;
}

export function newCounters(): Counters {
  return {
    claimsOurIdInSnapshot: 0,
    identityClashes: 0,
    contradictions: 0,
    tooManyWriters: 0,
    sessionWaits: 0,
    snapshots: 0,
    peerRefused: 0,
    clientRefused: 0,
  };
}
