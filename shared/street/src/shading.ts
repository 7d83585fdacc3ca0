import type { Camera, Crop } from './cameras.js';
import { groundColour } from './ground.js';
import type { Light } from './light.js';
import type { Mesh } from './mesh.js';
import { grain } from './random.js';
import type { Rasteriser } from './rasteriser.js';

/** Farther than this the ground is haze, metres. */
const horizon = 250;
const texel = new Float64Array(3);

/**
 * Colours what the rasteriser found and averages blocks of its pixels into a picture: linear light, RGB, row by row,
 * `size` x `size` x 3. The rasteriser's side is a multiple of `size`.
 */
export function shadePicture(
  raster: Rasteriser,
  mesh: Mesh,
  light: Light,
  camera: Camera,
  crop: Crop,
  picture: Float64Array,
  size: number,
): void {
  const { side } = raster;
  const fine = side / size;
  const step = (2 * crop.half) / side;
  const share = 1 / (fine * fine);
  picture.fill(0);
  for (let row = 0; row < side; row++) {
    const v = crop.y - crop.half + (row + 0.5) * step;
    for (let column = 0; column < side; column++) {
      const u = crop.x - crop.half + (column + 0.5) * step;
      const at = row * side + column;
      const dx = camera.forward[0] + u * camera.right[0] + v * camera.down[0];
      const dy = camera.forward[1] + u * camera.right[1] + v * camera.down[1];
      const dz = camera.forward[2] + u * camera.right[2] + v * camera.down[2];
      const face = raster.faces[at]!;
      let depth = horizon;
      if (face >= 0) {
        depth = 1 / raster.nearness[at]!;
        faceColour(mesh, face, light, camera, depth, dx, dy, dz);
      } else if (dz * horizon < -camera.eye[2]) {
        depth = -camera.eye[2] / dz;
        groundColour(camera.eye[0] + depth * dx, camera.eye[1] + depth * dy, depth * step * 8, texel);
        const lit = raster.shadows[at] ? 1 - light.shadow : 1;
        const sun = Math.max(0, light.direction[2]);
        for (let k = 0; k < 3; k++) texel[k] = texel[k]! * (light.sky[k]! + light.sun[k]! * sun) * lit;
      } else {
        const zenith = Math.min(1, Math.max(0, dz * 1.5));
        for (let k = 0; k < 3; k++) texel[k] = light.sky[k]! * (1.15 - 0.35 * zenith);
      }
      const clear = face < 0 && depth === horizon ? 1 : light.sight / (light.sight + depth);
      const out = (Math.floor(row / fine) * size + Math.floor(column / fine)) * 3;
      for (let k = 0; k < 3; k++) {
        picture[out + k]! += share * (texel[k]! * clear + light.sky[k]! * 0.9 * (1 - clear));
      }
    }
  }
}

function faceColour(
  mesh: Mesh,
  face: number,
  light: Light,
  camera: Camera,
  depth: number,
  dx: number,
  dy: number,
  dz: number,
): void {
  const n = mesh.normals[face]!;
  const c = mesh.colours[face]!;
  const surface = mesh.surfaces[face]!;
  const { direction, sky, sun } = light;
  const towards = Math.max(0, n[0] * direction[0] + n[1] * direction[1] + n[2] * direction[2]);
  const open = 0.62 + 0.38 * n[2];
  const [x, y, z] = [camera.eye[0] + depth * dx, camera.eye[1] + depth * dy, camera.eye[2] + depth * dz];
  let share = 1;
  let gleam = 0;
  let lamp = 0;
  if (surface === 'glowing') lamp = light.lamps ? 1.6 * light.level : 0;
  else if (surface === 'leaves') {
    share = 0.55 + 0.8 * grain(Math.floor(x * 4), Math.floor(y * 4), Math.floor(z * 4));
  } else if (surface === 'glass') {
    // The flatter one looks at glass, the more of the sky it shows; otherwise it shows the dark inside.
    const facing = -(n[0] * dx + n[1] * dy + n[2] * dz) / Math.sqrt(dx * dx + dy * dy + dz * dz);
    gleam = 0.08 + 0.5 * (1 - facing) * (1 - facing);
  } else if (surface === 'facade') {
    const u = (n[0] * n[0] > n[1] * n[1] ? y : x) / 2.7;
    const floor = Math.floor(z / 3.2);
    const inside = u - Math.floor(u) < 0.46 && z / 3.2 - floor > 0.3 && z / 3.2 - floor < 0.8;
    if (inside) {
      share = 0.25;
      const lot = grain(Math.floor(u), floor, face);
      if (light.lamps && lot > 0.6) lamp = 0.9 * light.level;
      else gleam = 0.25 * lot;
    }
  }
  for (let k = 0; k < 3; k++) {
    const lit = c[k]! * share * (sky[k]! * open + sun[k]! * towards);
    texel[k] = lit + gleam * sky[k]! + lamp * (0.3 + 0.7 * c[k]!);
  }
}
