/*
 * Joins the maps of several sources into one map of 32-bit integers, HWC (`feature-aggregator.ts`). Each source's
 * values are placed beside the others', added to what is there, or taken if they are larger.
 */

const ADD = 1;
const MAX = 2;

function put(to: usize, values: v128, how: i32): void {
  let result = values;
  if (how === ADD) result = i32x4.add(v128.load(to), values);
  else if (how === MAX) result = i32x4.max_s(v128.load(to), values);
  v128.store(to, result);
}

function putOne(to: usize, value: i32, how: i32): void {
  let result = value;
  if (how === ADD) result = load<i32>(to) + value;
  else if (how === MAX) result = max(load<i32>(to), value);
  store<i32>(to, result);
}

/** `runs` runs of `count` bits, one behind the other, as -1 and +1; runs of the result stand `stride` bytes apart. */
export function joinBits(bits: usize, runs: i32, count: i32, out: usize, stride: usize, how: i32): void {
  const one = i32x4.splat(1);
  const places = i32x4(1, 2, 4, 8);
  for (let run = 0, i = 0; run < runs; run++, out += stride) {
    let to = out;
    const end = i + count;
    for (; i + 4 <= end; i += 4, to += 16) {
      const four = i32x4.splat(<i32>load<u16>(bits + (<usize>i >> 3)) >> (i & 7));
      // Equal is -1: 1 less two where the bit is 0.
      const none = i32x4.eq(v128.and(four, places), i32x4.splat(0));
      put(to, i32x4.add(one, i32x4.shl(none, 1)), how);
    }
    for (; i < end; i++, to += 4) {
      putOne(to, ((<i32>load<u8>(bits + (<usize>i >> 3)) >> (i & 7)) & 1) * 2 - 1, how);
    }
  }
}

/** {@link joinBits} of bytes as they are. */
export function joinBytes(bytes: usize, runs: i32, count: i32, out: usize, stride: usize, how: i32): void {
  for (let run = 0; run < runs; run++, out += stride) {
    let to = out;
    for (let i = 0; i < count; i++, to += 4) putOne(to, load<u8>(bytes++), how);
  }
}

/** Zeros, `bytes` of them. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}
