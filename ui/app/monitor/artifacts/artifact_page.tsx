/** One artifact: its content by type, what it was made from, its versions and their differences, its labels. @module */

import { useEffect, useState } from "preact/hooks";
import type { ArtifactDetail } from "../../../api/artifacts.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { EmptyState, ErrorState, LoadingState, messageOf } from "../../parts/states.tsx";
import { TabPanel, Tabs } from "../../parts/tabs.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { showToast } from "../../state/toasts.ts";
import { momentText, shortId, sizeText } from "../format.ts";
import { ArtifactContent } from "./artifact_content.tsx";
import { ArtifactDiffView } from "./artifact_diff.tsx";
import { ArtifactLabelsView } from "./artifact_labels.tsx";
import { LineageGraph } from "./lineage_graph.tsx";

const tabs = [
  { id: "content", title: "Content" },
  { id: "versions", title: "Versions" },
  { id: "lineage", title: "Lineage" },
  { id: "quality", title: "Quality and tags" },
] as const;
type TabId = (typeof tabs)[number]["id"];

export function ArtifactPage(
  { id, query }: { readonly id: string; readonly query: Readonly<Record<string, string>> },
) {
  const { client } = useApp();
  const loaded = useResource(
    (api, signal) => api.call("GET /artifacts/{id}", { params: { id }, signal }),
    [id],
  );
  const detail = loaded.value;
  const tab = tabs.find((one) => one.id === query["tab"])?.id ?? "content";
  const go = (change: Readonly<Record<string, string | undefined>>) => {
    const next: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...query, ...change })) {
      if (value !== undefined) next[name] = value;
    }
    navigate(hrefOf("artifacts", id, next), true);
  };
  if (detail === undefined) {
    return (
      <>
        <header class="bar">
          <AllLink />
          <h1>{shortId(id)}</h1>
        </header>
        {loaded.error === undefined
          ? <LoadingState what="the artifact" lines={8} />
          : <ErrorState title="Cannot show this artifact" error={loaded.error} onRetry={loaded.reload} />}
      </>
    );
  }
  const raw = client.address("GET /artifacts/{id}/raw", { params: { id } });
  return (
    <>
      <header class="bar monitor-bar">
        <AllLink />
        <h1 class="cut">{detail.title}</h1>
        {detail.name === undefined ? <code class="faint">{shortId(id)}</code> : null}
        <span class="badge">{detail.view}</span>
        <span class="faint cut monitor-small">
          {detail.type}, {sizeText(detail.sizeBytes)}, {momentText(detail.createdAt)}
        </span>
        <span class="grow" />
        {detail.origin === undefined ? null : (
          <a
            class="button small"
            href={hrefOf("runs", detail.origin.run, { node: `/${detail.origin.node}` })}
          >
            Made by {detail.origin.node}
          </a>
        )}
        <Button
          small
          icon="copy"
          onClick={() =>
            void navigator.clipboard.writeText(id).then(
              () => showToast({ look: "good", title: "The artifact's id is on the clipboard" }),
              (error: unknown) => showToast({ look: "bad", title: "Cannot copy", text: messageOf(error) }),
            )}
        >
          Copy id
        </Button>
        <a class="button small" href={raw} download={detail.name ?? `${shortId(id)}.bin`}>Download</a>
      </header>
      <Tabs
        label="Parts of the artifact"
        name="artifact"
        tabs={tabs}
        chosen={tab}
        onChoose={(next: TabId) => go({ tab: next === "content" ? undefined : next })}
      />
      <TabPanel name="artifact" chosen={tab} class="monitor-tab">
        {tab === "content"
          ? <ArtifactContent detail={detail} />
          : tab === "versions"
          ? <Versions detail={detail} other={query["with"]} onOther={(other) => go({ with: other })} />
          : tab === "lineage"
          ? <LineageGraph id={id} maker={detail.origin?.node} />
          : <ArtifactLabelsView detail={detail} onChanged={loaded.reload} />}
      </TabPanel>
    </>
  );
}

function AllLink() {
  return (
    <a class="button quiet small" href={hrefOf("artifacts")} aria-label="All artifacts">
      <Icon name="left" size={14} />
      <span class="wide-only">All artifacts</span>
    </a>
  );
}

function Versions(
  { detail, other, onOther }: {
    readonly detail: ArtifactDetail;
    readonly other: string | undefined;
    readonly onOther: (other: string | undefined) => void;
  },
) {
  const { client } = useApp();
  const names = [...new Set(detail.versions.map(({ name }) => name))];
  const [typed, setTyped] = useState("");
  const loaded = useResource(
    async (_api, signal) =>
      (await Promise.all(
        names.map((name) => client.call("GET /artifact-names/{name}", { params: { name }, signal })),
      )).flat(),
    [names.join("\n")],
  );
  useEffect(() => setTyped(other ?? ""), [other]);
  const versions = [...loaded.value ?? []].reverse();
  return (
    <div class="monitor-data wide">
      <section>
        <h2>Versions</h2>
        {loaded.error !== undefined
          ? <p class="monitor-bad">{messageOf(loaded.error)}</p>
          : names.length === 0
          ? (
            <p class="faint">
              This artifact is no version of a named one. Workflows name what they put out; equal content is
              one version.
            </p>
          )
          : (
            <table class="monitor-table">
              <thead>
                <tr>
                  <th>Version</th>
                  <th>Artifact</th>
                  <th>Message</th>
                  <th>Run</th>
                  <th>When</th>
                  <th>
                    <span class="hidden-text">Compare</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {versions.map((version) => (
                  <tr
                    key={`${version.name}/${version.version}`}
                    class={version.artifact === detail.id ? "here" : ""}
                  >
                    <td>{version.name} {version.version}</td>
                    <td>
                      <a class="mono own-line" href={hrefOf("artifacts", version.artifact)}>
                        {shortId(version.artifact)}
                      </a>
                    </td>
                    <td>{version.message}</td>
                    <td>
                      {version.run === undefined
                        ? ""
                        : <a class="mono own-line" href={hrefOf("runs", version.run)}>{version.run}</a>}
                    </td>
                    <td>{momentText(version.at)}</td>
                    <td>
                      {version.artifact === detail.id ? <span class="faint">this one</span> : (
                        <Button
                          small
                          icon="diff"
                          aria-label={`Compare with ${version.name} ${version.version}`}
                          onClick={() => onOther(version.artifact)}
                        >
                          Compare
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
      </section>
      <section>
        <h2>Compare</h2>
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            onOther(typed.trim() === "" ? undefined : typed.trim());
          }}
        >
          <input
            class="input code"
            aria-label="Id of the artifact to compare with"
            placeholder="Id of another artifact"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" icon="diff">Compare</Button>
        </form>
        {other === undefined
          ? (
            <EmptyState icon="diff" title="Nothing to compare with">
              Choose a version above, or give another artifact's id.
            </EmptyState>
          )
          : <ArtifactDiffView from={other} to={detail.id} />}
      </section>
    </div>
  );
}
