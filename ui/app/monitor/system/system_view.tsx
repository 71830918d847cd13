/** The installation: room on the disk, what extensions may do, how they are, their settings, and how the page looks. @module */

import type { ViewProps } from "../../shell/view.ts";
import { TabPanel, Tabs } from "../../parts/tabs.tsx";
import { hrefOf, navigate } from "../../state/route.ts";
import { ExtensionsTab } from "./extensions_tab.tsx";
import { PermissionsTab } from "./permissions_tab.tsx";
import { SettingsTab } from "./settings_tab.tsx";
import { StorageTab } from "./storage_tab.tsx";
import { ThemesTab } from "./themes_tab.tsx";
import { waitingPrompts } from "./prompt_index.ts";

type TabId = "extensions" | "permissions" | "settings" | "storage" | "themes";

export default function SystemView({ route }: ViewProps) {
  const waiting = waitingPrompts.value.length;
  const tabs = [
    { id: "extensions" as const, title: "Extensions" },
    {
      id: "permissions" as const,
      title: "Permissions",
      ...waiting === 0 ? {} : { badge: <span class="badge warn">{waiting}</span> },
    },
    { id: "settings" as const, title: "Settings" },
    { id: "storage" as const, title: "Storage" },
    { id: "themes" as const, title: "Themes" },
  ];
  const tab = tabs.find(({ id }) => id === route.path)?.id ?? "extensions";
  return (
    <>
      <header class="bar">
        <h1>System</h1>
      </header>
      <Tabs
        label="Parts of the system"
        name="system"
        tabs={tabs}
        chosen={tab}
        onChoose={(id: TabId) => navigate(hrefOf("system", id), true)}
      />
      <TabPanel name="system" chosen={tab} class="monitor-tab">
        {tab === "extensions"
          ? <ExtensionsTab />
          : tab === "permissions"
          ? <PermissionsTab />
          : tab === "settings"
          ? <SettingsTab extension={route.query["extension"]} />
          : tab === "storage"
          ? <StorageTab />
          : <ThemesTab />}
      </TabPanel>
    </>
  );
}
