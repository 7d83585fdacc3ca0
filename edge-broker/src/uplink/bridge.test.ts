import type { Message } from '@ddnn/broker';
import {
  decodeUplinkFeatures,
  decodeVerdicts,
  encodeAcknowledgement,
  encodeUplinkFeatures,
  encodeVerdicts,
  NO_VIEW,
  type Status,
  topic,
  type UplinkSample,
} from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { listenAsCloud } from '../../test/cloud.js';
import { bundle, EPOCH, edgeConfig, logger, open, openOutbox, unanswered, until, VIEWS } from '../../test/tiny-site.js';
import { RecordBatch } from '../outbox/record-batch.js';
import { LinkMeter } from '../traffic/link-meter.js';
import { Bridge } from './bridge.js';

const { featureBytes } = bundle.shapes.device;
const sizes = { views: VIEWS, viewFeatureBytes: featureBytes, edgeFeatureBytes: 0 };
const states = Uint8Array.of(2, 1, 2);
const offline: Status = {
  state: 'offline',
  view: NO_VIEW,
  views: VIEWS,
  classes: 3,
  scoreBytes: 3,
  featureBytes,
  slotMs: 0,
  bundle: bundle.hash,
  version: '0.1.0',
};

function frameOf(slot: number, epoch = EPOCH): Uint8Array {
  const sample: UplinkSample = { slot, states, content: 'views', body: new Uint8Array(2 * featureBytes).fill(slot) };
  return encodeUplinkFeatures(epoch, [sample], sizes);
}

/** A bridge between a real outbox and a cloud in the hands of the test. */
async function startBridge(flags: Record<string, unknown> = {}) {
  const held: number[] = [];
  let cutting = false;
  const taken: Message[] = [];
  const { cloud, port } = await listenAsCloud((message) => {
    if (cutting) {
      cutting = false;
      throw new Error('cut');
    }
    taken.push({ ...message, payload: Uint8Array.from(message.payload) });
  });
  const config = edgeConfig({ 'uplink.url': `mqtt://127.0.0.1:${port}`, ...flags });
  const { outbox } = await openOutbox();
  const names = { site: config.site, edge: config.edge };
  const bridge = new Bridge(config, {
    views: VIEWS,
    several: false,
    outbox,
    meter: new LinkMeter(),
    logger,
    messages: {
      onConnected: () => {},
      onDisconnected: () => {},
      onVerdicts: (verdicts) => settle('features', verdicts),
      onAcknowledgement: ({ slots }) =>
        settle(
          'record',
          slots.map((slot) => ({ slot })),
        ),
      onRequest: () => {},
      onBadFrame: (error) => expect.unreachable(String(error)),
      onTaken: () => {},
      onHeld: ({ slot }) => void held.push(slot),
    },
  });
  const settle = async (kind: 'features' | 'record', samples: readonly { slot: number }[]) => {
    for (const { slot } of samples) {
      await outbox.acknowledge(kind, slot);
      bridge.settled(kind, slot);
    }
  };
  const start = async () => {
    bridge.start(offline);
    open.push(() => bridge.stop(EPOCH, offline));
    await until(() => bridge.connected);
  };
  /** The slots of each features frame that came. */
  const features = () =>
    taken
      .filter(({ topic: name }) => name === topic('uplinkFeatures', names))
      .map(({ payload }) => decodeUplinkFeatures(payload, undefined, sizes, 100).map(({ slot }) => slot));
  const records = () =>
    taken
      .filter(({ topic: name }) => name === topic('record', names))
      .map(({ payload }) => decodeVerdicts(payload, 'record', EPOCH, VIEWS, 100).map(({ slot }) => slot));
  const send = (which: 'verdict' | 'acknowledgement', frame: Uint8Array) =>
    cloud.publish(topic(which, names), frame, 1);
  /** The cloud closes the connection. */
  const cut = () => {
    cutting = true;
    bridge.sendTraffic(new Uint8Array(2));
  };
  return { bridge, outbox, cut, held, start, features, records, send };
}

const verdict = (slot: number) =>
  ({ slot, classIndex: 1, exit: 'cloud', reason: 'none', uncertainty: 0, states }) as const;

