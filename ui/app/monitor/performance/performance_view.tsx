/** The dashboard: figures now and over time, the pool, what each extension uses, and what the Conductor decided and why. @module */

import type { ViewProps } from "../../shell/view.ts";
import { TabPanel, Tabs } from "../../parts/tabs.tsx";
import { hrefOf, navigate } from "../../state/route.ts";
import { DecisionsTab } from "./decisions_tab.tsx";
import { LatencyTab } from "./latency_tab.tsx";
import { OverviewTab } from "./overview_tab.tsx";
import { PoolTab } from "./pool_tab.tsx";
import { RangeChoice, rangeOf } from "./range.tsx";

const tabs = [
  { id: "overview", title: "Overview" },
  { id: "latency", title: "Latency and cost" },
  { id: "pool", title: "Pool and extensions" },
  { id: "decisions", title: "Decisions" },
] as const;
type TabId = (typeof tabs)[number]["id"];

export default function PerformanceView({ route }: ViewProps) {
  const range = rangeOf(route.query);
  const tab = tabs.find(({ id }) => id === route.query["tab"])?.id ?? "overview";
  return (
    <>
      <header class="bar">
        <h1>Performance</h1>
        <span class="grow" />
        <a class="button quiet small" href="/metrics" target="_blank" rel="noreferrer">Prometheus</a>
      </header>
      <Tabs
        label="Parts of the dashboard"
        name="performance"
        tabs={tabs}
        chosen={tab}
        onChoose={(id: TabId) =>
          navigate(hrefOf("performance", "", { ...id === "overview" ? {} : { tab: id }, range }), true)}
      />
      <TabPanel name="performance" chosen={tab} class="monitor-tab">
        {tab === "decisions" ? null : <RangeChoice range={range} query={route.query} />}
        {tab === "overview"
          ? <OverviewTab range={range} />
          : tab === "latency"
          ? <LatencyTab range={range} />
          : tab === "pool"
          ? <PoolTab range={range} />
          : <DecisionsTab chosen={route.query["decision"]} />}
      </TabPanel>
    </>
  );
}
