/**
 * Maps of several sources [sources, batch, cells, channels] side by side as [batch, cells, sources * channels], zeros
 * for a source whose mask [sources, batch] is 0; or the way back.
 *
 * @param task a row of the batch
 * @param back from `joined` to `apart`
 */
export function concat(
  task: i32,
  _thread: i32,
  apart: usize,
  mask: usize,
  joined: usize,
  back: bool,
  sources: i32,
  batch: i32,
  cells: i32,
  channels: i32,
): void {
  const bytes = (<usize>channels) << 2;
  const next = <usize>sources * bytes;
  joined += <usize>task * cells * next;
  for (let source = 0; source < sources; source++, joined += bytes) {
    const row = source * batch + task;
    let own = apart + <usize>row * cells * bytes;
    const here = load<f32>(mask + ((<usize>row) << 2)) !== 0;
    const end = joined + <usize>cells * next;
    if (back && !here) memory.fill(own, 0, <usize>cells * bytes);
    else if (back) for (let at = joined; at < end; at += next, own += bytes) copy(own, at, bytes);
    else if (here) for (let at = joined; at < end; at += next, own += bytes) copy(at, own, bytes);
    else for (let at = joined; at < end; at += next) clear(at, bytes);
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
