import { NAME_SEGMENT, type ParsedTopic, parseTopic, topics } from '@ddnn/protocol';
import { CloudError } from '../cloud-error.js';
import type { EdgeName } from '../sites/roster.js';

/** Whoever is connected to the uplink: an edge, or a viewer that only reads. */
export type Peer = { readonly viewer: true } | (EdgeName & { readonly viewer: false });

const username = new RegExp(`^(?<site>${NAME_SEGMENT})/(?<edge>${NAME_SEGMENT})$`);

/** The peer behind an MQTT username: `site/edge`, or none for a viewer. Undefined: refused. */
export function parsePeer(name: string | undefined): Peer | undefined {
  if (name === undefined) return { viewer: true };
  const groups = username.exec(name)?.groups;
  return groups && { viewer: false, site: groups.site, edge: groups.edge };
}

/** Throws `DDNN_CLOUD_IDENTITY` unless the topic is one that this peer publishes: `u/{its site}/{its edge}/…`. */
export function checkPublish(peer: Peer | null, topic: string): ParsedTopic & { readonly peer: EdgeName } {
  const parsed = parseTopic(topic);
  const name = peer === null || peer.viewer ? 'a viewer' : `${peer.site}/${peer.edge}`;
  if (
    !parsed ||
    topics[parsed.which].to !== 'cloud' ||
    peer === null ||
    peer.viewer ||
    parsed.names.site !== peer.site ||
    parsed.names.edge !== peer.edge
  ) {
    throw new CloudError('DDNN_CLOUD_IDENTITY', `${name} may not publish to ${topic}`);
  }
  return { ...parsed, peer };
}

/** An edge reads what is meant for it, a viewer everything. */
export function maySubscribe(peer: Peer, filter: string): boolean {
  return peer.viewer || filter.startsWith(`d/${peer.site}/${peer.edge}/`);
}
