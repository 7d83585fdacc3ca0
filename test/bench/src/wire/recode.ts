import {
  type Bundle,
  bitBytes,
  DeviceTier,
  encodeBundle,
  evenShares,
  fitStep,
  LOCAL_SCORE_LIMIT,
  openBundle,
  PackedExit,
  resolveArchitecture,
  scoreLevels,
  type Tensor,
  tensor,
  unpackSigns,
  volume,
} from '@ddnn/model';
import { type DataSet, TrainingError } from '@ddnn/training';
import { learnCodes } from '@ddnn/training/steps';

/** How a network's scores and features travel: keys of its architecture. */
export interface Coding {
  /** `local.scoreBits`; 8: a signed byte a class, each score for itself. */
  readonly scoreBits: number;
  /** `device.coding`; left out: bare bits. */
  readonly coding?: 'arithmetic' | undefined;
}

/**
 * The same network with another coding: same weights, same thresholds. Scores that become bytes take the step with
 * which the largest of the rows just fits, as in training; they can't become fewer bits, for that step is drawn from
 * the rows in training. Codes that the bundle lacks are learnt from the rows.
 *
 * @param data rows that the network was trained on
 * @throws TrainingError `DDNN_TRAINING_OPTION` for fewer bits than the bundle's, `ModelError` for a coding that the
 * architecture can't have
 */
export async function recode(bundle: Bundle, data: DataSet, { scoreBits, coding }: Coding): Promise<Bundle> {
  const { architecture, figures } = bundle;
  const { coding: _, ...device } = architecture.device;
  const { local } = architecture;
  const resolved = resolveArchitecture(
    {
      ...architecture,
      device: coding ? { ...device, coding } : device,
      ...(local && { local: { ...local, scoreBits } }),
    },
    architecture,
  );
  const [before, after] = [scoreLevels(architecture), scoreLevels(resolved)];
  if (after !== undefined && after !== before) {
    throw new TrainingError('DDNN_TRAINING_OPTION', `${architecture.name}: scores of ${scoreBits} bits need training`);
  }
  const exits = { ...bundle.exits };
  if (exits.local && after !== before) exits.local = { ...exits.local, step: byteStep(bundle, data) };
  const kept = [...bundle.tensors].filter(([name]) => !isCode(name));
  const tensors = new Map<string, Tensor>(kept);
  const open = () => openBundle(encodeBundle({ architecture: resolved, exits, figures }, tensors));
  if (!coding) return open();
  const known = [...bundle.tensors].filter(([name]) => isCode(name) && (after !== undefined || !isScoreCode(name)));
  if (known.length > 0) for (const [name, code] of known) tensors.set(name, code);
  else await learnCodes(open(), tensors, { data, rows: [...data.rows.keys()], signal: undefined });
  return open();
}

/** The same network with its scores coded as if every level were as likely: what features cost is as it was. */
export function withEvenScores(bundle: Bundle): Bundle {
  const { architecture, exits, figures, shapes } = bundle;
  const levels = scoreLevels(architecture);
  const even = levels === undefined ? undefined : evenShares(shapes.scoreBytes, levels);
  const tensors = new Map(
    [...bundle.tensors].map(([name, values]) => [name, even && isScoreCode(name) ? even : values]),
  );
  return openBundle(encodeBundle({ architecture, exits, figures }, tensors));
}

/** Names as in device-code.ts of @ddnn/model. */
const isCode = (name: string) => /^device\.\d+\.code\./.test(name);
const isScoreCode = (name: string) => name.endsWith('.code.scores');

/** The step with which the largest local score of the rows just fits into a byte. */
function byteStep(bundle: Bundle, { images }: DataSet): number {
  const { architecture, shapes } = bundle;
  const [classes, inputs] = [architecture.classes.length, volume(shapes.device.output)];
  let largest = 0;
  for (let view = 0; view < architecture.views; view++) {
    const tier = new DeviceTier(bundle, view);
    const name = `device.${view}.exit`;
    const weights = {
      weights: tensor(bundle, `${name}.weights`, Uint8Array, bitBytes(inputs * classes)),
      scale: tensor(bundle, `${name}.scale`, Float32Array, classes),
      offset: tensor(bundle, `${name}.offset`, Float32Array, classes),
    };
    const exit = new PackedExit(inputs, weights, { step: 1, limit: LOCAL_SCORE_LIMIT });
    const signs = new Int8Array(inputs);
    const map = new Int32Array(inputs);
    for (const { [view]: picture } of images) {
      if (!picture) continue;
      tier.run(picture);
      map.set(unpackSigns(tier.features, signs));
      for (let c = 0; c < classes; c++) largest = Math.max(largest, Math.abs(exit.score(map, 1, c)));
    }
  }
  return fitStep([largest], LOCAL_SCORE_LIMIT);
}
