/** Settings of extensions: forms from their schemas; each change is kept at once and can be taken back to the default. @module */

import { useMemo, useRef, useState } from "preact/hooks";
import type { Json, JsonObject } from "../../../../core/json.ts";
import type { SettingLine } from "../../../api/settings.ts";
import { Button } from "../../parts/button.tsx";
import { SchemaForm } from "../../parts/schema_form.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState, messageOf } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { changedAt } from "./changed_at.ts";

const WAIT_MS = 500;

export function SettingsTab({ extension }: { readonly extension: string | undefined }) {
  const [text, setText] = useState(extension ?? "");
  const loaded = useResource((client, signal) => client.call("GET /settings", { signal }), []);
  const byExtension = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const groups = new Map<string, SettingLine[]>();
    for (const line of loaded.value ?? []) {
      const hay = `${line.extension} ${line.name} ${line.description}`.toLowerCase();
      if (!words.every((word) => hay.includes(word))) continue;
      const group = groups.get(line.extension);
      if (group === undefined) groups.set(line.extension, [line]);
      else group.push(line);
    }
    return [...groups];
  }, [loaded.value, text]);
  if (loaded.value === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="settings" lines={8} />
      : <ErrorState title="Cannot read the settings" error={loaded.error} onRetry={loaded.reload} />;
  }
  return (
    <div class="monitor-data" tabIndex={0} role="region" aria-label="Settings">
      <div class="monitor-search wide">
        <SearchField label="Search settings" value={text} onValue={setText} />
      </div>
      {byExtension.length === 0
        ? (
          <EmptyState icon="settings" title={text === "" ? "Nothing can be set" : "No setting fits"}>
            Extensions declare settings in their manifest, under config.
          </EmptyState>
        )
        : byExtension.map(([id, lines]) => <Group key={id} id={id} lines={lines} />)}
    </div>
  );
}

function Group({ id, lines }: { readonly id: string; readonly lines: readonly SettingLine[] }) {
  const { client } = useApp();
  const [values, setValues] = useState<JsonObject>(() => valuesOf(lines));
  const [set, setSet] = useState<ReadonlySet<string>>(
    () => new Set(lines.filter(({ isSet }) => isSet).map(({ name }) => name)),
  );
  const [states, setStates] = useState<Readonly<Record<string, string>>>({});
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const timers = useRef(new Map<string, number>());
  const [publisher = "", extension = ""] = id.split("/");
  const schema = {
    type: "object",
    properties: Object.fromEntries(
      lines.map(({ name, schema: own, description }) => [name, { description, ...own }]),
    ),
  } as JsonObject;
  const keep = async (name: string, value: Json | undefined) => {
    setStates((before) => ({ ...before, [name]: "Saving…" }));
    try {
      const all = await client.call("PUT /settings/{publisher}/{extension}/{name}", {
        params: { publisher, extension, name },
        body: value === undefined ? {} : { value },
      });
      const own = all.filter((line) => line.extension === id);
      setSet(new Set(own.filter(({ isSet }) => isSet).map((line) => line.name)));
      if (value === undefined) setValues(valuesOf(own));
      setProblems((before) => ({ ...before, [name]: "" }));
      setStates((before) => ({ ...before, [name]: "Saved" }));
    } catch (error) {
      setProblems((before) => ({ ...before, [name]: messageOf(error) }));
      setStates((before) => ({ ...before, [name]: "Not saved" }));
    }
  };
  const said = lines.map(({ name }) => states[name] ?? "").filter((text) => text !== "").at(-1) ?? "";
  return (
    <section class="monitor-settings" aria-label={`Settings of ${id}`}>
      <div class="row">
        <h2 class="grow mono">{id}</h2>
        <span class="faint monitor-small" role="status">{said}</span>
      </div>
      <SchemaForm
        name={`settings-${id.replaceAll(/\W/g, "-")}`}
        root={schema}
        schema={schema}
        value={values}
        problemsOf={(path) => {
          const problem = problems[String(path[0])];
          return problem === undefined || problem === "" || path.length > 1
            ? []
            : [{ severity: "error", message: problem }];
        }}
        onChange={(path, value) => {
          const name = String(path[0]);
          const next = changedAt(values, path, value) as JsonObject;
          setValues(next);
          clearTimeout(timers.current.get(name));
          timers.current.set(
            name,
            setTimeout(() => void keep(name, next[name] as Json | undefined), WAIT_MS),
          );
        }}
      />
      {set.size === 0 ? null : (
        <div class="row monitor-wrap">
          {[...set].map((name) => (
            <Button
              key={name}
              small
              look="quiet"
              icon="undo"
              onClick={() => void keep(name, undefined)}
            >
              {name} to its default
            </Button>
          ))}
        </div>
      )}
    </section>
  );
}

function valuesOf(lines: readonly SettingLine[]): JsonObject {
  return Object.fromEntries(
    lines.flatMap(({ name, value }) => value === undefined ? [] : [[name, value] as const]),
  );
}
