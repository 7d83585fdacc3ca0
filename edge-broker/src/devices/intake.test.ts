import { type Message, MqttListener } from '@ddnn/broker';
import { createMetrics } from '@ddnn/process';
import {
  decodeClock,
  encodeClock,
  encodeFeatures,
  encodeStatus,
  encodeSummary,
  type Status,
  type StatusState,
} from '@ddnn/protocol';
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import { pathRig, type Rig } from '../../test/path-rig.js';
import { EPOCH, logger, open, until } from '../../test/tiny-site.js';
import { createEdgeMetrics } from '../metrics.js';
import { LinkMeter } from '../traffic/link-meter.js';
import { DeviceTable } from './device-table.js';
import { Intake } from './intake.js';

async function intakeRig() {
  const rig = await pathRig();
  const registry = createMetrics('edge');
  const metrics = createEdgeMetrics(registry);
  const devices = new DeviceTable(undefined, 3);
  const published: [string, Uint8Array][] = [];
  const statuses: string[] = [];
  const meters = [0, 1, 2].map(() => new LinkMeter());
  const intake = new Intake({
    bundle: rig.bundle,
    config: rig.config,
    devices,
    path: rig.path,
    meters,
    metrics,
    logger,
    siteTime: (monotonic) => 1e12 + monotonic,
    publish: (name, payload) => void published.push([name, payload]),
    onDeviceStatus: (device) => void statuses.push(`${device.name} ${device.status?.state}`),
    onDeviceBytes: () => {},
  });
  const from = (name: string) => ({ device: devices.ofView(Number(name))! });
  const take = (device: string, topic: string, payload: Uint8Array) =>
    intake.take(from(device), { topic, payload, qos: 0 } satisfies Message);
  const status = (device: number, state: StatusState, changes: Partial<Status> = {}) =>
    take(String(device), `i/${device}`, statusFrame(rig, device, state, changes));
  const count = async (kind: string, result: string) => {
    const { values } = await metrics.frames.get();
    return values.find(({ labels }) => labels.kind === kind && labels.result === result)?.value ?? 0;
  };
  return { ...rig, rig, intake, devices, published, statuses, meters, take, status, count };
}

const statusFrame = ({ bundle }: Rig, view: number, state: StatusState, changes: Partial<Status> = {}) =>
  encodeStatus(EPOCH, {
    state,
    view,
    views: 3,
    classes: 3,
    scoreBytes: 3,
    featureBytes: bundle.shapes.device.featureBytes,
    slotMs: 0,
    bundle: bundle.hash,
    version: '0.1.0',
    ...changes,
  });
const summary = ({ devices }: Rig, slot: number, view: number, epoch = EPOCH) =>
  encodeSummary(epoch, [{ slot, body: devices.scores(slot, view) }], 3);

