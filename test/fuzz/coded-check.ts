import { encodeCodedSummary, FrameError } from '@ddnn/protocol';
import { type CodedInput, type Codes, codes, MOST_SAMPLES } from './coded-bodies.js';
import { mutate } from './mutations.js';
import { refusal } from './refusal.js';

const EPOCH = 7;
/** Stands behind what is written to: nothing may be written there. */
const GUARD = 77;
const GUARD_BYTES = 16;

/**
 * A map comes back from its body, on both engines alike; any other body gives some map, again alike on both, and so do
 * the sections that read it. A coded summary gives its scores back, or is refused, or says scores that there are.
 */
export function checkCoded(input: CodedInput): string {
  const code = codes[input.code];
  return `${code.name}: ${features(code, input)}, ${summary(code, input)}`;
}

function features(code: Codes, { map, stranger, damage }: CodedInput): string {
  const { plain, simd, featureBytes, lastBits, tiers } = code;
  const whole = map.slice(0, featureBytes);
  whole[featureBytes - 1] &= (1 << lastBits) - 1;
  const body = plain.encode(whole).slice();
  same('bodies', body, simd.encode(whole));
  if (body.length > featureBytes) throw new Error(`a body of ${body.length} bytes where ${featureBytes} are bare`);
  same('the map', whole, decoded(code, body));
  const other = decoded(code, damage.length > 0 ? mutate(body, damage) : stranger);
  // A bare body may have bits behind its last one: no section may look at them, or both must.
  const [one, two] = tiers.map((tier) => {
    tier.decide([other, whole], 3);
    return tier.scores;
  });
  if (String(one) !== String(two)) throw new Error(`scores [${one}] in TypeScript, [${two}] on WebAssembly`);
  return body.length < featureBytes ? 'coded' : 'bare';
}

/** What both engines make of a body, which stands among others. */
function decoded({ plain, simd, featureBytes }: Codes, body: Uint8Array): Uint8Array {
  const among = Uint8Array.of(1, 2, 3, ...body, 255, 255);
  const [one, two] = [plain, simd].map((coder) => {
    const room = new Uint8Array(featureBytes + GUARD_BYTES).fill(GUARD);
    coder.decode(among, 3, body.length, room.subarray(0, featureBytes));
    if (room.subarray(featureBytes).some((byte) => byte !== GUARD)) throw new Error('written behind the map');
    return room.slice(0, featureBytes);
  });
  same('maps of both engines', one, two);
  return one;
}

function summary({ scores, levels, readers }: Codes, { samples, slot, damage }: CodedInput): string {
  const sent: number[] = [];
  scores.begin();
  for (const below of samples) {
    if (!below) continue;
    const best = Math.min(...below);
    const sample = below.map((steps) => -Math.min(levels, steps - best) || 0);
    scores.add(Int8Array.from(sample));
    sent.push(...sample);
  }
  const message = scores.finish().slice();
  const present = samples.map((below) => below !== null);
  const frame = mutate(encodeCodedSummary(EPOCH, slot, present, sent.length > 0 ? message : new Uint8Array(0)), damage);
  const reader = readers[1];
  const among = Uint8Array.of(9, 9, ...frame, 9);
  try {
    reader.open(among, 2, frame.length, EPOCH);
  } catch (error) {
    if (damage.length === 0) throw error;
    return refusal(error, FrameError);
  }
  const came: number[] = [];
  let count = 0;
  while (reader.next()) {
    if (++count > MOST_SAMPLES) throw new Error(`more than ${MOST_SAMPLES} samples in a frame`);
    if (!reader.hasBody) continue;
    for (let c = 0; c < 3; c++) came.push((reader.scores[reader.body + c] << 24) >> 24);
  }
  const wrong = came.find((score) => !(score <= 0 && score >= -levels));
  if (wrong !== undefined) throw new Error(`a score of ${wrong} where the lowest is ${-levels}`);
  if (damage.length === 0 && String(came) !== String(sent)) throw new Error(`scores [${sent}] came as [${came}]`);
  return 'taken';
}

function same(what: string, one: Uint8Array, two: Uint8Array): void {
  if (Buffer.compare(one, two) !== 0) throw new Error(`${what} differ: [${one}] and [${two}]`);
}
