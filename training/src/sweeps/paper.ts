/**
 * Figures published by S. Teerapittayanon, B. McDanel and H. T. Kung, "Distributed Deep Neural Networks over the Cloud,
 * the Edge and End Devices", ICDCS 2017. They are of the paper's own data: six cameras, three classes. Shares are 0 to
 * 1.
 */
export const paper = {
  citation: 'DDNN, ICDCS 2017, on their data',
  /** The local exit's threshold, with bytes a device and sample by the paper's formula. */
  thresholds: [
    { threshold: 0.1, localExits: 0, accuracy: 0.96, bytes: 140 },
    { threshold: 0.3, localExits: 0.0058, accuracy: 0.96, bytes: 139 },
    { threshold: 0.5, localExits: 0.0175, accuracy: 0.96, bytes: 138 },
    { threshold: 0.6, localExits: 0.0292, accuracy: 0.96, bytes: 136 },
    { threshold: 0.7, localExits: 0.2281, accuracy: 0.96, bytes: 111 },
    { threshold: 0.8, localExits: 0.6082, accuracy: 0.97, bytes: 62 },
    { threshold: 0.9, localExits: 0.8304, accuracy: 0.96, bytes: 34 },
    { threshold: 1, localExits: 1, accuracy: 0.92, bytes: 12 },
  ],
  /** From one camera to six, the worst first; `device` is the added camera alone. */
  cameras: [
    { device: 0.37, local: 0.37, cloud: 0.55, overall: 0.58 },
    { device: 0.37, local: 0.43, cloud: 0.77, overall: 0.8 },
    { device: 0.46, local: 0.75, cloud: 0.87, overall: 0.88 },
    { device: 0.52, local: 0.94, cloud: 0.95, overall: 0.96 },
    { device: 0.6, local: 0.95, cloud: 0.97, overall: 0.99 },
    { device: 0.73, local: 0.97, cloud: 0.99, overall: 0.99 },
  ],
  /** Any one camera removed, and the network trained again without it: overall accuracy. */
  oneGone: { worst: 0.96, best: 0.99 },
  /** Local and cloud aggregator: accuracy of the two exits. */
  aggregators: {
    'MP-CC': { local: 0.98, cloud: 0.98 },
    'MP-MP': { local: 0.95, cloud: 0.91 },
    'MP-AP': { local: 0.89, cloud: 0.97 },
    'AP-CC': { local: 0.75, cloud: 0.96 },
    'AP-MP': { local: 0.88, cloud: 0.93 },
    'AP-AP': { local: 0.86, cloud: 0.98 },
    'CC-CC': { local: 0.85, cloud: 0.94 },
    'CC-MP': { local: 0.77, cloud: 0.87 },
    'CC-AP': { local: 0.8, cloud: 0.94 },
  } as Readonly<Record<string, { readonly local: number; readonly cloud: number }>>,
  /** Filters of the device section: its bytes in memory. */
  filters: { 1: 179, 2: 299, 4: 538, 8: 1015, 16: 1970 } as Readonly<Record<number, number>>,
} as const;

/**
 * Bytes a device and sample by the paper's formula, 4 |C| + (1 - l) f o / 8.
 *
 * @param classes |C|
 * @param featureBytes f o / 8: the device section's output as bits
 * @param localExits l, the share of samples answered at the local exit
 */
export function paperBytes(classes: number, featureBytes: number, localExits: number): number {
  return 4 * classes + (1 - localExits) * featureBytes;
}