describe('intake', () => {
  it('takes the summaries of devices that are online with this bundle, and of no other', async () => {
    const { rig, take, status, count, devices, statuses } = await intakeRig();
    take('0', 's/0', summary(rig, 5, 0));
    expect(await count('summary', 'unfit')).toBe(1);
    status(0, 'online', { bundle: new Uint8Array(32) });
    expect(devices.ofView(0)?.status?.state).toBe('unfit');
    take('0', 's/0', summary(rig, 5, 0));
    expect(await count('summary', 'unfit')).toBe(2);
    status(0, 'online');
    take('0', 's/0', summary(rig, 5, 0));
    take('0', 's/0', summary(rig, 5, 0));
    expect(await count('summary', 'taken')).toBe(1);
    expect(await count('summary', 'duplicate')).toBe(1);
    status(0, 'offline');
    take('0', 's/0', summary(rig, 6, 0));
    expect(await count('summary', 'unfit')).toBe(3);
    expect(statuses).toEqual(['0 unfit', '0 online', '0 offline']);
  });

  it('does not let a device take part as another view', async () => {
    const { rig, take, status, devices, count } = await intakeRig();
    status(0, 'online', { view: 1 });
    expect(devices.ofView(0)?.status?.state).toBe('unfit');
    take('0', 's/0', summary(rig, 5, 0));
    expect(await count('summary', 'unfit')).toBe(1);
  });

  it('throws at topics that are another’s, at those of nobody, and at viewers', async () => {
    const { rig, take, intake } = await intakeRig();
    for (const topic of ['s/1', 'i/1', 'f/1', 't/1', 'q/0', 'e', 'c/0', 'ddnn/site/verdict', 's/0/x'])
      expect(() => take('0', topic, summary(rig, 5, 0)), topic).toThrow(
        expect.objectContaining({ code: 'DDNN_EDGE_ACCESS' }),
      );
    const viewer = intake.admit(undefined, undefined)!;
    expect(() => intake.take(viewer, { topic: 's/0', payload: summary(rig, 5, 0), qos: 0 })).toThrow('a viewer');
    expect(intake.admit('7', undefined)).toBeUndefined();
  });

  it('takes a summary straight from a chunk of bytes exactly as through Aedes', async () => {
    const { rig, intake, take, status, count, devices, meters } = await intakeRig();
    for (const view of [0, 1]) status(view, 'online');
    const direct = intake.direct({ device: devices.ofView(0)! })!;
    expect([direct.topic, direct.maxPayloadBytes]).toEqual(['s/0', 2 + 1 + 256 * 4]);
    const straight = (frame: Uint8Array) =>
      direct.take(Uint8Array.of(1, 2, 3, ...frame, 9), 3, frame.length, 0, performance.now());
    // In the other order for the other device, so that both clocks and both tables serve both ways.
    for (const frame of [5, 6, 6].map((slot) => summary(rig, slot, 0))) straight(frame);
    for (const frame of [6, 6, 5].map((slot) => summary(rig, slot, 1))) take('1', 's/1', frame);
    expect(await count('summary', 'taken')).toBe(4);
    expect(await count('summary', 'duplicate')).toBe(2);
    expect(meters[0].read(0)).toEqual(meters[1].read(0));
    straight(summary(rig, 7, 0, EPOCH + 1));
    straight(summary(rig, 7, 0).subarray(0, 6));
    expect(await count('summary', 'DDNN_FRAME_EPOCH')).toBe(1);
    expect(await count('summary', 'DDNN_FRAME_TRUNCATED')).toBe(1);
    status(0, 'offline');
    straight(summary(rig, 7, 0));
    expect(await count('summary', 'unfit')).toBe(1);
    expect(intake.direct({ device: undefined })).toBeUndefined();
  });

  it('lets a device read what is its own, and a viewer everything', async () => {
    const { intake, devices } = await intakeRig();
    const device = { device: devices.ofView(1)! };
    const may = (filter: string) => intake.maySubscribe(device, filter);
    expect(['e', 'q/1', 'c/1'].every(may)).toBe(true);
    expect(['q/0', 'q/+', '#', 's/1', 's/0'].some(may)).toBe(false);
    expect(intake.maySubscribe({ device: undefined }, '#')).toBe(true);
  });

  it.each([
    ['DDNN_FRAME_TRUNCATED', (frame: Uint8Array) => frame.subarray(0, frame.length - 1)],
    ['DDNN_FRAME_TRUNCATED', () => new Uint8Array()],
    ['DDNN_FRAME_VERSION', (frame: Uint8Array) => Uint8Array.of(frame[0] | 0xf0, ...frame.subarray(1))],
    ['DDNN_FRAME_EPOCH', (frame: Uint8Array) => Uint8Array.of(frame[0], EPOCH + 1, ...frame.subarray(2))],
    ['DDNN_FRAME_KIND', (frame: Uint8Array) => Uint8Array.of((frame[0] & 0xf0) | 4, ...frame.subarray(1))],
    ['DDNN_FRAME_OVERSIZED', (frame: Uint8Array) => Uint8Array.of(...frame, ...new Uint8Array(5000))],
  ])('counts a damaged frame as %s, and nothing else happens', async (code, damage) => {
    const { rig, take, status, count } = await intakeRig();
    status(0, 'online');
    take('0', 's/0', summary(rig, 5, 0));
    take('0', 's/0', damage(summary(rig, 6, 0)));
    const { features } = rig.devices;
    const frame = encodeFeatures(
      EPOCH,
      [{ slot: 5, body: rig.devices.features(5, 0) }],
      features.call(rig.devices, 5, 0).length,
    );
    // Resolves, or the device's connection would be closed, and it would send the same again for ever.
    await take('0', 'f/0', damage(frame));
    expect([await count('summary', code), await count('features', code)]).toEqual([1, 1]);
    expect(await count('summary', 'taken')).toBe(1);
  });

  it('says of junk on a status topic that it is not worth keeping, and the status before it stays', async () => {
    const { take, status, devices, count } = await intakeRig();
    expect(status(0, 'online')).toBeUndefined();
    for (const junk of [new Uint8Array(), Uint8Array.of(1, 2, 3), Buffer.from('{"state":"online"}')]) {
      expect(take('0', 'i/0', junk)).toBe(false);
    }
    expect(devices.ofView(0)?.status?.state).toBe('online');
    const codes = ['DDNN_FRAME_TRUNCATED', 'DDNN_FRAME_VERSION'];
    const counts = await Promise.all(codes.map((code) => count('deviceStatus', code)));
    expect(counts.reduce((sum, each) => sum + each)).toBe(3);
  });

  it('takes features that were asked for, and says when a device has them no longer', async () => {
    const { rig, take, status, count } = await intakeRig();
    for (const view of [0, 1, 2]) status(view, 'online');
    for (const view of [0, 1, 2]) take(String(view), `s/${view}`, summary(rig, 5, view));
    const body = rig.devices.features(5, 0);
    await take('0', 'f/0', encodeFeatures(EPOCH, [{ slot: 5, body }], body.length));
    await take('0', 'f/0', encodeFeatures(EPOCH, [{ slot: 5, body }], body.length));
    await take('1', 'f/1', encodeFeatures(EPOCH, [{ slot: 5, body: null }], body.length));
    expect([
      await count('features', 'taken'),
      await count('features', 'unwanted'),
      await count('features', 'gone'),
    ]).toEqual([1, 1, 1]);
  });

  it('gives the time, and counts sample traffic but not the session', async () => {
    const { rig, take, status, published, meters } = await intakeRig();
    status(0, 'online');
    const before = performance.now();
    take('0', 't/0', encodeClock(EPOCH, { asked: 123.5 }));
    const [name, frame] = published[0];
    expect(name).toBe('c/0');
    const { asked, edge } = decodeClock(frame);
    expect(asked).toBe(123.5);
    expect(edge).toBeGreaterThanOrEqual(1e12 + before);
    expect(meters[0].read(0).wireUp).toBe(0);
    const payload = summary(rig, 5, 0);
    take('0', 's/0', payload);
    expect(meters[0].read(0)).toMatchObject({ payloadUp: 3, wireUp: 2 + 2 + 3 + payload.length });
  });

  it('counts the scores and features in a frame as payload, and no slot, absent view, forgotten sample or damaged frame', async () => {
    const { rig, take, status, meters } = await intakeRig();
    status(0, 'online');
    const payload = () => meters[0].read(0).payloadUp;
    const { featureBytes } = rig.bundle.shapes.device;
    const scores = (slot: number) => ({ slot, body: rig.devices.scores(slot, 0) });
    const features = (slot: number) => ({ slot, body: rig.devices.features(slot, 0) });
    const gone = (slot: number) => ({ slot, body: null });
    take('0', 's/0', encodeSummary(EPOCH, [scores(5), gone(6), scores(7)], 3));
    expect(payload()).toBe(2 * 3);
    await take('0', 'f/0', encodeFeatures(EPOCH, [features(5), gone(7)], featureBytes));
    expect(payload()).toBe(2 * 3 + featureBytes);
    const { wireUp } = meters[0].read(0);
    take('0', 's/0', summary(rig, 8, 0).subarray(0, 6));
    take('0', 's/0', encodeSummary(EPOCH, [gone(9)], 3));
    expect(meters[0].read(0)).toMatchObject({ payloadUp: 2 * 3 + featureBytes, wireUp: wireUp + (7 + 6) + (7 + 4) });
  });
});

