import * as protocol from '@ddnn/protocol';
import { NO_CLASS, NO_VIEW, parseTopic, type Status, ViewState } from '@ddnn/protocol';
import { beforeEach, expect, describe as group, it } from 'vitest';
import { WatchContext } from './context.js';
import { describe } from './describe.js';

const EPOCH = 7;
const bundle = Uint8Array.from({ length: 32 }, (_, i) => i);
const edgeStatus: Status = {
  state: 'online',
  view: NO_VIEW,
  views: 6,
  classes: 3,
  scoreBytes: 3,
  featureBytes: 4,
  slotMs: 100,
  bundle,
  version: '0.1.0',
};
const deviceStatus: Status = { ...edgeStatus, view: 2 };
const sizes = { views: 6, viewFeatureBytes: 4, edgeFeatureBytes: 5 };
const { present, absent, lost, late } = ViewState;
const states = Uint8Array.of(present, absent, lost, late, present, present);
const scores = Int8Array.of(12, -40, -77);
const body = new Uint8Array(scores.buffer);

let context: WatchContext;

function learn(topic: string, status: Status, epoch = EPOCH): void {
  context.learn(parseTopic(topic)!, protocol.encodeStatus(epoch, status));
}

function words(topic: string, payload: Uint8Array): string {
  return describe(topic, payload, context).words;
}

beforeEach(() => {
  context = new WatchContext();
  learn('e', edgeStatus);
  learn('i/pi', deviceStatus);
  learn('u/street/gate/i', edgeStatus);
});

group('device frames', () => {
  it('names camera, slot, scores and the best class of a summary', () => {
    const payload = protocol.encodeSummary(EPOCH, [{ slot: 812, body }], 3);
    expect(describe('s/pi', payload, context)).toEqual({
      frame: 'summary',
      words: 'camera 2 · slot #812 · scores 12 -40 -77 (class 0)',
      fields: {
        epoch: 7,
        device: 'pi',
        view: 2,
        samples: [{ shortSlot: 812, present: true, scores: [12, -40, -77], class: 0 }],
      },
    });
  });

  it('says that a camera sees nothing', () => {
    const payload = protocol.encodeSummary(EPOCH, [{ slot: 812, body: null }], 3);
    expect(words('s/pi', payload)).toBe('camera 2 · slot #812 · sees nothing');
  });

  it('says that a camera sees something where the bundle has no local exit', () => {
    learn('e', { ...edgeStatus, scoreBytes: 0 });
    const payload = protocol.encodeSummary(EPOCH, [{ slot: 812, body: new Uint8Array(0) }], 0);
    expect(words('s/pi', payload)).toBe('camera 2 · slot #812 · sees something');
  });

  it('spells three samples out and counts the rest', () => {
    const samples = Array.from({ length: 32 }, (_, i) => ({ slot: 812 + i, body: null }));
    expect(words('s/pi', protocol.encodeSummary(EPOCH, samples, 3))).toBe(
      'camera 2 · slot #812 · sees nothing | slot #813 · sees nothing | slot #814 · sees nothing | +29 more',
    );
  });

  it('counts the ones of features, and tells features that are gone', () => {
    const samples = [
      { slot: 40_000, body: Uint8Array.of(0xff, 0xff, 0x0f, 0) },
      { slot: 40_001, body: null },
    ];
    expect(words('f/pi', protocol.encodeFeatures(EPOCH, samples, 4))).toBe(
      'camera 2 · slot #7232 · features 4 B (63 % ones) | slot #7233 · no longer has them',
    );
  });

  it('lists the slots of a feature request', () => {
    expect(words('q/pi', protocol.encodeFeatureRequest(EPOCH, [812]))).toBe(
      'camera 2 · asked for features of slot #812',
    );
    expect(words('q/pi', protocol.encodeFeatureRequest(EPOCH, [1, 2, 3, 4, 5]))).toBe(
      'camera 2 · asked for features of slots #1 #2 #3 +2 more',
    );
  });

  it('takes the sizes of the device itself while the edge has not said any', () => {
    context = new WatchContext();
    learn('i/pi', deviceStatus);
    expect(words('s/pi', protocol.encodeSummary(EPOCH, [{ slot: 1, body }], 3))).toContain('scores 12 -40 -77');
  });

  it('reads header and first slot where no status came yet, and the rest once it did', () => {
    context = new WatchContext();
    const payload = protocol.encodeSummary(EPOCH, [{ slot: 812, body }], 3);
    expect(describe('s/pi', payload, context)).toEqual({
      frame: 'summary',
      words: 'device pi · slot #812 · a summary body · sizes not known yet',
      fields: { epoch: 7, device: 'pi', view: null, shortSlot: 812, hasBody: true, sizesKnown: false },
    });
    learn('e', edgeStatus);
    expect(words('s/pi', payload)).toBe('device pi · slot #812 · scores 12 -40 -77 (class 0)');
  });
});

