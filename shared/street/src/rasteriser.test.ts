import { describe, expect, it } from 'vitest';
import { cameras } from './cameras.js';
import { colour, Mesh } from './mesh.js';
import { Rasteriser } from './rasteriser.js';
import { block, level } from './shapes.js';

const camera = cameras[0]!;
const crop = { x: 0, y: 0, half: 0.4 };

/** A cube of this size standing at a share of the way from the middle of the crossing to the camera. */
function cube(mesh: Mesh, share: number, size: number) {
  mesh.begin(camera.eye[0] * share, camera.eye[1] * share, 0);
  block(mesh, level(-size / 2, size / 2, size, 0), level(-size / 2, size / 2, size, size), colour(0xffffff));
  return mesh.end();
}

const pixelsOf = (raster: Rasteriser, { first, end }: { first: number; end: number }) =>
  raster.faces.reduce((count, face) => count + (face >= first && face < end ? 1 : 0), 0);

describe('the rasteriser', () => {
  it('lets the nearer thing hide the farther one, whichever is drawn first', () => {
    const mesh = new Mesh();
    const far = cube(mesh, 0, 1.5);
    const close = cube(mesh, 0.5, 2.5);
    const raster = new Rasteriser(64);
    raster.aim(camera, crop);
    raster.draw(mesh, far);
    const alone = pixelsOf(raster, far);
    raster.draw(mesh, close);
    const hidden = pixelsOf(raster, far);
    expect(alone).toBeGreaterThan(20);
    expect(hidden).toBeLessThan(alone / 2);
    raster.aim(camera, crop);
    raster.draw(mesh, close);
    raster.draw(mesh, far);
    expect(pixelsOf(raster, far)).toBe(hidden);
  });

  it('knows how far away what it drew is', () => {
    const mesh = new Mesh();
    const thing = cube(mesh, 0, 1);
    const raster = new Rasteriser(64);
    raster.aim(camera, crop);
    raster.draw(mesh, thing);
    const { eye } = camera;
    const distance = Math.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2]);
    raster.faces.forEach((face, at) => {
      if (face >= 0) expect(Math.abs(1 / raster.nearness[at]! - distance)).toBeLessThan(1.5);
    });
  });

  it('draws what reaches behind the camera without turning it inside out', () => {
    const mesh = new Mesh();
    mesh.begin(0, 0, 0);
    block(mesh, level(-60, 60, 120, -2), level(-60, 60, 120, -1), colour(0xffffff));
    const raster = new Rasteriser(32);
    raster.aim(camera, crop);
    raster.draw(mesh, mesh.end());
    expect(raster.faces[32 * 31 + 16]).toBeGreaterThanOrEqual(0);
    for (const nearness of raster.nearness) expect(nearness).toBeLessThan(1 / 0.3 + 1e-9);
  });

  it('casts the shadow away from the light', () => {
    const mesh = new Mesh();
    const thing = cube(mesh, 0, 1);
    const raster = new Rasteriser(64);
    const shadowFrom = (side: -1 | 1) => {
      raster.aim(camera, crop);
      const { right } = camera;
      const length = Math.sqrt(2);
      raster.shade(mesh, thing, [(side * right[0]) / length, (side * right[1]) / length, 1 / length]);
      let sum = 0;
      let count = 0;
      raster.shadows.forEach((shadow, at) => {
        sum += shadow * (at % 64);
        count += shadow;
      });
      return sum / count;
    };
    // By more than half of the cube's own five pixels each way.
    expect(shadowFrom(1)).toBeLessThan(shadowFrom(-1) - 4);
  });
});
