import { ModelError, openBundle } from '@ddnn/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkBundle } from './bundle-check.js';
import { DEEP, wholeBundles, withHeader } from './bundles.js';
import { checkManifest, removeManifests } from './manifest-check.js';
import { LaneAndParser } from './mqtt-check.js';

/* What fuzzing has found, each by the smallest input that shows it. */

interface Header {
  readonly architecture: object;
  readonly exits: Record<string, Record<string, unknown>>;
}
const edited = (change: (header: Header) => void) => withHeader(wholeBundles[0], (header) => change(header as Header));
const bundle = (bytes: Uint8Array) => checkBundle({ bytes, whole: false, simd: false });

describe('a bundle with a right hash', () => {
  it('whose threshold is an object without a text is refused by its own error', () => {
    const bytes = edited(({ exits }) => {
      exits.local.threshold = { toString: null, valueOf: 1 };
    });
    expect(bundle(bytes)).toBe('DDNN_BUNDLE_CONTENT street.ddnn: exits.local.threshold is an object, expected # to #');
  });

  it('whose step is very long is refused in few words', () => {
    const bytes = edited(({ exits }) => {
      exits.cloud.step = '7'.repeat(5_000);
    });
    expect(() => openBundle(bytes)).toThrow(/step is 7{40}, expected a positive number, 2\^64 at most$/);
  });

  it('whose classes are deeper than a stack is refused by its own error', () => {
    const bytes = edited((header) => {
      Object.assign(header.architecture, { classes: DEEP });
    });
    expect(bundle(bytes)).toMatch('DDNN_BUNDLE_CONTENT');
  });

  it('with a great many classes of one name is refused before anybody compares them all', () => {
    const bytes = edited((header) => {
      Object.assign(header.architecture, { classes: new Array(100_000).fill('a') });
    });
    expect(() => openBundle(bytes)).toThrow(ModelError);
  });

  it('whose scores could be infinitely far apart is refused, for its exit could not say how sure it is', () => {
    const bytes = withHeader(wholeBundles[3], (header) => {
      (header as Header).exits.local.step = 1e308;
    });
    expect(() => openBundle(bytes)).toThrow(/exits.local.step is 1e\+308/);
  });
});

it('a manifest with a very long cell is refused in few words', async () => {
  const bytes = Buffer.from(`sample,label,view0\n${'x'.repeat(5_000)},,\n`);
  expect(await checkManifest({ bytes, lenient: false })).toMatch('DDNN_MANIFEST_LABEL');
});

describe('the direct lane and the parser take the same', () => {
  const ways = new LaneAndParser();
  beforeAll(() => ways.start());
  afterAll(() => ways.stop());
  const connect = Buffer.from('101c00044d51545404820000000163000d6465766963652d303030303030', 'hex');

  it.each([
    ['of a message behind DISCONNECT: nothing', 'e00030050003732f30', '0 taken, closed'],
    ['of another topic there', 'e00030050003732f30300700056f74686572', '0 taken, closed'],
    ['before a packet that is too large', '30050003732f30300700056f7468657230ff7f', '2 taken, closed'],
    [
      'up to a message whose id is in the next packet',
      '30050003732f3032070004000100000030050003732f30',
      '1 taken, closed',
    ],
    ['up to a SUBSCRIBE without a whole id', '30050003732f3082010030050003732f30', '1 taken, closed'],
    ['before a length of five bytes', '30050003732f308080818080000003', '1 taken, closed'],
  ])('%s', async (_, stream, said) => {
    const pieces = [Buffer.from(stream, 'hex')];
    expect(await ways.check({ connect, inHurry: false, endsAtOnce: false, pieces })).toBe(said);
  });

  it('from a client that says CONNECT again behind what closes it, all before its CONNACK', async () => {
    const forbidden = Buffer.from('30040001235830050003732f30', 'hex');
    const pieces = [Buffer.concat([forbidden, connect])];
    expect(await ways.check({ connect, inHurry: true, endsAtOnce: false, pieces })).toBe('0 taken, closed');
  });

  it('with the end of the connection right behind messages that wait for a slow one', async () => {
    // A packet in three pieces goes to the parser, whose room is slow; the rest is read when the end is known already.
    const pieces = ['3086000003732f3000', '30', `7d0003732f30${'78'.repeat(120)}300d0003732f3030060003732f3058`];
    const stream = pieces.map((hex) => Buffer.from(hex, 'hex'));
    expect(await ways.check({ connect, inHurry: true, endsAtOnce: true, pieces: stream })).toBe('3 taken, closed');
  });
});

afterAll(removeManifests);
