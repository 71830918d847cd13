/** The picture itself; its code comes with the first card that has one. @module */

import { MotifView } from "../../motif/motif_view.tsx";
import { nodeViews } from "../../motif/motifs.ts";
import { useNodeAbout } from "../motif_about.ts";
import type { CardViewProps } from "./card_view.tsx";

export default function CardPicture({ node, run, runId }: Omit<CardViewProps, "top">) {
  const about = useNodeAbout(node, run, runId.value);
  const found = nodeViews.value.get(node.use);
  if (found?.view === undefined) return null;
  const { extension, view, from } = found;
  return <MotifView extension={extension} view={view} title={`The view of ${from}`} about={about} isStill />;
}