group('uplink frames', () => {
  const verdict = {
    slot: 100_000,
    classIndex: 2,
    exit: 'cloud',
    reason: 'none',
    uncertainty: 51 / 255,
    states,
  } as const;

  it('tells answer, uncertainty and what became of every view', () => {
    const payload = protocol.encodeVerdicts('verdict', EPOCH, [verdict]);
    const description = describe('d/street/gate/v', payload, context);
    expect(description.words).toBe(
      'slot 100000 · class 2 at the cloud exit · uncertainty 0.20 · cameras 0 4 5 · absent 1 · lost 2 · late 3',
    );
    expect(description.fields).toEqual({
      epoch: 7,
      verdicts: [
        {
          slot: 100_000,
          class: 2,
          exit: 'cloud',
          uncertainty: 0.2,
          views: ['present', 'absent', 'lost', 'late', 'present', 'present'],
        },
      ],
    });
  });

  it('gives the reason of a fallback, and class none', () => {
    const fallback = { ...verdict, classIndex: NO_CLASS, exit: 'fallback', reason: 'deadline' } as const;
    const payload = protocol.encodeVerdicts('record', EPOCH, [{ ...fallback, states: new Uint8Array(6).fill(absent) }]);
    expect(words('u/street/gate/r', payload)).toBe(
      'slot 100000 · class none, fallback: deadline · uncertainty 0.20 · no camera · absent 0 1 2 3 4 5',
    );
  });

  it('lists up to three records', () => {
    const records = Array.from({ length: 32 }, (_, i) => ({ ...verdict, slot: 5 + i }));
    expect(words('u/street/gate/r', protocol.encodeVerdicts('record', EPOCH, records))).toBe(
      '32 records · slot 5 class 2 cloud | slot 6 class 2 cloud | slot 7 class 2 cloud | +29 more',
    );
  });

  it('reads the first record up to its views where no status came yet', () => {
    const payload = protocol.encodeVerdicts('record', EPOCH, [verdict]);
    expect(words('u/other/gate/r', payload)).toBe(
      'slot 100000 · class 2 at the cloud exit · uncertainty 0.20 · sizes not known yet',
    );
  });

  it.each([
    ['views', 12, 'features of the views 12 B'],
    ['edge', 5, 'features of the edge section 5 B'],
  ] as const)('tells what uplink features carry: %s', (content, bodyBytes, carried) => {
    const sample = { slot: 9, states, content, body: new Uint8Array(bodyBytes) };
    const payload = protocol.encodeUplinkFeatures(EPOCH, [sample], sizes);
    expect(words('u/street/gate/f', payload)).toBe(`slot 9 · ${carried} · cameras 0 4 5 · absent 1 · lost 2 · late 3`);
    expect(words('u/other/gate/f', payload)).toBe(`slot 9 · ${carried.replace(/ \d+ B/, '')} · sizes not known yet`);
  });

  it('finds the samples of an edge section in a frame of several', () => {
    const sample = (slot: number) => ({ slot, states, content: 'edge' as const, body: new Uint8Array(5).fill(slot) });
    const samples = [9, 10, 14].map(sample);
    expect(words('u/street/gate/f', protocol.encodeUplinkFeatures(EPOCH, samples, sizes))).toContain(
      'slot 14 · features of the edge section 5 B · cameras 0 4 5',
    );
  });

  it('tells what one edge of several answers, and that the cloud asks it for features', () => {
    const body = protocol.encodeEdgeAnswer({ exit: 'edge', classIndex: 2, uncertainty: 0.25 });
    const payload = protocol.encodeUplinkFeatures(EPOCH, [{ slot: 9, states, content: 'answer', body }], sizes);
    expect(words('u/street/gate/f', payload)).toBe(
      'slot 9 · answer of the edge 6 B · class 2 at the edge exit, uncertainty 0.25 · cameras 0 4 5 · absent 1 · lost 2 · late 3',
    );
    expect(words('u/other/gate/f', payload)).toBe('slot 9 · answer of the edge · sizes not known yet');
    expect(words('d/street/gate/q', protocol.encodeUplinkRequest(EPOCH, [9, 12]))).toBe(
      'wants the features of slots 9 12',
    );
  });

  it('keeps the sizes of two epochs apart, for a backlog may be of an older one', () => {
    learn('u/street/gate/i', { ...edgeStatus, views: 2 }, 8);
    const two = Uint8Array.of(present, lost);
    expect(words('u/street/gate/r', protocol.encodeVerdicts('record', 8, [{ ...verdict, states: two }]))).toContain(
      'cameras 0 · lost 1',
    );
    expect(words('u/street/gate/r', protocol.encodeVerdicts('record', 7, [verdict]))).toContain('late 3');
  });

  it('tells stored from refused', () => {
    const stored = { of: 'uplinkFeatures', result: 'stored', slots: [8, 9] } as const;
    expect(words('d/street/gate/a', protocol.encodeAcknowledgement(EPOCH, stored))).toBe('features stored · slots 8 9');
    const refused = { of: 'record', result: 'refused', slots: [8] } as const;
    expect(words('d/street/gate/a', protocol.encodeAcknowledgement(EPOCH, refused))).toBe(
      'record refused for good · slot 8',
    );
  });
});

