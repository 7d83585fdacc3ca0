import type { PublishRight } from '@ddnn/broker';
import { isLoopback } from '@ddnn/process';
import type { EdgeConfig } from '../config.js';
import { EdgeError } from '../edge-error.js';

/**
 * What anybody may do where `mqtt.open` takes the access rules away, as interoperability suites need it: everything,
 * but for topics that begin with `$`. A message there is acknowledged, as suites want it, and nobody can hear it; on
 * `$SYS/`, where Aedes speaks to itself, it is refused. What others publish on a device's topic is a message like any
 * other: the edge takes frames of its devices only.
 */
export const openAccess = {
  publishRight: (topic: string): PublishRight => (topic.startsWith('$') ? 'none' : 'retained'),
  takes: (topic: string): boolean => !topic.startsWith('$SYS/'),
  maySubscribe: (_filter: string): boolean => true,
} as const;

/** Throws `DDNN_EDGE_OPEN` where others than this machine could reach an edge without rules. */
export function refuseOpenDoor({ open, host }: EdgeConfig['mqtt']): void {
  if (!open || isLoopback(host)) return;
  const why = 'without access rules an edge listens on loopback only';
  throw new EdgeError(
    'DDNN_EDGE_OPEN',
    `mqtt.open: ${why}, and mqtt.host is ${host}: use 127.0.0.1 or leave out --open`,
  );
}

/** What an edge without rules says of itself. */
export const OPEN_NOTE = 'mqtt.open: there are no access rules, anybody on this machine may publish and read anything';
