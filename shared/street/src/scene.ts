import { type BusShape, buildBus, busShape } from './bus.js';
import { buildCar, type CarShape, carShape } from './car.js';
import { cosine, sine } from './geometry.js';
import { drawLight, type Light } from './light.js';
import type { Mesh, Thing } from './mesh.js';
import { buildPerson, type PersonShape, personShape } from './person.js';
import type { Random } from './random.js';
import type { Fixture } from './surroundings.js';

/** The classes of the street, in the order of the labels. */
export const streetClasses = ['car', 'bus', 'person'] as const;
export type StreetClass = (typeof streetClasses)[number];

/** Where something stands: metres east and north of the middle, radians from east towards north. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
}

type Shape =
  | { readonly label: 'car'; readonly form: CarShape }
  | { readonly label: 'bus'; readonly form: BusShape }
  | { readonly label: 'person'; readonly form: PersonShape };

/** One instant of the crossing. */
export interface Scene {
  readonly label: StreetClass;
  readonly kind: string;
  readonly place: Place;
  readonly light: Light;
  /** The object the sample is about. */
  readonly object: Thing;
  /** Everything else; `casting` is what throws a shadow, the object included. */
  readonly others: readonly Thing[];
  readonly casting: readonly Thing[];
  /** Vehicles and people beside the object. */
  readonly traffic: number;
}

interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Sets up the traffic of one sample behind the fixtures already in the mesh. */
export function buildScene(mesh: Mesh, fixtures: readonly Fixture[], random: Random): Scene {
  const light = drawLight(random);
  const taken: Circle[] = fixtures.filter((fixture) => fixture.radius > 0);
  const lot = random.next();
  const label: StreetClass = lot < 0.5 ? 'car' : lot < 0.7 ? 'bus' : 'person';
  const shape = drawShape(label, random, light);
  // The fixtures leave most of the crossing free, so this ends after a few draws.
  let place = findPlace(shape, random, taken);
  while (!place) place = findPlace(shape, random, taken);
  const object = build(mesh, shape, place);
  const others = fixtures.map((fixture) => fixture.thing);
  const casting = fixtures.filter((fixture) => fixture.casts).map((fixture) => fixture.thing);
  casting.push(object);
  let traffic = 0;
  const add = (other: Shape, at: Place | undefined) => {
    if (!at) return;
    const thing = build(mesh, other, at);
    others.push(thing);
    casting.push(thing);
    traffic++;
  };
  const vehicles = Math.floor(random.between(1, 4));
  for (let i = 0; i < vehicles; i++) {
    const other = drawShape(random.chance(0.2) ? 'bus' : 'car', random, light);
    add(other, findPlace(other, random, taken));
  }
  const people = Math.floor(random.between(1, 5));
  for (let i = 0; i < people; i++) {
    const other = drawShape('person', random, light);
    // Some of them walk close to the object, so that crops often show more than one thing.
    add(other, random.chance(0.4) ? beside(place, shape, other, random, taken) : findPlace(other, random, taken));
  }
  return { label, kind: shape.form.kind, place, light, object, others, casting, traffic };
}

function drawShape(label: StreetClass, random: Random, light: Light): Shape {
  if (label === 'car') return { label, form: carShape(random, light.lamps) };
  if (label === 'bus') return { label, form: busShape(random, light.lamps) };
  return { label, form: personShape(random) };
}

function build(mesh: Mesh, { label, form }: Shape, { x, y, heading }: Place): Thing {
  mesh.begin(x, y, heading);
  if (label === 'car') buildCar(mesh, form);
  else if (label === 'bus') buildBus(mesh, form);
  else buildPerson(mesh, form);
  return mesh.end();
}

/** A free place, found in a few tries; else undefined. */
function findPlace(shape: Shape, random: Random, taken: Circle[]): Place | undefined {
  for (let attempt = 0; attempt < 12; attempt++) {
    const place = shape.label === 'person' ? footPlace(random) : roadPlace(random);
    if (claim(shape, place, taken)) return place;
  }
  return undefined;
}

/** In a lane (traffic keeps right), turning in the middle, or parked at the kerb. */
function roadPlace(random: Random): Place {
  const arm = Math.floor(random.between(0, 4)) * (Math.PI / 2);
  if (random.chance(0.3)) {
    return { x: random.between(-3.5, 3.5), y: random.between(-3.5, 3.5), heading: random.between(0, 2 * Math.PI) };
  }
  const far = random.between(-13, 13);
  const side = Math.abs(far) > 9 && random.chance(0.5) ? -3.9 : random.between(-3.1, -1.9);
  const x = far * cosine(arm) - side * sine(arm);
  const y = far * sine(arm) + side * cosine(arm);
  return { x, y, heading: arm + random.between(-0.08, 0.08) };
}

/** Anywhere people walk: on the pavements, on the zebra crossings, and across the road too. */
function footPlace(random: Random): Place {
  return { x: random.between(-10, 10), y: random.between(-10, 10), heading: random.between(0, 2 * Math.PI) };
}

/** Within a few steps of the object. */
function beside(place: Place, shape: Shape, other: Shape, random: Random, taken: Circle[]): Place | undefined {
  const reach = shape.label === 'person' ? 0.6 : shape.form.length / 2;
  for (let attempt = 0; attempt < 6; attempt++) {
    const angle = random.between(0, 2 * Math.PI);
    const distance = random.between(0.5, 2.5) + reach * random.next();
    const at = {
      x: place.x + distance * cosine(angle),
      y: place.y + distance * sine(angle),
      heading: random.between(0, 2 * Math.PI),
    };
    if (claim(other, at, taken)) return at;
  }
  return undefined;
}

/** Reserves the ground under a thing, as a row of circles, unless something else has it. */
function claim({ label, form }: Shape, { x, y, heading }: Place, taken: Circle[]): boolean {
  const circles: Circle[] = [];
  if (label === 'person') circles.push({ x, y, radius: 0.35 });
  else {
    const reach = (form.length - form.width) / 2;
    const count = Math.ceil(form.length / form.width) + 1;
    for (let i = 0; i < count; i++) {
      const off = reach * ((2 * i) / (count - 1) - 1);
      circles.push({ x: x + off * cosine(heading), y: y + off * sine(heading), radius: form.width / 2 + 0.15 });
    }
  }
  for (const a of circles) {
    for (const b of taken) {
      const apart = a.radius + b.radius;
      if ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) < apart * apart) return false;
    }
  }
  taken.push(...circles);
  return true;
}
