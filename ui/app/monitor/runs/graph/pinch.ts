/** Two fingers on the graph: they zoom it, where they are. @module */

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Watches a box until the returned function is called; says by how much the fingers went apart, and where their middle is in it. */
export function watchPinch(
  box: HTMLElement,
  onPinch: (factor: number, x: number, y: number) => void,
): () => void {
  const fingers = new Map<number, Spot>();
  const down = ({ pointerType, pointerId, clientX: x, clientY: y }: PointerEvent) => {
    if (pointerType === "touch") fingers.set(pointerId, { x, y });
  };
  const move = ({ pointerId, clientX: x, clientY: y }: PointerEvent) => {
    const before = apart(fingers);
    if (!fingers.has(pointerId)) return;
    fingers.set(pointerId, { x, y });
    const now = apart(fingers);
    if (before === undefined || now === undefined) return;
    const { left, top } = box.getBoundingClientRect();
    onPinch(now.distance / Math.max(1, before.distance), now.x - left, now.y - top);
  };
  const up = ({ pointerId }: PointerEvent) => fingers.delete(pointerId);
  box.addEventListener("pointerdown", down);
  box.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"] as const) box.addEventListener(name, up);
  return () => {
    box.removeEventListener("pointerdown", down);
    box.removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"] as const) box.removeEventListener(name, up);
  };
}

/** How far two fingers are from each other, and their middle; nothing where they are not two. */
function apart(fingers: ReadonlyMap<number, Spot>): (Spot & { readonly distance: number }) | undefined {
  const [one, other] = [...fingers.values()];
  if (one === undefined || other === undefined) return undefined;
  return {
    distance: Math.hypot(one.x - other.x, one.y - other.y),
    x: (one.x + other.x) / 2,
    y: (one.y + other.y) / 2,
  };
}
