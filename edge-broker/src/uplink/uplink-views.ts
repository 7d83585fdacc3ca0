import { joinBodies, type UplinkContentName } from '@ddnn/protocol';

/**
 * The features of the present views, in view order, as they are sent up: one after the other; if they are coded, each
 * with its length before it.
 */
export function uplinkViews(
  maps: readonly (Uint8Array | undefined)[],
  coded: boolean,
): { content: UplinkContentName; body: Uint8Array } {
  const present = maps.filter((map) => map !== undefined);
  if (coded) return { content: 'coded', body: joinBodies(present) };
  const body = new Uint8Array(present.reduce((bytes, map) => bytes + map.length, 0));
  let at = 0;
  for (const map of present) {
    body.set(map, at);
    at += map.length;
  }
  return { content: 'views', body };
}
