/** A stream of random numbers, uniform in [0, 1). */
export interface Random {
  (): number;
  /** The position in the stream; if set, the stream goes on from there. */
  state: number;
}

/**
 * A stream of random numbers from one seed (mulberry32 of T. Ettinger): uniform in [0, 1), 32 bits each. The same seed
 * gives the same stream on every machine.
 */
export function createRandom(seed: number): Random {
  const random = (): number => {
    random.state = (random.state + 0x6d2b79f5) >>> 0;
    const { state } = random;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  random.state = seed >>> 0;
  return random;
}
