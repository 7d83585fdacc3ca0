/**
 * What a cloud refuses on its uplink: `_IDENTITY` a topic that is not the publisher's, `_DEVICES` more than configured,
 * `_CONTENT` features that this bundle has no use for, `_CLASS` a class that it does not have, `_EPOCH` samples of a
 * bundle that is not here, `_BUSY` more bytes than may wait, `_STOPPING` anything while it stops, `_FAILED` an error of
 * ours. `_PREVIOUS` is a configuration: the bundle before can't be served beside the one in service.
 */
export type CloudErrorCode =
  | 'DDNN_CLOUD_IDENTITY'
  | 'DDNN_CLOUD_DEVICES'
  | 'DDNN_CLOUD_CONTENT'
  | 'DDNN_CLOUD_CLASS'
  | 'DDNN_CLOUD_EPOCH'
  | 'DDNN_CLOUD_PREVIOUS'
  | 'DDNN_CLOUD_BUSY'
  | 'DDNN_CLOUD_STOPPING'
  | 'DDNN_CLOUD_FAILED';

/** Something that the cloud does not accept. */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly code: CloudErrorCode;
  /** The configuration is the user's input. */
  readonly userFault: boolean;

  constructor(code: CloudErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.userFault = code === 'DDNN_CLOUD_PREVIOUS';
  }
}