group('session frames', () => {
  it.each(['i/pi', 'u/street/gate/i/pi'])('reads the status of a device on %s', (topic) => {
    expect(words(topic, protocol.encodeStatus(EPOCH, { ...deviceStatus, state: 'unfit' }))).toBe(
      'camera 2 of 6 · unfit · epoch 7 · bundle 000102030405 · version 0.1.0 · 3 classes · scores 3 B · features 4 B · a slot every 100 ms',
    );
  });

  it.each(['e', 'u/street/gate/i'])('reads the last will of an edge on %s', (topic) => {
    const will: Status = { ...edgeStatus, state: 'offline', slotMs: 0, version: '' };
    expect(words(topic, protocol.encodeStatus(EPOCH, will))).toBe(
      'edge of 6 cameras · offline · epoch 7 · bundle 000102030405 · 3 classes · scores 3 B · features 4 B · triggered slots',
    );
  });

  it('knows an empty status: somebody took it off the broker', () => {
    expect(describe('i/pi', new Uint8Array(0), context)).toMatchObject({ frame: 'status', fields: { state: null } });
  });

  it('tells a clock question from its answer, and takes a time that no date has', () => {
    expect(words('t/pi', protocol.encodeClock(EPOCH, { asked: 1234.5 }))).toBe(
      'asks for the time, own clock 1234.5 ms',
    );
    expect(words('c/pi', protocol.encodeClock(EPOCH, { asked: 1234.5, edge: 1_767_225_600_000 }))).toBe(
      'the edge’s time is 2026-01-01T00:00:00.000Z, asked at 1234.5 ms',
    );
    expect(words('c/pi', protocol.encodeClock(EPOCH, { asked: 0, edge: 1e300 }))).toContain('1e+300 ms');
  });

  it('reads a traffic report', () => {
    const link = { payloadUp: 1_000, wireUp: 2_000, wireDown: 30, session: 40_000 };
    const payload = protocol.encodeTraffic(EPOCH, { samples: 9, uplink: link, devices: [{ view: 5, ...link }] });
    const each = '2000 B up (payload 1000 B), 30 B down, session 40.0 kB';
    expect(words('u/street/gate/t', payload)).toBe(`9 samples · uplink ${each} · camera 5 ${each}`);
  });
});

