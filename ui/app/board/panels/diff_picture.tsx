/**
 * Both versions in one picture, as cards are drawn: what is new green with a plus, what is gone red with a minus, what changed amber.
 * It can be made larger, and any change is gone to.
 *
 * @module
 */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../../parts/button.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { paint } from "../../state/theme.ts";
import type { Graph } from "../model/graph.ts";
import type { GraphDiff } from "../model/graph_diff.ts";
import { boardSvg, pictureFrame } from "../view/board_svg.ts";
import { boardColours } from "../view/painter.ts";
import { type DiffScene, diffScene } from "../view/diff_scene.ts";

/** Larger pictures are of no use, and slow. */
const MOST_NODES = 2000;
const LARGEST = 1.5;
/** Below this ports cannot be read; then this is where one begins. */
const SMALL = 0.5;
const READABLE = 0.8;
const SMALLEST = 0.1;

interface DiffPictureProps {
  readonly before: Graph;
  readonly after: Graph;
  readonly diff: GraphDiff;
  /** A node to be gone to; the same again goes there again. */
  readonly wanted: { readonly id: string } | undefined;
}

export function DiffPicture({ before, after, diff, wanted }: DiffPictureProps) {
  const made = useMemo(() => diffScene(before, after, diff), [before, after, diff]);
  const colours = paint.value;
  const { scene, marks, touched } = made;
  const isTooLarge = scene.ids.length > MOST_NODES;
  const address = useMemo(
    () =>
      isTooLarge
        ? ""
        : URL.createObjectURL(new Blob([boardSvg(scene, boardColours(), marks)], { type: "image/svg+xml" })),
    [made, colours],
  );
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<{ readonly zoom?: number; readonly at?: string }>({});
  const frame = pictureFrame(scene);
  /** What shows all of it in the room that there is. */
  const fit = () => {
    const { clientWidth = 800, clientHeight = 300 } = box.current ?? {};
    return Math.min(1, clientWidth / frame.width, clientHeight / frame.height);
  };
  const shown = view.zoom ?? fit();
  useEffect(() => {
    if (wanted !== undefined) setView({ zoom: Math.max(1, shown), at: wanted.id });
  }, [wanted]);
  // Where all of it would be too small to be read, the first change is.
  useLayoutEffect(() => {
    const [first] = touched;
    // With its room known now, in any case.
    setView(first !== undefined && fit() < SMALL ? { zoom: READABLE, at: first } : {});
  }, [made]);
  useLayoutEffect(() => {
    if (view.at !== undefined) bring(box.current, made, view.at, shown);
  }, [view]);
  const by = (factor: number) => setView({ zoom: Math.min(LARGEST, Math.max(SMALLEST, shown * factor)) });
  if (isTooLarge) {
    return (
      <EmptyState icon="diff" title="Too large for a picture">The list below says what differs.</EmptyState>
    );
  }
  return (
    <div class="diff-picture">
      <div class="diff-picture-frame" ref={box} tabIndex={0} role="region" aria-label="Both versions">
        <img
          src={address}
          width={Math.round(frame.width * shown)}
          height={Math.round(frame.height * shown)}
          alt={`${touched.size} of ${scene.ids.length} nodes differ; the list below says how`}
          draggable={false}
        />
      </div>
      <div class="stage-tools" role="group" aria-label="Size of the picture">
        <IconButton small icon="zoomout" label="Smaller" onClick={() => by(0.8)} />
        <IconButton small icon="zoomin" label="Larger" onClick={() => by(1.25)} />
        <IconButton small icon="fit" label="Show all of it" onClick={() => setView({})} />
      </div>
    </div>
  );
}

/** Scrolls so that the node is in the middle. */
function bring(box: HTMLDivElement | null, { scene }: DiffScene, id: string, zoom: number): void {
  const index = scene.indexOf.get(id);
  if (box === null || index === undefined) return;
  const { left, top, right, bottom } = scene.rectOf(index);
  const frame = pictureFrame(scene);
  box.scrollTo(
    ((left + right) / 2 - frame.left) * zoom - box.clientWidth / 2,
    ((top + bottom) / 2 - frame.top) * zoom - box.clientHeight / 2,
  );
}