describe('intake behind the listener', () => {
  it('closes the connection of a device that publishes for another, and keeps that of one with a damaged frame', async () => {
    const { intake, count } = await intakeRig();
    const bounds = { maxPacketBytes: 10_000, maxConnections: 10, drainTimeoutMs: 1000 };
    const listener = new MqttListener({ host: '127.0.0.1', port: 0, setting: 'test', ...bounds }, intake, logger);
    const port = await listener.start();
    open.push(() => listener.stop());
    const connect = async (username?: string) => {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
        reconnectPeriod: 0,
        ...(username ? { username } : {}),
      });
      open.push(() => client.endAsync(true));
      const state = { closed: false };
      client.on('close', () => {
        state.closed = true;
      });
      client.on('error', () => {});
      return { client, state };
    };
    const [bad, good, viewer] = [await connect('0'), await connect('1'), await connect()];
    await good.client.publishAsync('f/1', Buffer.from([1, 2, 3]), { qos: 1 });
    expect(await count('features', 'DDNN_FRAME_VERSION')).toBe(1);
    bad.client.publish('s/1', Buffer.from([1]));
    viewer.client.publish('s/1', Buffer.from([1]));
    await until(() => bad.state.closed && viewer.state.closed);
    await good.client.publishAsync('f/1', Buffer.from([1, 2, 3]), { qos: 1 });
    expect(good.state.closed).toBe(false);
  });
});
