import type { ResolvedArchitecture } from '@ddnn/model';
import { TrainingError } from '../errors.js';
import type { DataSet } from './data-set.js';

/**
 * Class index of each row in the architecture's order. Throws `DDNN_TRAINING_CLASSES`, `_VIEWS` or `_INPUT` where data
 * and architecture do not fit.
 */
export function labelsFor(architecture: ResolvedArchitecture, data: DataSet): number[] {
  const { classes, views, input, name } = architecture;
  if (views !== data.views) {
    throw new TrainingError('DDNN_TRAINING_VIEWS', `${data.file}: ${data.views} views, but ${name} takes ${views}`);
  }
  const { width, height, channels } = data.size;
  if (width !== input.width || height !== input.height || channels !== input.channels) {
    const [have, need] = [data.size, input].map((size) => `${size.width}x${size.height}x${size.channels}`);
    throw new TrainingError('DDNN_TRAINING_INPUT', `${data.file}: loaded as ${have}, but ${name} takes ${need}`);
  }
  return data.rows.map(({ label, sample }) => {
    const index = classes.indexOf(label);
    if (index < 0) {
      const known = classes.join(', ');
      throw new TrainingError(
        'DDNN_TRAINING_CLASSES',
        `${data.file}: sample ${sample}: label "${label}" is none of ${known}`,
      );
    }
    return index;
  });
}
