/** A configuration that an edge can't serve, or can't go on with. Always the user's input. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly userFault = true;
  readonly code: 'DDNN_EDGE_DEVICES' | 'DDNN_EDGE_GROUP' | 'DDNN_EDGE_TAKEN';

  constructor(code: EdgeError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
