/*
 * What this machine makes of vectors at best: the rates that `ddnn bench section` holds the kernels against.
 */

/** Twelve independent additions of 16 bits in registers, `rounds` times. */
export function addVectors(rounds: i32): i32 {
  let a = i16x8.splat(<i16>rounds);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  const one = i16x8(1, 2, 3, 4, 5, 6, 7, 8);
  const two = i16x8(3, 5, 7, 9, 11, 13, 15, 17);
  for (let i = 0; i < rounds; i++) {
    a = i16x8.add(a, one);
    b = i16x8.add(b, two);
    c = i16x8.add(c, one);
    d = i16x8.add(d, two);
    e = i16x8.add(e, one);
    f = i16x8.add(f, two);
    a = i16x8.add(a, b);
    c = i16x8.add(c, d);
    e = i16x8.add(e, f);
    b = i16x8.add(b, one);
    d = i16x8.add(d, two);
    f = i16x8.add(f, one);
  }
  return i16x8.extract_lane_s(v128.xor(v128.xor(a, b), v128.xor(v128.xor(c, d), v128.xor(e, f))), 0);
}

/** Eight vectors read from 256 bytes and added, `rounds` times. */
export function loadVectors(at: usize, rounds: i32): i32 {
  let a = i16x8.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let i = 0; i < rounds; i++) {
    const p = at + ((<usize>i & 7) << 4);
    a = i16x8.add(a, v128.load(p));
    b = i16x8.add(b, v128.load(p, 16));
    c = i16x8.add(c, v128.load(p, 32));
    d = i16x8.add(d, v128.load(p, 48));
    a = i16x8.add(a, v128.load(p, 64));
    b = i16x8.add(b, v128.load(p, 80));
    c = i16x8.add(c, v128.load(p, 96));
    d = i16x8.add(d, v128.load(p, 112));
  }
  return i16x8.extract_lane_s(v128.xor(v128.xor(a, b), v128.xor(c, d)), 0);
}
