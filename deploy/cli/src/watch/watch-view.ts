import type { Writable } from 'node:stream';
import type { WatchContext } from './context.js';
import type { Rates } from './rates.js';

/** One message as it came. */
export interface WatchedMessage {
  readonly time: Date;
  readonly topic: string;
  readonly qos: number;
  readonly retained: boolean;
  readonly payload: Uint8Array;
  readonly packetBytes: number;
}

/** Standard output, or what stands in for it. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** What a view may look at. */
export interface Watched {
  readonly url: string;
  readonly context: WatchContext;
  readonly rates: Rates;
}

/** Shows messages: live on a terminal, as lines of text, or as lines of JSON. */
export interface WatchView {
  start(): void;
  /** Called for every message; the view decides how many are shown. */
  show(message: WatchedMessage): void;
  /** The connection changed. */
  notice(text: string): void;
  /** Shows what there is to say at the end. */
  stop(): void;
}
