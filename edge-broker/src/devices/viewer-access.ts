import type { PublishRight } from '@ddnn/broker';

/**
 * What a client without credentials may do at an edge: read everything and publish nothing, not even by a last will.
 */
export const viewerAccess = {
  published: (_topic: string): undefined => undefined,
  publishRight: (_topic: string): PublishRight => 'none',
  maySubscribe: (_filter: string): boolean => true,
} as const;
