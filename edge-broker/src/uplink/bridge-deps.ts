import type { Logger } from '@ddnn/process';
import type { Acknowledgement, Verdict } from '@ddnn/protocol';
import type { EntryName } from '../outbox/entry.js';
import type { Outbox } from '../outbox/outbox.js';
import type { LinkMeter } from '../traffic/link-meter.js';

/** What the cloud can tell an edge. */
export interface CloudMessages {
  onConnected(): void;
  onDisconnected(): void;
  onVerdicts(verdicts: readonly Verdict[]): void;
  onAcknowledgement(acknowledgement: Acknowledgement): void;
  /** The cloud has no bundle, or another one, for the epoch of that entry: the entry waits for the next connection. */
  onHeld(entry: EntryName): void;
  /** The cloud asks for the features of these slots (configuration f). */
  onRequest(slots: readonly number[]): void;
  onBadFrame(error: unknown, topic: string): void;
  /** Another edge is connected under this name. */
  onTaken(): void;
}

/** What a bridge works with. */
export interface BridgeDeps {
  readonly views: number;
  /** The site has several edges: only then does the cloud ask for features. */
  readonly several: boolean;
  readonly outbox: Outbox;
  readonly meter: LinkMeter;
  readonly messages: CloudMessages;
  readonly logger: Logger;
}
