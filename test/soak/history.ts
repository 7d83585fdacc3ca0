/** A frame of a device that reached the edge's door: one event a sample in it. */
export interface Sent {
  readonly what: 'sent';
  /** When, in ms of the run. */
  readonly at: number;
  readonly kind: 'summary' | 'features';
  readonly view: number;
  readonly slot: number;
  readonly epoch: number;
}

/** The edge's PUBACK of a view's features. */
export interface Acknowledged {
  readonly what: 'acknowledged';
  readonly at: number;
  readonly view: number;
  readonly slot: number;
  readonly epoch: number;
}

/** A verdict that somebody heard live. */
export interface Said {
  readonly what: 'said';
  readonly at: number;
  readonly slot: number;
  readonly class: string;
  readonly exit: string;
  /** Why it is a fallback; *none* where it is not one. */
  readonly reason: string;
  /** State of every view. */
  readonly views: readonly string[];
  /** The verdict topic does not tell it. */
  readonly epoch?: number;
}

/** A verdict as REST shows it at the end. */
export interface Stored {
  readonly what: 'stored';
  readonly slot: number;
  readonly class: string;
  readonly exit: string;
  readonly reason: string;
  readonly views: readonly string[];
  readonly epoch: number;
  /** The cloud answered after the fallback was final. */
  readonly revised: boolean;
}

export type HistoryEvent = Sent | Acknowledged | Said | Stored;

/** All that was seen of an installation, in the order in which it was seen. */
export type History = readonly HistoryEvent[];
