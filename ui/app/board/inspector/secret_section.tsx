/** The secrets that a node needs: who may use them, granting and taking back. A key goes to the server and nowhere else. @module */

import { useEffect, useRef, useState } from "preact/hooks";
import type { SecretLine } from "../../../api/permissions.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { messageOf } from "../../parts/states.tsx";
import { announce } from "../../state/announce.ts";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { showToast } from "../../state/toasts.ts";
import { followPrompts, grantChanges } from "../../monitor/system/prompt_index.ts";
import type { BoardNode } from "../model/board_node.ts";
import { bindPort } from "../model/commands.ts";
import { problemsAt } from "../problems.ts";
import type { Workbench } from "../workbench.ts";
import { extensionsBehind, secretState, secretWords } from "./needed_secrets.ts";

interface SectionProps {
  readonly bench: Workbench;
  readonly node: BoardNode;
}

export function SecretSection({ bench, node }: SectionProps) {
  const app = useApp();
  useEffect(() => followPrompts(app), [app]);
  const behind = extensionsBehind(bench.catalog, node.use);
  const secrets = useResource(
    (client, signal) => client.call("GET /secrets", { signal }),
    [grantChanges.value],
  );
  const typed = problemsAt(bench.board.allProblems.value, node.id, "with").filter(({ code }) =>
    code === "key-in-file"
  );
  const all = secrets.value ?? [];
  const own = all.filter(({ extension }) => behind.has(extension));
  const [opened, setOpened] = useState<string | undefined>(undefined);
  const moved = useRef("");
  if (own.length === 0 && typed.length === 0 && (secrets.error === undefined || behind.size === 0)) {
    return null;
  }
  /** The key leaves the file and waits in the field of the form, where the person says to whom it goes. */
  const take = (field: string, secret: SecretLine) => {
    const port = field.replace(/^with\./, "").split(".")[0] as string;
    const value = (node.value["with"] as Record<string, unknown> | undefined)?.[port];
    moved.current = typeof value === "string" ? value.replace(/^Bearer\s+/i, "") : "";
    bench.board.apply({
      ...bindPort(bench.board.document.ground, node.id, port, "with", undefined),
      label: `Take the key out of ${port}`,
    });
    setOpened(keyOf(secret));
    announce("The key was taken out of the workflow. Say to whom it is granted");
  };
  return (
    <section class="form secrets" aria-label="Secrets">
      <h2>Secrets</h2>
      {typed.map(({ field }) => (
        <div key={field} class="secret-typed">
          <p class="field-error warning">
            <Icon name="warn" size={13} />
            <span>
              What looks like a key is typed into{" "}
              <code>{field.replace(/^with\./, "")}</code>. A workflow file is shared and its versions are
              kept: if it was saved, replace the key at the service, too.
            </span>
          </p>
          {own[0] === undefined
            ? (
              <p class="field-help">
                {all.length === 0
                  ? "No installed extension takes a key as a secret."
                  : `This node takes no secret. These do: ${
                    [...new Set(all.map(({ title }) => title))].join(", ")
                  }.`}
              </p>
            )
            : (
              <Button small icon="shield" onClick={() => take(field, own[0] as SecretLine)}>
                Move it into a grant
              </Button>
            )}
        </div>
      ))}
      {secrets.error !== undefined && secrets.value === undefined
        ? (
          <p class="field-error warning">
            <Icon name="warn" size={13} />
            <span>
              What is granted cannot be told: {messageOf(secrets.error)}{" "}
              <Button small look="quiet" onClick={secrets.reload}>Try again</Button>
            </span>
          </p>
        )
        : null}
      {own.map((secret) => (
        <Secret
          key={keyOf(secret)}
          secret={secret}
          others={all.filter((one) => one.name === secret.name && one !== secret && one.isGranted)}
          isOpen={opened === keyOf(secret)}
          onOpen={(isOpen) => setOpened(isOpen ? keyOf(secret) : undefined)}
          takeMoved={() => {
            const value = moved.current;
            moved.current = "";
            return value;
          }}
          onChanged={secrets.reload}
        />
      ))}
    </section>
  );
}

function keyOf({ extension, name }: SecretLine): string {
  return `${extension} ${name}`;
}

const looks = {
  granted: ["good", "granted"],
  "no-value": ["warn", "no key"],
  refused: ["bad", "refused"],
  "not-granted": ["", "not granted"],
} as const;

interface SecretProps {
  readonly secret: SecretLine;
  /** Who else may use what is kept under the same name. */
  readonly others: readonly SecretLine[];
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly takeMoved: () => string;
  readonly onChanged: () => void;
}

