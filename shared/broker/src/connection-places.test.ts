import { describe, expect, it } from 'vitest';
import { gate, startListener, until } from '../test/listener-rig.js';
import { ConnectionPlaces, type Visitor } from './connection-places.js';

const places = () => new ConnectionPlaces<Visitor>({ maxConnections: 5, reservedConnections: 2, maxPending: 3 });
const visitor = (address: string): Visitor => ({ address });

describe('connection places', () => {
  it('are left by the oldest of the address with the most connections that have not said who they are', () => {
    const kept = places();
    const [shy, one, two, other] = ['a', 'b', 'b', 'c'].map(visitor);
    expect([shy, one, two].map((each) => kept.enter(each))).toEqual([undefined, undefined, undefined]);
    expect(kept.enter(other)).toBe(one);
    kept.leave(two);
    expect(kept.enter(visitor('d'))).toBeUndefined();
    expect(kept.enter(visitor('d'))).toBe(shy);
  });

  it('are kept for names, and a second of a name needs none of its own', () => {
    const kept = places();
    const settle = (named: boolean, second = false) => {
      const each = visitor('a');
      kept.enter(each);
      return named ? kept.settleNamed(each, second) : kept.settleViewer(each);
    };
    expect([1, 2, 3, 4].map(() => settle(false))).toEqual([true, true, true, false]);
    expect([1, 2, 3].map(() => settle(true))).toEqual([true, true, false]);
    expect(settle(true, true)).toBe(true);
  });

  it('let a device in at the first try while idle sockets and viewers flood the listener', async () => {
    const bounds = { maxConnections: 6, reservedConnections: 1, maxPending: 4 };
    const { tcp, raw, connect, listener } = await startListener(bounds);
    const viewers = [];
    for (let n = 0; n < 8; n++) viewers.push(await raw({ clientId: `v${n}` }));
    // MQTT 3.1.1, 3.2.2.3: return code 3, server unavailable.
    expect(viewers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 3, 3, 3]);
    const idle = await Promise.all(Array.from({ length: 40 }, () => tcp()));
    await until(() => idle.filter((socket) => !socket.closed).length === 4);
    const { state } = await connect(gate);
    await Promise.all(Array.from({ length: 40 }, () => tcp()));
    expect(state.closed).toBe(false);
    expect(listener.counts.refused.place).toBe(3);
    await until(() => listener.counts.unknown >= 76);
  });

  it('are lost by whoever does not say who it is in time, half a CONNECT included', async () => {
    const { tcp, listener, raw } = await startListener({ connectTimeoutMs: 100 });
    const sockets = await Promise.all([tcp(), tcp()]);
    sockets[1].write(Uint8Array.of(0x10, 12, 0, 4));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    expect(listener.counts.unknown).toBe(2);
    expect((await raw()).code).toBe(0);
  });
});
