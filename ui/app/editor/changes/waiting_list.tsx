/** Change sets that wait, by run and node, each with the files in which it can be reviewed. @module */

import type { WaitingSet } from "../../../api/reviews.ts";
import { hrefOf } from "../../state/route.ts";
import { markOfSet, nameOf } from "../text_authors.ts";
import { AuthorTag } from "./author_tag.tsx";

export function WaitingList({ sets, isOfRun = false }: {
  readonly sets: readonly WaitingSet[];
  /** All of them are of the run that is shown. */
  readonly isOfRun?: boolean;
}) {
  return (
    <ul class="editor-waiting">
      {sets.map(({ changeSet, run, node, author, files }) => (
        <li key={changeSet} class={markOfSet(changeSet).classes}>
          <p>
            <AuthorTag mark={markOfSet(changeSet)} />
            <span class="editor-person">{nameOf(author)}</span>{" "}
            <a class="own-line" href={hrefOf("runs", run, { node: `/${node}` })}>
              {nameOf(author) === node ? "its node" : `in ${node}`}
            </a>
            {isOfRun ? null : (
              <>
                {" "}of <a class="own-line" href={hrefOf("runs", run)}>its run</a>
              </>
            )}
          </p>
          <ul>
            {files.map(({ file, places }) => (
              <li key={file}>
                <a class="own-line" href={hrefOf("editor", file)}>{file}</a>{" "}
                <span class="faint">{places} {places === 1 ? "place" : "places"}</span>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
