/** Scores, tags and the reason to keep an artifact. @module */

import { useState } from "preact/hooks";
import type { LabelChange } from "../../../../core/ports/artifact_catalog.ts";
import type { ArtifactDetail } from "../../../api/artifacts.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { messageOf } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { showToast } from "../../state/toasts.ts";
import { momentText } from "../format.ts";

export function ArtifactLabelsView(
  { detail, onChanged }: { readonly detail: ArtifactDetail; readonly onChanged: () => void },
) {
  const { client } = useApp();
  const [tag, setTag] = useState("");
  const [hold, setHold] = useState(detail.labels.hold ?? "");
  const change = async (body: LabelChange) => {
    try {
      await client.call("PATCH /artifacts/{id}/labels", { params: { id: detail.id }, body });
      onChanged();
    } catch (error) {
      showToast({ look: "bad", title: "Cannot change the labels", text: messageOf(error) });
    }
  };
  const { tags, scores } = detail.labels;
  return (
    <div class="monitor-data">
      <section>
        <h2>Quality</h2>
        {scores.length === 0
          ? (
            <p class="faint">
              Nobody has scored it yet. Judges of a workflow do, and `symphony artifacts score`.
            </p>
          )
          : (
            <table class="monitor-table">
              <thead>
                <tr>
                  <th>Scorer</th>
                  <th>Version</th>
                  <th>Score</th>
                  <th>When</th>
                </tr>
              </thead>
              <tbody>
                {scores.map((score) => (
                  <tr key={`${score.scorer}/${score.version}`}>
                    <td>{score.scorer}</td>
                    <td class="mono">{score.version}</td>
                    <td>
                      <span class="row">
                        <meter
                          class="monitor-meter"
                          min={0}
                          max={1}
                          value={score.value}
                          aria-label={`${score.scorer} score`}
                        />
                        <span class="numbers">{score.value.toFixed(2)}</span>
                      </span>
                    </td>
                    <td>{momentText(score.at)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
      </section>
      <section>
        <h2>Tags</h2>
        <div class="row monitor-wrap">
          {tags.map((one) => (
            <span key={one} class="badge">
              <a href={hrefOfTag(one)}>{one}</a>
              <IconButton
                icon="close"
                small
                label={`Remove the tag ${one}`}
                onClick={() => void change({ removeTags: [one] })}
              />
            </span>
          ))}
          {tags.length === 0 ? <span class="faint">None</span> : null}
        </div>
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (tag.trim() === "") return;
            setTag("");
            void change({ addTags: [tag.trim()] });
          }}
        >
          <input
            class="input"
            aria-label="New tag"
            placeholder="New tag"
            value={tag}
            onInput={(event) => setTag(event.currentTarget.value)}
          />
          <Button type="submit" icon="plus">Add</Button>
        </form>
      </section>
      <section>
        <h2>Keep</h2>
        <p class="faint">
          An artifact with a reason to be kept is never removed, whatever the policies for old ones say.
        </p>
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            void change({ hold: hold.trim() === "" ? null : hold.trim() });
          }}
        >
          <input
            class="input"
            aria-label="Why it must be kept"
            placeholder="Why it must be kept"
            value={hold}
            onInput={(event) => setHold(event.currentTarget.value)}
          />
          <Button type="submit">{detail.labels.hold === undefined ? "Keep" : "Change"}</Button>
          {detail.labels.hold === undefined ? null : (
            <Button
              onClick={() => {
                setHold("");
                void change({ hold: null });
              }}
            >
              Let go
            </Button>
          )}
        </form>
      </section>
    </div>
  );
}

function hrefOfTag(tag: string): string {
  return `#/artifacts?tag=${encodeURIComponent(tag)}`;
}
