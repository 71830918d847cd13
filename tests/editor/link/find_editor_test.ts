import assert from "node:assert/strict";
import { findEditor } from "../../../editor/link/find_editor.ts";
import { RemoteTextPorts } from "../../../editor/link/remote_text_ports.ts";
import { Supervisor } from "../../../editor/link/supervisor.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("findEditor() takes the named program, else the one beside symphony, else the sources", () => {
  const none = () => undefined;
  const own = ["--spare", "--data", "/data"];
  assert.deepEqual(findEditor("/data", { env: () => "/my/editor" }), { program: "/my/editor", args: own });
  assert.deepEqual(findEditor("/data", { env: none, execPath: "/opt/bin/symphony", os: "linux" }), {
    program: "/opt/bin/symphony-editor",
    args: own,
  });
  const { program, args } = findEditor("/data", { env: none, execPath: "/usr/bin/deno", os: "linux" });
  assert.equal(program, "/usr/bin/deno");
  assert.ok(args.some((word) => word.endsWith("/editor/main.ts")));
});

Deno.test("findEditor() gives an editor that starts", async () => {
  await using folder = await temporaryFolder();
  await using ports = await RemoteTextPorts.open(
    new Supervisor(findEditor(folder.path), { spareAfterMs: 60_000 }),
  );
  const { buffer } = await ports.editing.open({ text: "here" });
  assert.equal((await ports.editing.read(buffer)).text, "here");
});
