import { maskOfPlaces } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';

/**
 * Whole-view dropout, after failout (A. Yousefpour et al., "ResiliNet", 2019: whole nodes are dropped at random in
 * training). Each present view of a row is hidden with probability `share` from every aggregator, the local one too: it
 * is masked exactly as an absent view is at run time, so that what is left learns to answer without it. All but one may
 * go: where all would, one of them comes back, for a row without any view has no answer to learn.
 *
 * The view's own device loss still counts, and its pixels still enter the device's statistics: the camera did see the
 * object, and its section works the same whether others hear it or not. Hiding the view there too would only waste some
 * of the device sections' samples.
 *
 * @returns a draw of the hidden views of a row as a mask; undefined: `share` is 0, nothing is drawn from `random`, and
 * training gives the same bits as without view dropout
 */
export function viewDropout(
  data: Pick<DataSet, 'images'>,
  share: number,
  random: () => number,
): ((row: number) => number) | undefined {
  if (share === 0) return undefined;
  return (row) => {
    const present = [...data.images[row].keys()].filter((view) => data.images[row][view]);
    const hidden = present.filter(() => random() < share);
    if (hidden.length === present.length) hidden.splice(Math.floor(random() * hidden.length), 1);
    return maskOfPlaces(hidden);
  };
}
