import { encodeStatus, encodeTraffic, NO_VIEW, type Status } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { EPOCH, edge, features, record, records, sample, startCloud, until } from '../../test/live-cloud.js';

describe('what sites report', () => {
  const status = (changes: Partial<Status> = {}): Status => ({
    state: 'online',
    view: NO_VIEW,
    views: 3,
    classes: 3,
    scoreBytes: 3,
    featureBytes: 8,
    slotMs: 100,
    bundle: new Uint8Array(32).fill(0xab),
    version: '1.2.3',
    ...changes,
  });

  it('shows edges online, and offline by their will; slots become times', async () => {
    const { ports, get, bundle } = await startCloud();
    const will = {
      topic: 'u/plaza/north/i',
      payload: Buffer.from(encodeStatus(EPOCH, status({ state: 'offline' }))),
      qos: 1 as const,
      retain: true,
    };
    const { client, send, next } = await edge(ports, 'plaza/north', { will });
    await send('r', records(record(1)));
    await next();
    await send('i', encodeStatus(EPOCH, status({ bundle: bundle.hash })));
    await send('i/cam0', encodeStatus(EPOCH, status({ view: 0, state: 'unfit' })));
    await send('r', records(record(2)));
    await next();
    const { sites } = await get('/v1/sites');
    expect(sites).toHaveLength(1);
    expect(sites[0].edges[0]).toMatchObject({
      edge: 'north',
      state: 'online',
      slotMs: 100,
      bundle: bundle.id,
      version: '1.2.3',
    });
    expect((await get('/v1/devices?site=plaza')).devices).toMatchObject([
      { device: 'cam0', view: 0, state: 'unfit', edge: 'north' },
    ]);
    expect((await get('/v1/verdicts/plaza/1')).capturedAt).toBeNull();
    expect((await get('/v1/verdicts/plaza/2')).capturedAt).toBe(200);
    client.stream.destroy();
    await until(async () => (await get('/v1/sites')).sites[0].edges[0].state === 'offline');
  });

  it('takes the will of an edge’s older connection before what the newer one says', async () => {
    const { ports, get, metrics } = await startCloud({ 'uplink.takeoverMs': 200 });
    const will = {
      topic: 'u/plaza/north/i',
      payload: Buffer.from(encodeStatus(EPOCH, status({ state: 'offline' }))),
      qos: 1 as const,
      retain: true,
    };
    const old = await edge(ports, 'plaza/north', { will });
    // Its link is dead: it hears and says nothing any more.
    old.client.stream.pause();
    const { send } = await edge(ports, 'plaza/north', { will });
    await send('i', encodeStatus(EPOCH, status()));
    await until(async () => (await metrics()).includes('kind="uplinkStatus",result="taken",process="cloud"} 2'));
    expect((await get('/v1/sites')).sites[0].edges[0].state).toBe('online');
  });

  it('stores no more devices of an edge than configured', async () => {
    const { ports, get, metrics } = await startCloud({ 'uplink.maxDevicesAnEdge': 2 });
    const { send } = await edge(ports);
    for (const device of ['a', 'b', 'c', 'a']) await send(`i/${device}`, encodeStatus(EPOCH, status({ view: 1 })));
    await until(async () => (await metrics()).includes('kind="uplinkDeviceStatus",result="taken",process="cloud"} 3'));
    expect(await metrics()).toContain('kind="uplinkDeviceStatus",result="DDNN_CLOUD_DEVICES",process="cloud"} 1');
    expect((await get('/v1/devices')).devices.map(({ device }: { device: string }) => device)).toEqual(['a', 'b']);
  });

  it('turns byte counts into averages per view and sample, and counts the uplink itself', async () => {
    const { ports, get, metrics } = await startCloud();
    const { send, next } = await edge(ports);
    const link = { payloadUp: 60, wireUp: 90, wireDown: 30, session: 11 };
    const devices = [0, 1, 2].map((view) => ({ view, ...link }));
    await send('t', encodeTraffic(EPOCH, { samples: 10, uplink: link, devices }));
    await until(async () => (await get('/v1/stats')).bytes.payloadPerView !== null);
    const { bytes } = await get('/v1/stats?site=plaza');
    expect(bytes).toMatchObject({ payloadPerView: 6, wirePerView: 16, sessionBytes: 44, uplink: link });
    const frame = features(sample(5));
    await send('f', frame);
    await next();
    const text = await metrics();
    const labels = 'kind="uplinkFeatures",site="plaza",direction';
    expect(text).toContain(`ddnn_cloud_uplink_payload_bytes_total{${labels}="up",process="cloud"} ${frame.length}`);
    // Fixed header 2, topic 2 + 15, packet id 2; the PUBACK has 4.
    expect(text).toContain(`ddnn_cloud_uplink_packet_bytes_total{${labels}="up",process="cloud"} ${frame.length + 21}`);
    expect(text).toContain(`ddnn_cloud_uplink_packet_bytes_total{${labels}="down",process="cloud"} 4`);
    expect(text).toContain('ddnn_cloud_store_batch_entries_count');
  });
});