function Secret({ secret, others, isOpen, onOpen, takeMoved, onChanged }: SecretProps) {
  const { client } = useApp();
  const [isBusy, setBusy] = useState(false);
  const { extension, title, name, grant, source, reason, hosts } = secret;
  const permission = `secret:${name}`;
  const [look, word] = looks[secretState(secret)];
  const carry = async (said: string, work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
      announce(said);
      onOpen(false);
      onChanged();
      return true;
    } catch (error) {
      showToast({ look: "bad", title: `Cannot change ${permission}`, text: messageOf(error) });
      return false;
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="secret" role="group" aria-label={`${title}: ${permission}`}>
      <div class="row">
        <Icon name="shield" size={14} />
        <code class="grow cut">{permission}</code>
        <span class={`badge ${look}`}>{word}</span>
      </div>
      <p class="field-help" role="status">
        {secretWords(secret)}. Sent to {hosts.join(", ")} only.
        {others.length === 0 ? "" : ` Also granted to ${others.map((one) => one.title).join(", ")}.`}
      </p>
      {grant === undefined ? <p class="field-help">It says: “{reason}”</p> : null}
      {isOpen
        ? (
          <GrantForm
            secret={secret}
            isBusy={isBusy}
            initial={takeMoved()}
            onCancel={() => onOpen(false)}
            onKey={(value) =>
              carry(`${permission} is granted to ${title}`, async () => {
                await client.call("PUT /secrets/{name}", { params: { name }, body: { value } });
                await client.call("PUT /grants", { body: { extension, permission } });
              })}
            onEnv={(env) =>
              carry(
                `${permission} is granted to ${title}`,
                () => client.call("PUT /grants", { body: { extension, permission, env } }),
              )}
          />
        )
        : (
          <div class="row wrap">
            {secretState(secret) === "granted"
              ? null
              : (
                <Button small icon="shield" look="primary" disabled={isBusy} onClick={() => onOpen(true)}>
                  {secretState(secret) === "no-value" ? "Give the key…" : "Grant…"}
                </Button>
              )}
            {secretState(secret) === "granted"
              ? <Button small disabled={isBusy} onClick={() => onOpen(true)}>Replace…</Button>
              : null}
            {grant === undefined ? null : (
              <Button
                small
                disabled={isBusy}
                onClick={() =>
                  void carry(
                    `${permission} is taken back from ${title}`,
                    () => client.call("DELETE /grants", { query: { extension, permission } }),
                  )}
              >
                {grant.verdict === "deny" ? "Refuse no longer" : "Revoke"}
              </Button>
            )}
            {source?.kind === "kept"
              ? (
                <Button
                  small
                  look="danger"
                  disabled={isBusy}
                  onClick={() =>
                    void carry(
                      `The key of ${name} is forgotten`,
                      () => client.call("DELETE /secrets/{name}", { params: { name } }),
                    )}
                >
                  Forget the key
                </Button>
              )
              : null}
          </div>
        )}
    </div>
  );
}

interface GrantFormProps {
  readonly secret: SecretLine;
  readonly isBusy: boolean;
  readonly initial: string;
  readonly onCancel: () => void;
  readonly onKey: (value: string) => Promise<boolean>;
  readonly onEnv: (name: string) => Promise<boolean>;
}

/** What is typed stays in the field and is emptied with the answer; no state of the page holds it. */
function GrantForm({ secret, isBusy, initial, onCancel, onKey, onEnv }: GrantFormProps) {
  const [form, setForm] = useState<"key" | "env">("key");
  const [fault, setFault] = useState<string | undefined>(undefined);
  const key = useRef<HTMLInputElement>(null);
  const env = useRef<HTMLInputElement>(null);
  const id = `secret-${secret.name}`;
  useEffect(() => {
    if (key.current !== null && initial !== "") key.current.value = initial;
    key.current?.focus();
    return () => {
      if (key.current !== null) key.current.value = "";
    };
  }, []);
  const send = async () => {
    const field = form === "key" ? key.current : env.current;
    const value = field?.value.trim() ?? "";
    const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(value);
    const wrong = value === ""
      ? form === "key" ? "Enter the key" : "Enter the variable's name"
      : form === "env" && !isName
      ? "Expected the name of an environment variable, not its value"
      : undefined;
    setFault(wrong);
    if (wrong !== undefined) return field?.focus();
    if (form === "env") return void await onEnv(value);
    if (field !== null) field.value = "";
    await onKey(value);
  };
  const problems = fault === undefined ? [] : [{ severity: "error" as const, message: fault }];
  return (
    <form
      class="form secret-form"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <span class="form-toggle" role="group" aria-label="Where the key comes from">
        {(["key", "env"] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={form === one}
            onClick={() => {
              setForm(one);
              setFault(undefined);
            }}
          >
            {one === "key" ? "Enter the key" : "Environment variable"}
          </button>
        ))}
      </span>
      {form === "key"
        ? (
          <Field
            id={id}
            label="Key"
            problems={problems}
            help="Kept in Symphony's data folder, for your account alone to read. It is not shown again."
          >
            <input
              id={id}
              ref={key}
              class="input code"
              type="password"
              autocomplete="off"
              spellcheck={false}
              aria-invalid={fault !== undefined}
              aria-describedby={`${id}-help`}
            />
          </Field>
        )
        : (
          <Field
            id={`${id}-env`}
            label="Variable"
            problems={problems}
            help="Its name. It is read where Symphony runs, each time it is needed."
          >
            <input
              id={`${id}-env`}
              ref={env}
              class="input code"
              spellcheck={false}
              placeholder={secret.usualEnv ?? "SERVICE_API_KEY"}
              aria-invalid={fault !== undefined}
              aria-describedby={`${id}-env-help`}
            />
          </Field>
        )}
      <div class="row">
        <Button small look="primary" type="submit" disabled={isBusy}>Grant to {secret.title}</Button>
        <Button small disabled={isBusy} onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}
