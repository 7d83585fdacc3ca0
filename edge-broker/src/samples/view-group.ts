import { type Bundle, edgeGroups } from '@ddnn/model';
import { ViewState } from '@ddnn/protocol';
import { EdgeError } from '../edge-error.js';

/**
 * The views that one edge serves, among all views of its site. On the wire and in the outbox, a view has its number at
 * the site. The window, the collector and the exits of this edge use its place in the group.
 */
export class ViewGroup {
  /** Which edge of the bundle this is. */
  readonly edge: number;
  /** View of each place. */
  readonly views: readonly number[];
  /** Other edges serve the other views of the site. */
  readonly several: boolean;
  readonly #siteViews: number;
  readonly #places: Int8Array;
  #last = new Uint8Array();

  /**
   * @param group of the settings. Throws `DDNN_EDGE_GROUP` where the bundle has several edges and none is named, or not
   * that one.
   */
  constructor({ architecture }: Bundle, group: number | undefined) {
    const groups = edgeGroups(architecture);
    if (group === undefined ? groups.length > 1 : group >= groups.length) {
      const has = groups.length > 1 ? `edges 0 to ${groups.length - 1}` : 'one edge, 0';
      throw new EdgeError('DDNN_EDGE_GROUP', `group: ${group ?? 'none given'}, but the bundle is for ${has}`);
    }
    this.edge = group ?? 0;
    this.views = groups[this.edge];
    this.several = groups.length > 1;
    this.#siteViews = architecture.views;
    this.#places = new Int8Array(architecture.views).fill(-1);
    for (const [place, view] of this.views.entries()) this.#places[view] = place;
  }

  /** The place in the group of one of its views. */
  placeOf(view: number): number {
    return this.#places[view];
  }

  /**
   * States of every view of the site, made from those of the group by place; views of other edges are *lost* here.
   * Samples in a row with equal states share one array, so nobody may write to it.
   */
  siteStates(own: Uint8Array): Uint8Array {
    if (this.#stillThose(own)) return this.#last;
    this.#last = new Uint8Array(this.#siteViews).fill(ViewState.lost);
    for (let place = 0; place < own.length; place++) this.#last[this.views[place]] = own[place];
    return this.#last;
  }

  /**
   * A copy of the states, in which present views whose features did not come are *late*, or *lost* if their device is
   * offline.
   */
  withoutSilent(states: Uint8Array, mask: number, isLive: (view: number) => boolean): Uint8Array {
    const left = states.slice();
    for (const [place, view] of this.views.entries()) {
      const silent = left[view] === ViewState.present && ((mask >>> place) & 1) === 0;
      if (silent) left[view] = isLive(view) ? ViewState.late : ViewState.lost;
    }
    return left;
  }

  #stillThose(own: Uint8Array): boolean {
    if (this.#last.length === 0) return false;
    for (let place = 0; place < own.length; place++) if (this.#last[this.views[place]] !== own[place]) return false;
    return true;
  }

  /** Turns values by view of the site into values by place. */
  own<T>(bySite: ArrayLike<T>): T[] {
    return this.views.map((view) => bySite[view]);
  }
}
