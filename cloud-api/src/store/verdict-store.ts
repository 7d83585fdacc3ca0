import type { ExitName, FallbackReason, StatusState, Traffic, ViewStateName } from '@ddnn/protocol';

/** The class of a sample that no camera sees. */
export const NO_CLASS_NAME = 'none';

/** A verdict on its way into the store. */
export interface NewVerdict {
  readonly site: string;
  readonly edge: string;
  readonly slot: number;
  /** Name of the class, or {@link NO_CLASS_NAME}. */
  readonly class: string;
  readonly classIndex: number;
  readonly exit: ExitName;
  readonly reason: FallbackReason;
  readonly uncertainty: number;
  /** State of every view. */
  readonly views: ViewStateName[];
  readonly epoch: number;
  /** Unix time of the slot in ms; null where slots merely count. */
  readonly capturedAt: number | null;
  /** Unix time in ms. */
  readonly storedAt: number;
}

/** What the cloud answered after a fallback had become final for those who listen live. */
export type Revision = Pick<NewVerdict, 'class' | 'classIndex' | 'uncertainty' | 'storedAt'>;

/** A verdict as the store has it: one per site and slot. */
export interface StoredVerdict extends NewVerdict {
  /** What the sample really was, if a label was given. */
  readonly label: string | null;
  readonly revised: Revision | null;
}

/**
 * *stored*: new. *revised*: the cloud's answer to a stored fallback. *joined*: the fallback of another edge; its views
 * were added to the stored verdict, and its class replaced the stored one if it was surer. *duplicate*: it changed
 * nothing.
 */
export type PutOutcome = 'stored' | 'revised' | 'joined' | 'duplicate';

/** What happened to a verdict, and what the store now has for its sample. */
export interface PutResult {
  readonly outcome: PutOutcome;
  readonly verdict: StoredVerdict;
}

/** An edge as it last reported itself. */
export interface StoredEdge {
  readonly site: string;
  readonly edge: string;
  readonly state: StatusState;
  readonly epoch: number;
  /** SHA-256 of its bundle, hexadecimal. */
  readonly bundle: string;
  readonly views: number;
  /** Milliseconds between two slots; 0: slots merely count. */
  readonly slotMs: number;
  readonly version: string;
  readonly reportedAt: number;
}

/** A device as its edge last reported it. */
export interface StoredDevice extends StoredEdge {
  readonly device: string;
  readonly view: number;
}

/** The latest byte counts of one edge. */
export interface StoredTraffic extends Traffic {
  readonly site: string;
  readonly edge: string;
  readonly reportedAt: number;
}

/** What a sample really was. */
export interface Label {
  readonly slot: number;
  readonly label: string;
}

/** Which verdicts, newest first: by time of capture, or by time of storing if slots only count. */
export interface VerdictQuery {
  readonly site?: string | undefined;
  readonly exit?: ExitName | undefined;
  readonly class?: string | undefined;
  /** Unix time in ms, inclusive. */
  readonly from?: number | undefined;
  /** Unix time in ms, exclusive. */
  readonly to?: number | undefined;
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** One page; `next` null: the last. */
export interface VerdictPage {
  readonly verdicts: readonly StoredVerdict[];
  readonly next: string | null;
}

/** How many verdicts have these things in common. */
export interface TallyRow {
  readonly exit: ExitName;
  readonly class: string;
  readonly label: string | null;
  readonly revised: boolean;
  readonly count: number;
}

/** What statistics are computed from. */
export interface Tally {
  readonly verdicts: readonly TallyRow[];
  readonly traffic: readonly StoredTraffic[];
}

/**
 * Keeps verdicts and what sites report. Writes resolve once they are durable, may share a transaction, and change
 * nothing when they are repeated.
 */
export interface VerdictStore {
  /** Opens the store. Throws {@link StoreError} `DDNN_STORE_FILE`, `_VERSION`, `_IN_USE`, `_READONLY` and the like. */
  start(): Promise<void>;
  /** Writes what waits, then closes. */
  stop(): Promise<void>;
  /** Rejects if the store can't be written to. */
  check(): Promise<void>;
  /**
   * Keeps the first verdict of a site and slot. A fallback and the cloud's answer to the same sample become one
   * verdict: the fallback, with the answer as its revision, whichever comes first. Of the fallbacks of several edges
   * the surer one is kept, with the views of both. Anything else that comes later is a duplicate. Results have the
   * order of the batch.
   */
  putVerdicts(batch: readonly NewVerdict[]): Promise<readonly PutResult[]>;
  /**
   * A label replaces an earlier one; its verdict may come later. If this throws, some labels may be stored: send all
   * again.
   */
  putLabels(site: string, labels: readonly Label[]): Promise<void>;
  putEdge(edge: StoredEdge): Promise<void>;
  putDevice(device: StoredDevice): Promise<void>;
  putTraffic(traffic: StoredTraffic): Promise<void>;
  /** One page. Throws {@link StoreError} `DDNN_STORE_CURSOR`. */
  verdicts(query: VerdictQuery): Promise<VerdictPage>;
  verdict(site: string, slot: number): Promise<StoredVerdict | undefined>;
  edges(): Promise<readonly StoredEdge[]>;
  devices(site?: string): Promise<readonly StoredDevice[]>;
  tally(site?: string): Promise<Tally>;
}
