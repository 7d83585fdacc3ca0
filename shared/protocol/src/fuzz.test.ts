import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decoders, EPOCH, partDecoders, placed, said } from '../test/decoders.js';
import { encodeEdgeAnswer, FrameError, FrameKind, type FrameKindName, PROTOCOL_VERSION } from './index.js';

const STRINGS = 20_000;

/** Deterministic 32-bit noise (mulberry32). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
/** The examples of docs/protocol.md: at least one good frame of every kind. */
const examples = [...page.matchAll(/```text\n# [^\n]+\n([^`]+)```/g)].map(([, lines]) => {
  const hex = lines
    .split('\n')
    .flatMap((line) => /^((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2,}|$)/.exec(line)?.[1].split(' ') ?? []);
  return Uint8Array.from(hex, (byte) => Number.parseInt(byte, 16));
});

/** Says the same wherever the bytes stand, and changes none of them. */
function expectSame(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  const before = bytes.slice();
  const answers = [...placed(bytes)].map((there) => said(decode, there));
  expect(new Set(answers).size, `[${bytes}]: ${answers}`).toBe(1);
  expect(bytes).toEqual(before);
}

/** Every beginning of a good frame, and every byte of it at some other values. */
function* damaged(frame: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length <= frame.length; length++) yield frame.slice(0, length);
  for (let at = 0; at < frame.length; at++) {
    for (const value of [0, 1, 127, 128, 255, frame[at] ^ 1, frame[at] ^ 8, frame[at] ^ 128])
      yield frame.with(at, value);
  }
}

describe.each(Object.keys(FrameKind) as FrameKindName[])('the decoder of damaged %s frames', (kind) => {
  const good = examples.filter((frame) => frame[0] === ((PROTOCOL_VERSION << 4) | FrameKind[kind]));
  const decode = (bytes: Uint8Array) => decoders[kind](bytes)();

  it('has a good example, and throws nothing but FrameError on what is left of it, wherever it stands', () => {
    expect(good.length).toBeGreaterThan(0);
    for (const frame of good) for (const bytes of damaged(frame)) expectSame(decode, bytes);
  });
});

describe.each(Object.entries(partDecoders))('the decoder of %s', (_, decode) => {
  it('throws nothing but FrameError on any beginning of a good frame, and on random bytes of every length', () => {
    const next = noise(99);
    const answer = encodeEdgeAnswer({ exit: 'edge', classIndex: 2, uncertainty: 0.25 });
    for (const frame of [...examples, answer]) for (const bytes of damaged(frame)) expectSame(decode, bytes);
    for (let i = 0; i < 2_000; i++)
      expectSame(
        decode,
        new Uint8Array(i % 20).map(() => next() & (i & 1 ? 255 : 7)),
      );
  });
});

describe.each(Object.keys(FrameKind) as FrameKindName[])('the decoder of %s', (kind) => {
  it(`throws nothing but FrameError on ${STRINGS} random strings, and what it accepts is canonical`, () => {
    const next = noise(FrameKind[kind]);
    let accepted = 0;
    for (let i = 0; i < STRINGS; i++) {
      const bytes = new Uint8Array(next() % 64);
      for (let at = 0; at < bytes.length; at++) {
        // Sparse bytes reach deeper than uniform ones, which stumble over the first reserved value.
        const dice = next();
        bytes[at] = dice & 0x100 ? dice & 0xff : dice & 0x07;
      }
      // Seven in eight have a good header, or no string would come past it.
      if (i % 8 !== 0 && bytes.length >= 2) {
        bytes[0] = (PROTOCOL_VERSION << 4) | FrameKind[kind];
        bytes[1] = EPOCH;
      }
      let encode: () => Uint8Array;
      try {
        encode = decoders[kind](bytes);
      } catch (error) {
        if (error instanceof FrameError) continue;
        throw new Error(`string ${i}: [${bytes}]`, { cause: error });
      }
      accepted++;
      expect(encode(), `string ${i}`).toEqual(bytes);
    }
    expect(accepted).toBeGreaterThan(0);
  });
});
