import type { PublishRight } from '@ddnn/broker';
import { isLoopback } from '@ddnn/process';
import type { EdgeConfig } from '../config.js';
import { EdgeError } from '../edge-error.js';

/**
 * What everybody may do if `mqtt.open` switches the access rules off, for interoperability suites: everything, except
 * on topics that begin with `$`. A message on `$…` is acknowledged, because suites expect that, but nobody can receive
 * it. On `$SYS/` it is refused, because Aedes itself listens there. If somebody else publishes on a device's topic, it
 * is a message like any other: the edge takes frames only from its devices.
 */
export const openAccess = {
  publishRight: (topic: string): PublishRight => (topic.startsWith('$') ? 'none' : 'retained'),
  takes: (topic: string): boolean => !topic.startsWith('$SYS/'),
  maySubscribe: (_filter: string): boolean => true,
} as const;

/** Throws `DDNN_EDGE_OPEN` if an edge without access rules could be reached from other machines. */
export function refuseOpenDoor({ open, host }: EdgeConfig['mqtt']): void {
  if (!open || isLoopback(host)) return;
  const why = 'without access rules an edge listens on loopback only';
  throw new EdgeError(
    'DDNN_EDGE_OPEN',
    `mqtt.open: ${why}, and mqtt.host is ${host}: use 127.0.0.1 or leave out --open`,
  );
}

/** What an edge without access rules writes to its log and to `/readyz`. */
export const OPEN_NOTE = 'mqtt.open: there are no access rules, anybody on this machine may publish and read anything';
