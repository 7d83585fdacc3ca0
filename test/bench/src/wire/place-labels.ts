/** A place in a chart, in its own units. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** Width and height that a label keeps free. */
const ROOM = { x: 13, y: 11 } as const;
const DISTANCES = [11, 22, 33, 44, 55, 66, 77, 88] as const;
const DIRECTIONS = [-90, 90, -60, -120, 60, 120, -30, 30, -150, 150, 0, 180] as const;

/**
 * Finds each marker a place for its label near by, where no marker and no earlier label is. `far`: it wants a line to
 * its marker.
 */
export function placeLabels(markers: readonly Place[]): (Place & { readonly far: boolean })[] {
  const taken: Place[] = [...markers];
  return markers.map((marker) => {
    const candidates = DISTANCES.flatMap((distance) =>
      DIRECTIONS.map((degrees) => {
        const angle = (degrees * Math.PI) / 180;
        const far = distance > DISTANCES[0];
        return { x: marker.x + distance * Math.cos(angle), y: marker.y + distance * Math.sin(angle), far };
      }),
    );
    const isFree = (place: Place) =>
      !taken.some((other) => Math.abs(other.x - place.x) < ROOM.x && Math.abs(other.y - place.y) < ROOM.y);
    const label = candidates.find(isFree) ?? candidates[0];
    taken.push(label);
    return label;
  });
}
