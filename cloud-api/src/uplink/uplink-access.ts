import type { PublishRight } from '@ddnn/broker';
import { NAME_SEGMENT, parseTopic, type TopicNames, topics } from '@ddnn/protocol';
import { CloudError } from '../cloud-error.js';
import type { EdgeName } from '../sites/roster.js';

/** Who is connected to the uplink: an edge, or a viewer that only reads. */
export type Peer = { readonly viewer: true } | (EdgeName & { readonly viewer: false });

/** The topics on which edges publish. */
const published = ['uplinkFeatures', 'record', 'uplinkStatus', 'uplinkDeviceStatus', 'traffic'] as const;
export type UplinkTopic = (typeof published)[number];

/** A topic on which an edge publishes, and the names in it. */
export interface UplinkPublish {
  readonly which: UplinkTopic;
  readonly names: TopicNames;
}

const username = new RegExp(`^(?<site>${NAME_SEGMENT})/(?<edge>${NAME_SEGMENT})$`);

/** The peer behind an MQTT username: `site/edge`, or none for a viewer. Undefined: refused. */
export function parsePeer(name: string | undefined): Peer | undefined {
  if (name === undefined) return { viewer: true };
  const groups = username.exec(name)?.groups;
  return groups && { viewer: false, site: groups.site, edge: groups.edge };
}

/** `site/edge`, which no other edge has; undefined for a viewer. */
export function peerName(peer: Peer): string | undefined {
  return peer.viewer ? undefined : `${peer.site}/${peer.edge}`;
}

/** The parsed topic, if this peer may publish on it: `u/{its site}/{its edge}/…`. A viewer has none. */
function ownTopic(peer: Peer, topic: string): UplinkPublish | undefined {
  const parsed = peer.viewer || !topic.startsWith(`u/${peerName(peer)}/`) ? undefined : parseTopic(topic);
  const which = published.find((each) => each === parsed?.which);
  return which && { which, names: parsed!.names };
}

/** Throws `DDNN_CLOUD_IDENTITY` unless the topic is one that this peer publishes on. */
export function checkPublish(peer: Peer, topic: string): UplinkPublish & { readonly peer: EdgeName } {
  const parsed = ownTopic(peer, topic);
  if (!parsed || peer.viewer) {
    throw new CloudError('DDNN_CLOUD_IDENTITY', `${peerName(peer) ?? 'a viewer'} may not publish to ${topic}`);
  }
  return { ...parsed, peer };
}

/** Whether a peer may publish on a topic, as a message or as its last will; only a status may be retained. */
export function publishRight(peer: Peer, topic: string): PublishRight {
  const parsed = ownTopic(peer, topic);
  if (!parsed) return 'none';
  return topics[parsed.which].retained ? 'retained' : 'plain';
}

/** An edge may read what is meant for it, a viewer may read everything. */
export function maySubscribe(peer: Peer, filter: string): boolean {
  return peer.viewer || filter.startsWith(`d/${peerName(peer)}/`);
}
