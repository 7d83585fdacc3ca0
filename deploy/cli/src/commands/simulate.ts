import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodePng, manifestText, type NewManifestRow } from '@ddnn/images';
import { Street } from '@ddnn/street';
import pc from 'picocolors';
import { UsageError } from '../terminal/failure.js';
import { printJson } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { naming, openOutput } from './output-file.js';

interface SimulateFlags {
  readonly out: string;
  readonly samples: number;
  readonly testShare: number;
  readonly seed: number;
  readonly size: number;
  readonly json?: boolean;
}

/** `ddnn simulate`: the simulated street as images and a manifest. The last samples are the test part. */
export async function simulate({ out, samples, testShare, seed, size, json }: SimulateFlags): Promise<void> {
  const manifest = path.join(out, 'manifest.csv');
  if (existsSync(manifest)) throw new UsageError(`${manifest} is there already: choose another folder`);
  const street = new Street({ seed, size });
  await naming('--out', out, mkdir(path.join(out, 'images'), { recursive: true }));
  const written = await openOutput('--out', manifest, {});
  const line = new ProgressLine();
  const rows: NewManifestRow[] = [];
  const firstTest = Math.round(samples * (1 - testShare));
  for (let sample = 0; sample < samples; sample++) {
    const name = `s${String(sample).padStart(6, '0')}`;
    const views: (string | null)[] = [];
    for (let view = 0; view < street.views; view++) {
      const pixels = street.render(sample, view);
      const file = `images/${name}-c${view}.png`;
      views.push(pixels ? file : null);
      if (!pixels) continue;
      const picture = encodePng({ width: size, height: size, data: pixels });
      await naming('--out', file, writeFile(path.join(out, file), picture));
    }
    const { label } = street.sample(sample);
    // A sample that no camera sees teaches nothing and can't be answered.
    if (views.every((view) => view === null)) continue;
    rows.push({ sample: name, label, split: sample < firstTest ? 'train' : 'test', views });
    line.update((sample + 1) / samples, `${sample + 1}/${samples} samples`);
  }
  line.end();
  await written.write(manifestText(manifest, rows));
  const train = rows.filter(({ split }) => split === 'train').length;
  const result = {
    manifest,
    samples: rows.length,
    train,
    test: rows.length - train,
    unseen: samples - rows.length,
    seed,
    size,
  };
  if (json) printJson(result);
  else
    process.stdout.write(
      `${pc.green('✓')} ${manifest}  ${train} train, ${result.test} test, ${result.unseen} seen by no camera left out\n`,
    );
}
