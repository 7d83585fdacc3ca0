/**
 * What an edge can't serve or does not accept: `_DEVICES` and `_GROUP` a configuration, `_ACCESS` a message on a topic
 * that is not its sender's, `_VIEW` a device that runs as another view, `_FAILED` an error of ours at a frame.
 */
export type EdgeErrorCode =
  | 'DDNN_EDGE_DEVICES'
  | 'DDNN_EDGE_GROUP'
  | 'DDNN_EDGE_ACCESS'
  | 'DDNN_EDGE_VIEW'
  | 'DDNN_EDGE_FAILED';

/** An error of an edge. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  /** The configuration is the user's input. */
  readonly userFault: boolean;
  readonly code: EdgeErrorCode;

  constructor(code: EdgeErrorCode, message: string) {
    super(message);
    this.code = code;
    this.userFault = code === 'DDNN_EDGE_DEVICES' || code === 'DDNN_EDGE_GROUP';
  }
}
