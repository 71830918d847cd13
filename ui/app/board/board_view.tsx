/** The Harmony Board. @module */
import type { ViewProps } from "../shell/view.ts";
export default function BoardView({ route }: ViewProps) {
  return (
    <div class="bar">
      <h1>{route.path === "" ? "Harmony Board" : route.path}</h1>
    </div>
  );
}
