const PICTURE = /\.(png|jpe?g)$/i;

/** Whether a file name says PNG or JPEG. Names that begin with a dot are of the system (`._a.jpg` of macOS). */
export function isPictureName(name: string): boolean {
  return PICTURE.test(name) && !name.startsWith('.');
}

/** A picture's name without its extension. */
export function withoutExtension(name: string): string {
  return name.replace(PICTURE, '');
}

/** Sorts names: numbers by their value, anything else by its code, the same on every machine. */
export function inNameOrder(a: string, b: string): number {
  const some = a.match(/\d+|\D+/g) ?? [];
  const others = b.match(/\d+|\D+/g) ?? [];
  for (const [i, part] of some.entries()) {
    const other = others[i];
    if (other === undefined) return 1;
    if (part === other) continue;
    const difference = Number(part) - Number(other);
    if (difference) return difference;
    return part < other ? -1 : 1;
  }
  return some.length - others.length;
}
