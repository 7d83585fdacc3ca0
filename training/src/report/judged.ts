import type { MissingExit } from '../evaluate/lost-views.js';
import type { Subject } from './subject.js';

/** One answer of one exit to one sample, of any of the bundles. */
export interface Judged {
  /** Class indices. */
  readonly truth: number;
  readonly said: number;
  readonly uncertainty: number;
}

/**
 * Every answer of an exit that is asked about every sample, of all bundles together; without samples that no camera
 * sees.
 */
export function judgedBy({ data, measured }: Subject, exit: MissingExit): Judged[] {
  return measured.flatMap(({ asked, bundle }) => {
    const { classes } = bundle.architecture;
    return asked.flatMap((answers, slot) => {
      const answer = answers?.[exit];
      if (!answer) return [];
      return [
        { truth: classes.indexOf(data.rows[slot].label), said: answer.classIndex, uncertainty: answer.uncertainty },
      ];
    });
  });
}
