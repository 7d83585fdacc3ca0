import { describe, expect, it } from 'vitest';
import { checkPublish, maySubscribe, type Peer, parsePeer, peerName, publishRight } from './uplink-access.js';

const edge = parsePeer('plaza/north')!;
const viewer: Peer = { viewer: true };
const foreign = [
  ...['u/plaza/south/f', 'u/square/north/f', 'u/plaza/north', 'u/plaza/north/', 'u/plaza/north/x', 'u/plaza/north/f/x'],
  ...['d/plaza/north/v', 'd/plaza/north/a', 's/0', 'i/0', 'e', 'ddnn/plaza/verdict', '$SYS/x', ''],
];

describe('the names of edges', () => {
  it('are never the same for two edges', () => {
    // Joined by a character that a name may have, these would be one.
    expect(peerName(parsePeer('a/b-c')!)).not.toBe(peerName(parsePeer('a-b/c')!));
    expect([parsePeer(undefined), peerName(viewer)]).toEqual([{ viewer: true }, undefined]);
    expect(['', 'plaza', 'plaza/', '/north', 'a/b/c', '+/north', 'a b/c'].map(parsePeer)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });
});

describe('an edge', () => {
  it('publishes what is its own, and only a status may be retained', () => {
    const rights = ['f', 'r', 't', 'i', 'i/cam0'].map((rest) => publishRight(edge, `u/plaza/north/${rest}`));
    expect(rights).toEqual(['plain', 'plain', 'plain', 'retained', 'retained']);
    expect(checkPublish(edge, 'u/plaza/north/i/cam0')).toMatchObject({
      which: 'uplinkDeviceStatus',
      names: { device: 'cam0' },
      peer: { site: 'plaza', edge: 'north' },
    });
  });

  it.each(foreign)('has no right to publish on "%s"', (topic) => {
    expect(publishRight(edge, topic)).toBe('none');
    expect(() => checkPublish(edge, topic)).toThrow(expect.objectContaining({ code: 'DDNN_CLOUD_IDENTITY' }));
  });

  it('reads what is meant for it, and nothing else', () => {
    expect(maySubscribe(edge, 'd/plaza/north/#')).toBe(true);
    const others = ['#', 'd/#', 'd/+/north/v', 'd/plaza/south/v', 'd/plaza/nort', 'u/plaza/north/f'];
    expect(others.filter((filter) => maySubscribe(edge, filter))).toEqual([]);
  });
});

describe('a viewer', () => {
  it('reads everything and publishes nothing', () => {
    expect(maySubscribe(viewer, '#')).toBe(true);
    for (const topic of [...foreign, 'u/plaza/north/f', 'u/plaza/north/i']) {
      expect(publishRight(viewer, topic)).toBe('none');
      expect(() => checkPublish(viewer, topic)).toThrow('a viewer');
    }
  });
});
