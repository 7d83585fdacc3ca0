import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { fuzzForm } from './fuzz-form.js';
import { catchTable, hunt } from './hunt.js';
import { Watchdog } from './watchdog.js';

const watchdog = new Watchdog();
afterAll(() => watchdog.stop());

const target = (check: (input: number) => string) => ({ name: 'numbers', share: 100, inputs: fc.nat(1_000), check });

describe('a hunt', () => {
  it('finds what does not hold, makes it small and tells its seed, and goes on', async () => {
    const looks: number[] = [];
    const broken = target((input) => {
      if (input > 700) throw new Error('too large');
      return 'taken';
    });
    const caught = await hunt(broken, 400, 5, watchdog, (done) => looks.push(done));
    expect(caught.findings.length).toBeGreaterThan(1);
    expect(caught.findings.map(({ seed }) => seed)).toEqual(caught.findings.map((_, i) => 5 + i));
    for (const { text } of caught.findings) expect(text).toMatch(/^701\nError: too large/);
    expect(looks.length).toBeGreaterThan(1);
    expect(catchTable([caught])).toContain('numbers');
  });

  it('meets the same inputs from the same seed, and others from another', async () => {
    const met = async (seed: number) => {
      const inputs: number[] = [];
      const { findings } = await hunt(
        target((input) => `${inputs.push(input)}`),
        200,
        seed,
        watchdog,
      );
      return { inputs, findings };
    };
    const first = await met(1);
    expect(first.inputs).toHaveLength(200);
    expect(first.findings).toEqual([]);
    expect(await met(1)).toEqual(first);
    expect(await met(2)).not.toEqual(first);
  });

  it('sees memory that grows', async () => {
    const kept: Uint8Array[] = [];
    const { heapBefore, heapAfter } = await hunt(
      target(() => `${kept.push(new Uint8Array(100_000))}`),
      800,
      1,
      watchdog,
    );
    expect(heapAfter - heapBefore).toBeGreaterThan(50_000_000);
  });
});

describe('the form of fuzzing', () => {
  it('is short and begins at a fixed seed and another one, unless told otherwise', () => {
    const short = fuzzForm({});
    expect(short).toMatchObject({ long: false, seeds: [20_170_605, expect.any(Number)] });
    expect(fuzzForm({ DDNN_FUZZ: 'long' })).toMatchObject({ long: true, inputs: 1_000_000 });
    expect(fuzzForm({ DDNN_FUZZ: '7000', DDNN_FUZZ_SEED: '-3' })).toEqual({ long: true, inputs: 7_000, seeds: [-3] });
  });

  it.each([{ DDNN_FUZZ: 'much' }, { DDNN_FUZZ: '0' }, { DDNN_FUZZ_SEED: 'x' }])('is refused as %j', (env) => {
    expect(() => fuzzForm(env)).toThrow('DDNN_FUZZ');
  });
});
