import { describe, expect, it } from 'vitest';
import { FrameGate } from './frame-gate.js';

describe('a frame gate', () => {
  it('holds back what is beyond its bound and lets it in, in order, as places come free', async () => {
    const gate = new FrameGate({ maxInside: 2, maxBytes: 100 });
    const entered: number[] = [];
    const all = [1, 2, 3, 4].map((frame) => gate.enter(10).then(() => entered.push(frame)));
    await Promise.all(all.slice(0, 2));
    expect([entered, gate.inside, gate.outside]).toEqual([[1, 2], 2, 2]);
    gate.leave(10);
    await all[2];
    expect([entered, gate.inside, gate.outside]).toEqual([[1, 2, 3], 2, 1]);
    gate.leave(10);
    gate.leave(10);
    await all[3];
    expect([gate.inside, gate.outside]).toEqual([1, 0]);
  });

  it('lets nobody in once closed, and waits for those inside and those who already wait', async () => {
    const gate = new FrameGate({ maxInside: 1, maxBytes: 100 });
    await gate.enter(10);
    const waiting = gate.enter(10);
    const closed = gate.close(5000);
    await expect(gate.enter(10)).rejects.toMatchObject({ code: 'DDNN_CLOUD_STOPPING' });
    gate.leave(10);
    await waiting;
    gate.leave(10);
    expect(await closed).toBe(0);
  });

  it('does not wait longer than told', async () => {
    const gate = new FrameGate({ maxInside: 1, maxBytes: 100 });
    await gate.enter(10);
    expect(await gate.close(10)).toBe(1);
  });

  it('turns away what is beyond its bound of bytes, whether that is in or waits, and has room again for what has left', async () => {
    const gate = new FrameGate({ maxInside: 1, maxBytes: 100 });
    await gate.enter(60);
    const waiting = gate.enter(40);
    await expect(gate.enter(1)).rejects.toMatchObject({ code: 'DDNN_CLOUD_BUSY' });
    expect(gate.bytes).toBe(100);
    gate.leave(60);
    await waiting;
    void gate.enter(60);
    expect([gate.bytes, gate.outside]).toEqual([100, 1]);
  });

  it('takes a frame above its bound of bytes where nothing else is in', async () => {
    const gate = new FrameGate({ maxInside: 1, maxBytes: 100 });
    await gate.enter(101);
    expect(gate.inside).toBe(1);
  });
});
