/** What a run has made, output by output, each as its kind is best read. @module */

import type { ValueRef } from "../../../../core/orchestration/event.ts";
import { isObject, type Json, type JsonObject } from "../../../../core/json.ts";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf } from "../../state/route.ts";
import { ValueView } from "../artifacts/value_view.tsx";
import { sizeText } from "../format.ts";

/** More is shown as the artifact that it is. */
const MOST_BYTES = 4 * 1024 * 1024;

export function RunOutputs({ outputs }: { readonly outputs: ValueRef }) {
  const { client } = useApp();
  const artifact = "artifact" in outputs ? outputs.artifact : undefined;
  const isLarge = "artifact" in outputs && outputs.sizeBytes > MOST_BYTES;
  const loaded = useResource(async (_api, signal): Promise<Json> => {
    if ("value" in outputs) return outputs.value;
    if (isLarge) return {};
    const address = client.address("GET /artifacts/{id}/raw", { params: { id: outputs.artifact } });
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(`The server answered ${response.status} ${response.statusText}`);
    return await response.json() as Json;
  }, [artifact ?? JSON.stringify(outputs)]);
  if (isLarge && "artifact" in outputs) {
    return (
      <p>
        <a class="own-line" href={hrefOf("artifacts", outputs.artifact)}>
          Open the outputs, {sizeText(outputs.sizeBytes)}
        </a>
      </p>
    );
  }
  if (loaded.error !== undefined) {
    return <ErrorState title="Cannot read the outputs" error={loaded.error} onRetry={loaded.reload} />;
  }
  if (loaded.value === undefined) return <LoadingState what="the outputs" lines={4} />;
  const values: JsonObject = isObject(loaded.value) ? loaded.value : { value: loaded.value };
  if (Object.keys(values).length === 0) {
    return <EmptyState icon="output" title="It gives no outputs">The workflow declares none.</EmptyState>;
  }
  return (
    <>
      {Object.entries(values).map(([name, value]) => (
        <section key={name} class="monitor-output" aria-label={`Output ${name}`}>
          <h3>{name}</h3>
          <ValueView label={name} value={value} />
        </section>
      ))}
      {artifact === undefined ? null : (
        <p class="faint">
          <a class="own-line" href={hrefOf("artifacts", artifact)}>All of it as an artifact</a>
        </p>
      )}
    </>
  );
}
