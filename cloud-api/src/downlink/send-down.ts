import type { EdgeName } from '../sites/roster.js';

/** What goes down to an edge. */
export type DownTopic = 'verdict' | 'acknowledgement' | 'uplinkRequest';

/** Sends a frame down to an edge; resolves when the broker has taken it. */
export type SendDown = (which: DownTopic, edge: EdgeName, frame: Uint8Array) => Promise<void>;
