/** What the load is told once: its only argument, as JSON. */
export interface LoadTask {
  /** The bundle's file. */
  readonly bundle: string;
  readonly mqttPort: number;
  readonly naivePort: number;
  readonly epoch: number;
  /** Frames of one edge in flight. */
  readonly inFlight: number;
  /** Connections to the naive server. */
  readonly connections: number;
}

/** One slice of load. */
export interface LoadSlice {
  readonly way: 'own' | 'naive';
  readonly seconds: number;
  /** Of the uplink. */
  readonly samplesAFrame: number;
  /** Samples a second; left out: as many as are taken. Of the uplink only. */
  readonly rate?: number;
}

/** What came of a slice. */
export interface LoadResult {
  /** Samples answered. */
  readonly samples: number;
  /** Those whose class is the reference section's. */
  readonly same: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
