/**
 * What every MotifPort promises. The subject has the extension `tests/motif`: the view `tests/counter`, which shows its
 * count, takes `add`, throws for the state "bad", and shows nothing for the state "nothing"; the command `tests/echo`;
 * a panel, a key, a theme; and the asset `page.html`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { MotifPort } from "../../core/ports/motif.ts";

export interface MotifSubject extends AsyncDisposable {
  readonly motifs: MotifPort;
}

/** Tests a port; `open` makes a fresh subject. */
export function testMotifPort(name: string, open: () => Promise<MotifSubject>): void {
  const extension = extensionId("tests/motif");
  const signal = new AbortController().signal;
  const request = (state: Json, more: object = {}) => ({
    extension,
    view: "tests/counter",
    props: { label: "Count" },
    state,
    workspace: "/",
    ...more,
  });

  Deno.test(`${name}: contributions are data, with what the settings are made from`, async () => {
    await using subject = await open();
    const [ui, ...others] = await subject.motifs.contributions();
    assert.deepEqual(others, []);
    assert.equal(ui?.extension, extension);
    assert.deepEqual(ui?.panels, [{ id: "count", title: "Count", place: "side", view: "tests/counter" }]);
    assert.deepEqual(ui?.keys, [{ command: "tests/echo", key: "mod+e" }]);
    assert.equal(ui?.themes[0]?.ground, "dark");
    assert.ok("properties" in (ui?.settings ?? {}));
  });

  Deno.test(`${name}: a view is given its state and what was done, and gives a tree and the next state`, async () => {
    await using subject = await open();
    const first = await subject.motifs.render(request(null), signal);
    assert.ok(first.ok);
    assert.deepEqual(first.state, { count: 0 });
    assert.equal(first.tree.is, "button");
    assert.deepEqual(first.tree.props, { label: "Count 0" });
    assert.deepEqual(first.tree.on, { click: "add" });
    const second = await subject.motifs.render(
      request(first.state, { event: { id: "add", name: "click" } }),
      signal,
    );
    assert.ok(second.ok);
    assert.deepEqual(second.state, { count: 1 });
    assert.equal(second.problems.length, 1);
    assert.match(second.problems[0]?.path ?? "", /props\.colour/);
  });

  Deno.test(`${name}: a view that wants to be asked again is heard, within bounds`, async () => {
    await using subject = await open();
    for (const [wish, again] of [[5, 250], [1_000, 1_000], [1e12, 3_600_000]] as const) {
      const reply = await subject.motifs.render(
        request(null, { props: { label: "Count", again: wish } }),
        signal,
      );
      assert.equal(reply.ok && reply.again, again);
    }
    const never = await subject.motifs.render(request(null), signal);
    assert.ok(never.ok && never.again === undefined);
  });

  Deno.test(`${name}: a view that throws, shows nothing, or is not there is a typed failure`, async () => {
    await using subject = await open();
    const thrown = await subject.motifs.render(request("bad"), signal);
    assert.equal(!thrown.ok && thrown.failure.class, "thrown");
    const nothing = await subject.motifs.render(request("nothing"), signal);
    assert.equal(!nothing.ok && nothing.failure.class, "output");
    const absent = await subject.motifs.render(request(null, { view: "tests/absent" }), signal);
    assert.equal(!absent.ok && absent.failure.class, "unavailable");
    const unknown = await subject.motifs.render(
      request(null, { extension: extensionId("tests/other") }),
      signal,
    );
    assert.equal(!unknown.ok && unknown.failure.class, "unavailable");
    assert.equal((await subject.motifs.render(request(null), signal)).ok, true);
  });

  Deno.test(`${name}: a command gives its output; a cancelled one says so`, async () => {
    await using subject = await open();
    const command = {
      extension,
      command: "tests/echo",
      input: { text: "x" },
      workspace: "/",
      mayWrite: false,
    };
    const done = await subject.motifs.command(command, signal);
    assert.deepEqual(done, { ok: true, output: { notice: "x" } });
    const stopped = await subject.motifs.command(command, AbortSignal.abort());
    assert.equal(!stopped.ok && stopped.failure.class, "cancelled");
  });

  Deno.test(`${name}: an asset is given by its listed name only`, async () => {
    await using subject = await open();
    const page = await subject.motifs.asset(extension, "page.html");
    assert.equal(new TextDecoder().decode(page), "<p>hello</p>");
    assert.equal(await subject.motifs.asset(extension, "main.ts"), undefined);
  });
}
