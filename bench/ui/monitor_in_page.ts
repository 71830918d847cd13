/// <reference lib="dom" />
/** What the measurements of the monitor run inside the page. @module */

/** Runs in the page before anything else: notes when events come and when they are painted, and what holds the page up. */
export function listenInPage(): void {
  const seen = { wire: [] as number[], paint: [] as number[], long: [] as number[] };
  // deno-lint-ignore no-explicit-any -- read back by the bench
  (globalThis as any).seen = seen;
  const now = () => performance.timeOrigin + performance.now();
  const Plain = globalThis.WebSocket;
  globalThis.WebSocket = class extends Plain {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      this.addEventListener("message", ({ data }) => {
        const came = now();
        const text = String(data);
        // Read with care: reading it all once more would be felt by what is measured.
        if (text.includes('"kind":"snapshot"')) return;
        const at = [...text.matchAll(/"seq":\d+,"at":(\d+),[^{]*"data":{"kind":"event"/g)].map(([, moment]) =>
          Number(moment)
        );
        if (at.length === 0) return;
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => {
            const painted = now();
            for (const moment of at) {
              seen.wire.push(came - moment);
              seen.paint.push(painted - moment);
            }
          };
          channel.port2.postMessage(0);
        });
      });
    }
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.long.push(duration);
  }).observe({ type: "longtask", buffered: true });
}

/** Drags over the graph, a move a frame; the gaps between the frames in milliseconds. */
export async function panOver(box: { readonly x: number; readonly y: number }): Promise<number[]> {
  const element = document.querySelector(".monitor-canvas");
  const send = (type: string, x: number) =>
    element?.dispatchEvent(
      new PointerEvent(type, { clientX: x, clientY: box.y + 100, pointerId: 1, bubbles: true }),
    );
  send("pointerdown", box.x + 100);
  const gaps: number[] = [];
  let before = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
  for (let move = 1; move <= 90; move++) {
    send("pointermove", box.x + 100 + 4 * move);
    const at = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    gaps.push(at - before);
    before = at;
  }
  send("pointerup", box.x + 460);
  return gaps;
}
