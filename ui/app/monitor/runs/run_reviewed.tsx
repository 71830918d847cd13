/** What people made of the changes that a run proposed to open files: taken, rejected or changed, place by place, by whom. @module */

import type { ReviewedPlace } from "../../../api/reviews.ts";
import { nameOf } from "../../editor/text_authors.ts";
import { waitingChanges } from "../../editor/changes/waiting_changes.ts";
import { Button } from "../../parts/button.tsx";
import { hrefOf } from "../../state/route.ts";
import { useResource } from "../../state/resource.ts";
import { momentText } from "../format.ts";

const words = {
  accept: "Accepted",
  reject: "Rejected",
  both: "Kept both sides",
  own: "Written anew",
} as const;
const verdicts = {
  accept: "Everything was taken as it was proposed.",
  edit: "Some of it was taken or changed.",
  reject: "Nothing of it was taken.",
} as const;

export function RunReviewed({ run }: { readonly run: string }) {
  const { value, error, reload } = useResource(
    (client) => client.call("GET /runs/{run}/reviews", { params: { run } }),
    // With each decision something else waits.
    [run, waitingChanges.value],
  );
  if (error !== undefined) {
    return (
      <section>
        <h2>Reviewed changes</h2>
        <p role="alert">
          They cannot be read: {error instanceof Error ? error.message : `${error}`}{" "}
          <Button small onClick={reload}>Try again</Button>
        </p>
      </section>
    );
  }
  // Most runs propose nothing to open files.
  if (value === undefined || value.places.length === 0) return null;
  const verdict = value.verdicts.at(-1);
  return (
    <section>
      <h2>Reviewed changes</h2>
      <p class="faint">
        {verdict === undefined ? "Not everything was decided about yet." : verdicts[verdict.verdict]}
        {verdict === undefined || verdict.credited === 0
          ? ""
          : ` ${
            verdict.credited === 1 ? "One choice" : `${verdict.credited} choices`
          } of the Conductor learned from it.`}
      </p>
      <ul class="monitor-reviewed">
        {value.places.map((place) => <Reviewed key={`${place.id}-${place.at}`} place={place} />)}
      </ul>
    </section>
  );
}

function Reviewed({ place }: { readonly place: ReviewedPlace }) {
  const { file, answer, author, at, before, proposed, after, others, isConflict, takenBack } = place;
  const look = answer === "accept" ? "good" : answer === "reject" ? "bad" : "info";
  return (
    <li>
      <p>
        <span class={`badge ${look}`}>{words[answer]}</span> {file === undefined
          ? "a text without a file"
          : <a class="own-line" href={hrefOf("editor", file)}>{file}</a>}{" "}
        <span class="faint">
          by {personName(author)}, {momentText(at)}
          {others.length === 0 ? "" : `, changed before by ${others.map(personName).join(" and ")}`}
          {takenBack === undefined ? "" : ", taken back later"}
        </span>
      </p>
      <dl>
        <Text title={isConflict ? "In the text" : "Before"} text={before} />
        <Text title="Proposed" text={proposed} />
        {answer === "both" || answer === "own" ? <Text title="Became" text={after} /> : null}
      </dl>
    </li>
  );
}

function personName(author: string): string {
  return author === "user" || author.startsWith("user:") ? "a person" : nameOf(author);
}

function Text({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{text === "" ? <span class="faint">nothing</span> : <pre>{text}</pre>}</dd>
    </div>
  );
}
