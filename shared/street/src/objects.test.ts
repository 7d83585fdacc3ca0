import { describe, expect, it } from 'vitest';
import { buildBus, busShape } from './bus.js';
import { buildCar, carShape } from './car.js';
import { Mesh } from './mesh.js';
import { buildPerson, personShape } from './person.js';
import { Random } from './random.js';

const random = new Random(3);

describe('cars, buses and people', () => {
  it('stand on the ground, no larger than their shapes say', () => {
    for (let i = 0; i < 200; i++) {
      const mesh = new Mesh();
      mesh.begin(0, 0, 0);
      const form = i % 2 ? busShape(random, false) : carShape(random, false);
      if ('deck' in form) buildCar(mesh, form);
      else buildBus(mesh, form);
      mesh.end();
      const axis = (k: number) => mesh.corners.filter((_, at) => at % 3 === k);
      expect(Math.min(...axis(2))).toBeCloseTo(0, 1);
      expect(Math.max(...axis(2))).toBeLessThan(form.height + 0.3);
      expect(Math.max(...axis(0)) - Math.min(...axis(0))).toBeLessThan(form.length + 0.1);
      expect(Math.max(...axis(1)) - Math.min(...axis(1))).toBeLessThan(form.width + 0.15);
    }
  });

  it('are about as tall as a person is, and lower when crouching', () => {
    for (let i = 0; i < 200; i++) {
      const mesh = new Mesh();
      mesh.begin(0, 0, 0);
      const form = personShape(random);
      buildPerson(mesh, form);
      const { centre } = mesh.end();
      const top = Math.max(...mesh.corners.filter((_, at) => at % 3 === 2));
      if (form.kind === 'adult') expect(Math.abs(top / form.height - 1)).toBeLessThan(0.06);
      if (form.kind === 'crouching person') expect(top).toBeLessThan(0.75 * form.height);
      expect(Math.sqrt(centre[0] * centre[0] + centre[1] * centre[1])).toBeLessThan(0.7);
    }
  });

  it('have flat faces with normals of length 1', () => {
    const mesh = new Mesh();
    mesh.begin(5, -3, 1.1);
    buildCar(mesh, carShape(random, false));
    buildPerson(mesh, personShape(random));
    mesh.end();
    for (const [x, y, z] of mesh.normals) expect(x * x + y * y + z * z).toBeCloseTo(1, 6);
  });
});
