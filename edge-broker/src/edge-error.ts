import { CodedError } from '@ddnn/process';

/**
 * What an edge can't serve or does not accept. `_DEVICES`, `_GROUP` and `_OPEN`: a configuration. `_TAKEN`: a name that
 * another process has. `_ACCESS`: a message on a topic that does not belong to its sender. `_VIEW`: a device that runs
 * as another view. `_FAILED`: a fault in DDNN while it handled a frame.
 */
export type EdgeErrorCode =
  | 'DDNN_EDGE_DEVICES'
  | 'DDNN_EDGE_GROUP'
  | 'DDNN_EDGE_OPEN'
  | 'DDNN_EDGE_TAKEN'
  | 'DDNN_EDGE_ACCESS'
  | 'DDNN_EDGE_VIEW'
  | 'DDNN_EDGE_FAILED';

/** What the user can correct in the configuration. */
const userFaults: readonly EdgeErrorCode[] = [
  'DDNN_EDGE_DEVICES',
  'DDNN_EDGE_GROUP',
  'DDNN_EDGE_OPEN',
  'DDNN_EDGE_TAKEN',
];

/** An error of an edge. */
export class EdgeError extends CodedError<EdgeErrorCode> {
  override readonly name = 'EdgeError';
  /** The configuration is the user's input. */
  readonly userFault = userFaults.includes(this.code);
}
