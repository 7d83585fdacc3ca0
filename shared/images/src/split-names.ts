const NAMES: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  testing: 'test',
};

/** The split that a name means, in any capitals: train, val or test; undefined where it means none of them. */
export function splitNamed(name: string): string | undefined {
  const plain = name.trim().toLowerCase();
  return Object.hasOwn(NAMES, plain) ? NAMES[plain] : undefined;
}
