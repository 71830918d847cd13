/**
 * The page's beginning: makes the client and the connection, opens the session, shows the shell.
 *
 * @module
 */

import { render } from "preact";
import { followMonitor } from "./monitor/follow.ts";
import { followMotifs } from "./motif/follow.ts";
import { loadView } from "./shell/load_view.ts";
import { Shell } from "./shell/shell.tsx";
import { views } from "./shell/views.ts";
import { type App, AppContext } from "./state/app.ts";
import { ApiClient } from "./state/client.ts";
import { Commands } from "./state/commands.ts";
import { LiveConnection, pageSocket } from "./state/live.ts";
import { followMotifTheme } from "./state/motif_theme.ts";
import { followRoute, route } from "./state/route.ts";
import { openSession, session, takeKey } from "./state/session.ts";
import { followTheme } from "./state/theme.ts";
import { soon } from "./state/turn.ts";

const key = takeKey();
followTheme();
followMotifTheme();
followRoute();

const client = new ApiClient((address, init) => fetch(address, init), () => session.value = "closed");
const live = new LiveConnection(pageSocket);
const app: App = { client, live, commands: new Commands() };

const view = views.find(({ id }) => id === route.value.view) ?? views[0];
openSession(client, key).then(() => {
  if (session.value !== "open") return;
  // What the view will ask for first is asked while its code comes.
  view?.early?.(client, route.value.path);
  live.open();
  followMonitor(app);
  followMotifs(app);
});
const root = document.getElementById("root");
if (root !== null) {
  render(
    <AppContext.Provider value={app}>
      <Shell />
    </AppContext.Provider>,
    root,
  );
}
// The view's code comes while the session is opened; where it does not come, the view's frame says so.
soon(() => void (view === undefined ? undefined : loadView(view).catch(() => undefined)));
