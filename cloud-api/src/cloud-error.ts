import { CodedError } from '@ddnn/process';

/**
 * What a cloud refuses on its uplink. `_IDENTITY`: a topic that does not belong to the publisher. `_DEVICES`: more
 * devices than configured. `_CONTENT`: features that do not fit this bundle. `_CLASS`: a class that the bundle does not
 * have. `_EPOCH`: samples whose bundle the cloud does not have. `_BUSY`: more bytes than may wait. `_STOPPING`:
 * anything while the cloud stops. `_FAILED`: an error of ours. `_PREVIOUS` is about the configuration: `previousBundle`
 * can't be in service together with `bundle`.
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
export class CloudError extends CodedError<CloudErrorCode> {
  override readonly name = 'CloudError';
  /** The configuration is the user's input. */
  readonly userFault = this.code === 'DDNN_CLOUD_PREVIOUS';
}
