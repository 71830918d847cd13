/** How the page looks: light, dark, high contrast, and the themes that extensions bring. @module */

import { Icon } from "../../parts/icon.tsx";
import { ErrorState, LoadingState } from "../../parts/states.tsx";
import { chooseMotifTheme, motifTheme } from "../../state/motif_theme.ts";
import { useResource } from "../../state/resource.ts";
import { type Theme, theme, themes } from "../../state/theme.ts";
import { tokensOfTheme } from "./theme_tokens.ts";

const titles: Readonly<Record<Theme, string>> = {
  system: "As the system",
  light: "Light",
  dark: "Dark",
  contrast: "High contrast",
};
const icons = { system: "settings", light: "sun", dark: "moon", contrast: "contrast" } as const;

export function ThemesTab() {
  const loaded = useResource((client, signal) => client.call("GET /themes", { signal }), []);
  const chosen = motifTheme.value;
  const isMotif = chosen !== undefined && theme.value === chosen.ground;
  return (
    <div class="monitor-data" tabIndex={0} role="region" aria-label="Themes">
      <section>
        <h2 id="themes-own">Symphony's own</h2>
        <div class="monitor-themes" role="group" aria-labelledby="themes-own">
          {themes.map((name) => (
            <button
              key={name}
              type="button"
              class="monitor-theme"
              aria-pressed={!isMotif && theme.value === name}
              onClick={() => {
                chooseMotifTheme(undefined);
                theme.value = name;
              }}
            >
              <Icon name={icons[name]} />
              {titles[name]}
            </button>
          ))}
        </div>
      </section>
      <section>
        <h2 id="themes-motif">From extensions</h2>
        {loaded.value === undefined
          ? loaded.error === undefined
            ? <LoadingState what="themes" lines={2} />
            : <ErrorState title="Cannot list the themes" error={loaded.error} onRetry={loaded.reload} />
          : loaded.value.length === 0
          ? (
            <p class="faint">
              No installed extension brings a theme. A motif declares them under contributes.themes.
            </p>
          )
          : (
            <div class="monitor-themes" role="group" aria-labelledby="themes-motif">
              {loaded.value.map((line) => {
                const id = `${line.extension}/${line.id}`;
                const { tokens, problems } = tokensOfTheme(line);
                return (
                  <button
                    key={id}
                    type="button"
                    class="monitor-theme"
                    aria-pressed={isMotif && chosen.id === id}
                    onClick={() => chooseMotifTheme({ id, ground: line.ground, tokens })}
                  >
                    <span class="monitor-swatches" aria-hidden="true">
                      {["surface", "text", "accent"].map((name) => (
                        <span key={name} style={{ background: tokens[name] ?? `var(--${name})` }} />
                      ))}
                    </span>
                    <span>
                      {line.title}
                      <span class="faint monitor-small">{line.extension}, {line.ground}</span>
                      {problems.length === 0 ? null : (
                        <span class="monitor-small monitor-warn">
                          {problems.join("; ")}; changed to be readable
                        </span>
                      )}
                    </span>
                  </button>
                );
              })}
            </div>
          )}
      </section>
    </div>
  );
}
