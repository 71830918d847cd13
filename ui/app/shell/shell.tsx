/**
 * The frame around every view: navigation, the view, the line at the bottom, and what lies over all of it (palette, toasts,
 * tooltip). It moves focus to the view when another one is opened, and nowhere else.
 *
 * @module
 */

import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Tooltip } from "../parts/tooltip.tsx";
import { Icon } from "../parts/icon.tsx";
import { announcement } from "../state/announce.ts";
import { useApp } from "../state/app.ts";
import { hrefOf, navigate, route } from "../state/route.ts";
import { session } from "../state/session.ts";
import { theme, themes } from "../state/theme.ts";
import { CommandPalette, palette } from "./command_palette.tsx";
import { keepFocus } from "./keep_focus.ts";
import { LostBanner } from "./lost_banner.tsx";
import { Navigation } from "./navigation.tsx";
import { SessionGate } from "./session_gate.tsx";
import { StatusBar } from "./status_bar.tsx";
import { Toasts } from "./toasts.tsx";
import { placed } from "../motif/panel_places.ts";
import { goToRegion } from "./regions.ts";
import { ViewFrame } from "./view_frame.tsx";
import { rememberKeys } from "./shown_keys.ts";
import { keysView, views } from "./views.ts";

export function Shell() {
  const { commands } = useApp();
  const main = useRef<HTMLElement>(null);
  const view = [...views, keysView].find(({ id }) => id === route.value.view) ?? views[0];

  useEffect(() =>
    commands.add([
      {
        id: "app.palette",
        title: "Find anything",
        group: "Symphony",
        keys: "mod+k|mod+shift+p",
        isQuiet: true,
        run: () => palette.value = "",
      },
      {
        id: "app.region.next",
        title: "To the next part of the page",
        group: "Symphony",
        keys: "f6",
        run: () => goToRegion(1),
      },
      {
        id: "app.region.previous",
        title: "To the part of the page before",
        group: "Symphony",
        keys: "shift+f6",
        run: () => goToRegion(-1),
      },
      ...[...views, keysView].map(({ id, title, icon, keys }) => ({
        id: `app.view.${id}`,
        title: `Go to ${title}`,
        group: "Go to",
        icon,
        keys,
        run: () => navigate(hrefOf(id)),
      })),
      ...themes.map((name) => ({
        id: `app.theme.${name}`,
        title: `Theme: ${name === "contrast" ? "high contrast" : name}`,
        group: "Symphony",
        icon: ({ system: "settings", light: "sun", dark: "moon", contrast: "contrast" } as const)[name],
        run: () => theme.value = name,
      })),
    ]), []);
  useEffect(keepFocus, []);
  useEffect(() => {
    const keys = (event: KeyboardEvent) => commands.take(event);
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, []);
  // The sheet of keys shows those of the view that one comes from; its commands leave with it.
  useSignalEffect(() => {
    const list = commands.list.value;
    const shown = views.find(({ id }) => id === route.value.view) ??
      (route.value.view === "" ? views[0] : undefined);
    if (shown !== undefined) {
      rememberKeys(
        shown,
        list.filter(({ group }) => group !== "Symphony" && group !== "Go to"),
      );
    }
  });
  const before = useRef(view?.id);
  useEffect(() => {
    document.title = view === undefined ? "Symphony" : `${view.title} – Symphony`;
    if (before.current !== view?.id) main.current?.focus();
    before.current = view?.id;
  }, [view?.id]);

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <div class="shell">
        <Navigation current={view?.id ?? ""} />
        <main class="main" id="main" tabIndex={-1} ref={main} aria-label={view?.title}>
          <LostBanner />
          {session.value === "open" && view !== undefined
            ? <ViewFrame key={view.id} view={view} />
            : <SessionGate />}
        </main>
        {session.value === "open" && placed.value.length > 0 ? <Docks /> : null}
        <StatusBar />
      </div>
      {palette.value === undefined ? null : <CommandPalette />}
      <Toasts />
      <Tooltip />
      <div class="hidden-text" role="status" aria-live="polite">{announcement.value}</div>
    </>
  );
}

/** Panels of extensions beside the view; their code comes with the first of them. */
function Docks() {
  const [Loaded, setLoaded] = useState<ComponentType | undefined>(undefined);
  useEffect(() => {
    import("../motif/panel_docks.tsx").then((module) => setLoaded(() => module.default), () => undefined);
  }, []);
  return Loaded === undefined ? null : <Loaded />;
}

export function Mark() {
  return (
    <span class="rail-mark">
      <Icon name="mark" size={22} label="Symphony" />
    </span>
  );
}
