/** How much is done, as a bar; whoever shows it says the number beside it. @module */

import { stateToken } from "../../parts/state_dot.tsx";

export function ShareBar({ share, state }: { readonly share: number; readonly state: string }) {
  const width = `${Math.round(Math.max(0, Math.min(1, share)) * 100)}%`;
  return (
    <span class="monitor-share" aria-hidden="true">
      <span style={{ width, background: `var(--${stateToken(state)})` }} />
    </span>
  );
}
