/*
 * Maps of several sources [sources, batch, cells, channels] side by side as [batch, cells, sources * channels], zeros
 * for a source whose mask [sources, batch] is 0; and the way back. `task` is a row of the batch.
 */

export function concatForward(
  task: i32,
  _thread: i32,
  x: usize,
  mask: usize,
  y: usize,
  sources: i32,
  batch: i32,
  cells: i32,
  channels: i32,
): void {
  const bytes = (<usize>channels) << 2;
  const next = <usize>sources * bytes;
  y += <usize>task * cells * next;
  for (let source = 0; source < sources; source++, y += bytes) {
    const row = source * batch + task;
    const here = load<f32>(mask + ((<usize>row) << 2)) !== 0;
    const end = y + <usize>cells * next;
    if (here) {
      let from = x + <usize>row * cells * bytes;
      for (let to = y; to < end; to += next, from += bytes) copy(to, from, bytes);
    } else {
      for (let to = y; to < end; to += next) clear(to, bytes);
    }
  }
}

export function concatBackward(
  task: i32,
  _thread: i32,
  dy: usize,
  mask: usize,
  dx: usize,
  sources: i32,
  batch: i32,
  cells: i32,
  channels: i32,
): void {
  const bytes = (<usize>channels) << 2;
  const next = <usize>sources * bytes;
  dy += <usize>task * cells * next;
  for (let source = 0; source < sources; source++, dy += bytes) {
    const row = source * batch + task;
    let to = dx + <usize>row * cells * bytes;
    if (load<f32>(mask + ((<usize>row) << 2)) === 0) {
      memory.fill(to, 0, <usize>cells * bytes);
      continue;
    }
    for (let from = dy, end = dy + <usize>cells * next; from < end; from += next, to += bytes) copy(to, from, bytes);
  }
}

/** A few floats: cheaper than a call of memory.copy. */
function copy(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

function clear(to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + i, 0);
}