group('the verdict for anyone', () => {
  const verdict = {
    site: 'street',
    edge: 'gate',
    slot: 812,
    class: 'car',
    exit: 'local',
    uncertainty: 0.1234,
    views: ['present', 'lost'],
    missing: [1],
    capturedAt: 81_200,
    answeredAt: 81_240,
  };
  const of = (value: unknown) => Buffer.from(JSON.stringify(value));

  it('is put into words, with the time it took', () => {
    expect(describe('ddnn/street/verdict', of(verdict), context)).toEqual({
      frame: 'json',
      words: 'slot 812 · car, local exit · uncertainty 0.12 · missing cameras 1 · after 40 ms',
      fields: verdict,
    });
  });

  it('gives the reason of a fallback', () => {
    const fallback = { ...verdict, exit: 'fallback', reason: 'deadline' };
    expect(words('ddnn/street/verdict', of(fallback))).toContain('car, fallback: deadline');
  });

  it('never passes control characters of a class name on to the terminal', () => {
    expect(words('ddnn/street/verdict', of({ ...verdict, class: '\x1b[2Jcar' }))).toContain('\\u{1b}[2Jcar');
  });

  it.each(['{', 'null', '[]', '{"slot":"x","class":"car","exit":"local"}'])('is undecodable where it is %s', (text) => {
    expect(describe('ddnn/street/verdict', Buffer.from(text), context)).toMatchObject({
      frame: 'undecodable',
      fields: { code: 'DDNN_CLI_VERDICT_JSON' },
    });
  });
});

group('what cannot be decoded', () => {
  const summary = protocol.encodeSummary(EPOCH, [{ slot: 812, body }], 3);
  const changed = (at: number, value: number) => summary.slice().fill(value, at, at + 1);
  const many = protocol.encodeSummary(
    EPOCH,
    Array.from({ length: 1025 }, (_, slot) => ({ slot, body: null })),
    3,
  );
  const cases: [string, string, Uint8Array][] = [
    ['DDNN_FRAME_TRUNCATED', 's/pi', summary.subarray(0, 6)],
    ['DDNN_FRAME_OVERSIZED', 's/pi', many],
    ['DDNN_FRAME_VERSION', 's/pi', changed(0, 0x11)],
    ['DDNN_FRAME_KIND', 's/pi', changed(0, 0x23)],
    ['DDNN_FRAME_EPOCH', 's/pi', changed(1, 8)],
    ['DDNN_FRAME_VALUE', 'q/pi', Uint8Array.of(0x22, EPOCH, 0x39, 0xb0)],
  ];

  it.each(cases)('shows code and first bytes: %s', (code, topic, payload) => {
    const description = describe(topic, payload, context);
    expect(description).toMatchObject({ frame: 'undecodable', fields: { code } });
    expect(description.words).toContain(code);
    const hex = Buffer.from(payload.subarray(0, 16))
      .toString('hex')
      .replace(/..(?!$)/g, '$& ');
    expect(description.fields.firstBytes).toBe(hex);
    expect(description.words.endsWith(payload.length > 16 ? `${hex} …` : hex)).toBe(true);
  });

  it('has words for every topic of ours with every cut or random payload', () => {
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647);
    const names = { site: 'street', edge: 'gate', device: 'pi' };
    for (const which of Object.keys(protocol.topics) as protocol.TopicName[]) {
      for (let i = 0; i < 500; i++) {
        const payload = Uint8Array.from({ length: random() % 40 }, () => random() & 255);
        const { carries: kinds } = protocol.topics[which];
        const carries = kinds[i % kinds.length];
        if (i % 2 && payload.length > 0 && carries !== 'json')
          payload[0] = (protocol.PROTOCOL_VERSION << 4) | protocol.FrameKind[carries];
        expect(describe(protocol.topic(which, names), payload, context).words).not.toBe('');
      }
    }
  });
});

group('topics of others', () => {
  it('are shown with their text and bytes', () => {
    expect(describe('home/temp', Buffer.from('21.5'), context)).toEqual({
      frame: 'foreign',
      words: 'not one of ours · "21.5" · 32 31 2e 35',
      fields: { text: '21.5', firstBytes: '32 31 2e 35' },
    });
  });

  it('are shown with their bytes alone where these are no text', () => {
    expect(words('home/temp', Uint8Array.of(0xff, 0))).toBe('not one of ours · ff 00');
    expect(words('home/temp', Buffer.from('\x1b[2J'))).toBe('not one of ours · 1b 5b 32 4a');
    expect(words('home/temp', new Uint8Array(0))).toBe('not one of ours · no bytes');
  });
});
