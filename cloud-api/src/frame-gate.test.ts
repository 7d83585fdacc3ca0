import { describe, expect, it } from 'vitest';
import { FrameGate } from './frame-gate.js';

describe('a frame gate', () => {
  it('holds back what is beyond its bound and lets it in, in order, as places come free', async () => {
    const gate = new FrameGate(2);
    const entered: number[] = [];
    const all = [1, 2, 3, 4].map((frame) => gate.enter().then(() => entered.push(frame)));
    await Promise.all(all.slice(0, 2));
    expect([entered, gate.inside, gate.outside]).toEqual([[1, 2], 2, 2]);
    gate.leave();
    await all[2];
    expect([entered, gate.inside, gate.outside]).toEqual([[1, 2, 3], 2, 1]);
    gate.leave();
    gate.leave();
    await all[3];
    expect([gate.inside, gate.outside]).toEqual([1, 0]);
  });

  it('lets nobody in once closed, and waits for those inside and those who already wait', async () => {
    const gate = new FrameGate(1);
    await gate.enter();
    const waiting = gate.enter();
    const closed = gate.close(5000);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'DDNN_CLOUD_STOPPING' });
    gate.leave();
    await waiting;
    gate.leave();
    expect(await closed).toBe(0);
  });

  it('does not wait longer than told', async () => {
    const gate = new FrameGate(1);
    await gate.enter();
    expect(await gate.close(10)).toBe(1);
  });
});
