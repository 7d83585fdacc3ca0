// Loaded before a process of the product: its wall clock is off by the milliseconds in the file $SHIFT_FILE.
// Monotonic time is as it is.
import { readFileSync } from 'node:fs';

const RealDate = Date;
const file = process.env.SHIFT_FILE;
let shift = Number(readFileSync(file, 'utf8'));
setInterval(() => {
  shift = Number(readFileSync(file, 'utf8'));
}, 50).unref();
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [RealDate.now() + shift] : given));
  }

  static now() {
    return RealDate.now() + shift;
  }
};
