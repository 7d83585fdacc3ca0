import type { PublishRight } from '@ddnn/broker';

/** What somebody without credentials may do at an edge: read along, and publish nothing, by no last will either. */
export const viewerAccess = {
  published: (_topic: string): undefined => undefined,
  publishRight: (_topic: string): PublishRight => 'none',
  maySubscribe: (_filter: string): boolean => true,
} as const;
