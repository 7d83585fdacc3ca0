import { colour, type Mesh } from './mesh.js';
import { bar } from './shapes.js';

const tyre = colour(0x1c1c1e);
const rim = colour(0x9a9a9a);

/** Wheels on both sides at these distances from the middle of a vehicle. */
export function wheels(mesh: Mesh, places: readonly number[], width: number, radius: number): void {
  for (const x of places) {
    for (const side of [-1, 1]) {
      const outer = side * (width / 2 + 0.03);
      bar(mesh, [x, outer - side * 0.24, radius], [x, outer, radius], [radius, radius], tyre, { sides: 10 });
      bar(mesh, [x, outer, radius], [x, outer + side * 0.02, radius], [radius * 0.55, radius * 0.55], rim);
    }
  }
}