describe('the bridge', () => {
  it('keeps what the cloud has no bundle for, lets the rest pass, and sends it on the next connection', async () => {
    const { bridge, outbox, cut, held, start, features, send } = await startBridge({ 'uplink.inFlight': 2 });
    for (const slot of [1, 2, 3]) await outbox.put(unanswered(slot), frameOf(slot, EPOCH - 1));
    await outbox.put(unanswered(9), frameOf(9));
    await start();
    await until(() => features().flat().length === 2);
    await send(
      'acknowledgement',
      encodeAcknowledgement(EPOCH - 1, { of: 'uplinkFeatures', result: 'held', slots: [1] }),
    );
    await until(() => features().some((slots) => slots.includes(9)));
    expect(held.sort()).toEqual([1, 2, 3]);
    expect([bridge.held, outbox.size]).toEqual([3, 4]);
    expect(bridge.ready).toContain('3 waiting entries');
    const before = features().length;
    cut();
    await until(() => bridge.held === 0 && features().length > before);
    expect(outbox.size).toBe(4);
  });

  it('does not go on counting what it holds back and the outbox drops', async () => {
    const { bridge, outbox, start, features, send } = await startBridge();
    for (const slot of [1, 2]) await outbox.put(unanswered(slot), frameOf(slot, EPOCH - 1));
    await start();
    await until(() => features().length > 0);
    const held = { of: 'uplinkFeatures', result: 'held', slots: [1] } as const;
    await send('acknowledgement', encodeAcknowledgement(EPOCH - 1, held));
    await until(() => bridge.held === 2);
    bridge.settled('features', 1);
    expect(bridge.held).toBe(1);
    bridge.settled('features', 2);
    expect(bridge.ready).toBe(true);
  });

  it('sends what it can read, though an entry before it cannot be read', async () => {
    const { outbox, start, features } = await startBridge();
    for (const slot of [1, 2, 3]) await outbox.put(unanswered(slot), frameOf(slot));
    const read = outbox.read.bind(outbox);
    outbox.read = (entry) => (entry.slot === 2 ? Promise.reject(new Error('damaged')) : read(entry));
    await start();
    await until(() => features().length > 0);
    expect(features()).toEqual([[1, 3]]);
  });

  it('sends the new frame of an entry, also where the old one was just being read', async () => {
    const { bridge, outbox, start, features } = await startBridge();
    await outbox.put(unanswered(1), frameOf(1));
    await start();
    await until(() => features().length === 1);
    const read = outbox.read.bind(outbox);
    let replaced = false;
    outbox.read = async (entry) => {
      const frame = await read(entry);
      if (!replaced) {
        replaced = true;
        bridge.add('features', 1);
        return undefined;
      }
      return frame;
    };
    bridge.add('features', 1);
    await until(() => features().length === 2);
    expect(features()).toEqual([[1], [1]]);
  });

  it('sends again what was not acknowledged in time, behind what was not sent yet', async () => {
    const { bridge, outbox, start, features } = await startBridge({ 'uplink.inFlight': 1 });
    for (const slot of [1, 2]) await outbox.put(unanswered(slot), frameOf(slot));
    await start();
    await until(() => features().length === 1);
    bridge.resendOverdue(performance.now() + 1);
    bridge.resendOverdue(performance.now() + 3_600_000);
    await until(() => features().length === 2);
    bridge.resendOverdue(performance.now() + 3_600_000);
    await until(() => features().length === 3);
    expect(features()).toEqual([[1], [2], [1]]);
  });

  it('joins samples that are ready together, and forgets each with its own verdict', async () => {
    const { outbox, start, features, send } = await startBridge();
    for (const slot of [9, 4, 6]) await outbox.put(unanswered(slot), frameOf(slot));
    await start();
    await until(() => features().length > 0);
    expect(features()).toEqual([[4, 6, 9]]);
    await send('verdict', encodeVerdicts('verdict', EPOCH, [verdict(4), verdict(9)]));
    await until(() => outbox.size === 1);
    expect(outbox.has('features', 6)).toBe(true);
    expect(features()).toHaveLength(1);
  });

  it('joins no more samples than may be in flight', async () => {
    const { outbox, start, features, send } = await startBridge({ 'uplink.inFlight': 2 });
    for (const slot of [1, 2, 3]) await outbox.put(unanswered(slot), frameOf(slot));
    await start();
    await until(() => features().length > 0);
    expect(features()).toEqual([[1, 2]]);
    await send('verdict', encodeVerdicts('verdict', EPOCH, [verdict(1)]));
    await until(() => features().length > 1);
    expect(features()[1]).toEqual([3]);
  });

  it('keeps a record frame back while it grows, and forgets all of it by its first slot', async () => {
    const { bridge, outbox, start, features, records, send } = await startBridge();
    const onWhole = (slot: number) => bridge.add('record', slot);
    const onError = (error: unknown) => expect.unreachable(String(error));
    const batch = new RecordBatch(outbox, { epoch: EPOCH, maxVerdicts: 100, onWhole, onError });
    await start();
    for (const slot of [7, 5]) batch.add({ ...verdict(slot), exit: 'local' });
    await batch.flush();
    await outbox.put(unanswered(1), frameOf(1));
    bridge.add('features', 1);
    await until(() => features().length === 1);
    batch.add({ ...verdict(8), exit: 'local' });
    await batch.send();
    await until(() => records().length > 0);
    expect(records()).toEqual([[5, 7, 8]]);
    await send('acknowledgement', encodeAcknowledgement(EPOCH, { of: 'record', result: 'stored', slots: [5] }));
    await until(() => outbox.size === 1);
  });
});
