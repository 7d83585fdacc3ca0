/**
 * Cuts a convex polygon (x, y, depth for each corner) in place and keeps the part beyond a depth. Returns its new
 * number of corners, at most one more than before (Sutherland and Hodgman, 1974). `spare` has room for that many.
 */
export function cutAtDepth(polygon: Float64Array, count: number, depth: number, spare: Float64Array): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const a = 3 * i;
    const b = 3 * ((i + 1) % count);
    const beyondA = polygon[a + 2]! - depth;
    const beyondB = polygon[b + 2]! - depth;
    if (beyondA >= 0) {
      for (let k = 0; k < 3; k++) spare[3 * kept + k] = polygon[a + k]!;
      kept++;
    }
    if (beyondA >= 0 !== beyondB >= 0) {
      const t = beyondA / (beyondA - beyondB);
      for (let k = 0; k < 3; k++) spare[3 * kept + k] = polygon[a + k]! + (polygon[b + k]! - polygon[a + k]!) * t;
      kept++;
    }
  }
  for (let i = 0; i < 3 * kept; i++) polygon[i] = spare[i]!;
  return kept;
}
