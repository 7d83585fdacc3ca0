import { describe, expect, it } from 'vitest';
import { LifeCycle, OpenParts } from './life-cycle.js';

/** Parts that write down what happens to them. */
function recorder() {
  const events: string[] = [];
  const part = (name: string, fails: { start?: boolean; stop?: boolean } = {}) => ({
    async start() {
      if (fails.start) throw new Error(`${name} does not start`);
      events.push(`+${name}`);
      return name;
    },
    async stop() {
      events.push(`-${name}`);
      if (fails.stop) throw new Error(`${name} does not stop`);
    },
  });
  return { events, part };
}

describe('open parts', () => {
  it('are closed in the opposite order, each of them though another fails, and the first error is told', async () => {
    const { events, part } = recorder();
    const parts = new OpenParts();
    await parts.start(part('a', { stop: true }));
    expect(await parts.start(part('b', { stop: true }))).toBe('b');
    parts.add(() => void events.push('drain'));
    await expect(parts.stop()).rejects.toThrow('b does not stop');
    expect(events).toEqual(['+a', '+b', 'drain', '-b', '-a']);
    await parts.stop();
    expect(events).toHaveLength(5);
  });
});

describe('a life cycle', () => {
  it('closes what has started where a later part fails, tells why, and may be started again', async () => {
    const { events, part } = recorder();
    let broken = true;
    const life = new LifeCycle(async (parts) => {
      await parts.start(part('a', { stop: broken }));
      await parts.start(part('b', { start: broken }));
      return 4711;
    });
    await expect(life.start()).rejects.toThrow('b does not start');
    expect(events.splice(0)).toEqual(['+a', '-b', '-a']);
    await life.stop();
    expect(events).toEqual([]);
    broken = false;
    expect(await life.start()).toBe(4711);
    await expect(life.start()).rejects.toThrow('started twice');
    await Promise.all([life.stop(), life.stop()]);
    expect(events).toEqual(['+a', '+b', '-b', '-a']);
    expect(await life.start()).toBe(4711);
  });

  it('that is stopped while it starts ends its start first, and closes all of it', async () => {
    const { events, part } = recorder();
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const life = new LifeCycle(async (parts) => {
      await parts.start(part('a'));
      await gate;
      await parts.start(part('b'));
    });
    const started = life.start();
    const stopped = life.stop();
    go();
    await Promise.all([started, stopped]);
    expect(events).toEqual(['+a', '+b', '-b', '-a']);
  });
});
