/**
 * Secrets of the person, from where they may be: the environment, a file that it names, the terminal, the system's keyring
 * (`secret-tool` on Linux, `security` on macOS). A secret is never passed as an argument that others could see in the list
 * of processes, except to macOS' own `security`, which takes it from its standard input.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../core/errors.ts";

const SERVICE = "symphony";

/** What is asked of the surroundings; the running machine where a member is absent. */
export interface SecretSurroundings {
  readonly env?: (name: string) => string | undefined;
  readonly os?: typeof Deno.build.os;
}

/** The passphrase in `NAME`, in the file that `NAME_FILE` names, or typed; undefined where there is none of these. */
export async function passphraseFrom(
  name: string,
  question: string,
  { env = (name) => Deno.env.get(name) }: SecretSurroundings = {},
): Promise<string | undefined> {
  const given = env(name);
  if (given !== undefined && given !== "") return given;
  const path = env(`${name}_FILE`);
  if (path !== undefined && path !== "") {
    try {
      return (await Deno.readTextFile(path)).replace(/\r?\n$/, "");
    } catch (cause) {
      throw new SymphonyError(
        "permission",
        `Cannot read the passphrase from "${path}": ${messageOf(cause)}`,
        {
          cause,
          hint: `Let ${name}_FILE name a file that you can read`,
        },
      );
    }
  }
  return await typed(question);
}

/** Keeps and finds secrets in the system's keyring. */
export class Keyring {
  readonly #os: typeof Deno.build.os;

  constructor({ os = Deno.build.os }: SecretSurroundings = {}) {
    this.#os = os;
  }

  /** Undefined where there is no keyring, it is locked, or it has no such secret. */
  async get(account: string): Promise<string | undefined> {
    const found = this.#os === "darwin"
      ? await output("security", ["find-generic-password", "-s", SERVICE, "-a", account, "-w"])
      : await output("secret-tool", ["lookup", "service", SERVICE, "account", account]);
    const text = found?.replace(/\r?\n$/, "");
    return text === "" ? undefined : text;
  }

  /** False where there is no keyring or it does not take the secret. */
  async set(account: string, secret: string): Promise<boolean> {
    const done = this.#os === "darwin"
      ? await output("security", ["-i"], `add-generic-password -U -s ${SERVICE} -a ${account} -w ${secret}\n`)
      : await output(
        "secret-tool",
        ["store", "--label", "Symphony's artifacts", "service", SERVICE, "account", account],
        secret,
      );
    return done !== undefined && await this.get(account) === secret;
  }
}

/** What a program prints, given `input`; undefined where it cannot be started or fails. */
async function output(program: string, args: readonly string[], input = ""): Promise<string | undefined> {
  try {
    const command = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    });
    await using child = command.spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { success, stdout } = await child.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}

/** Asks at the terminal without showing what is typed; undefined where there is none. */
async function typed(question: string): Promise<string | undefined> {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) return undefined;
  const say = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  say(`${question}: `);
  const decoder = new TextDecoder();
  let text = "";
  Deno.stdin.setRaw(true);
  try {
    const bytes = new Uint8Array(256);
    for (;;) {
      const read = await Deno.stdin.read(bytes);
      if (read === null) return undefined;
      for (const sign of decoder.decode(bytes.subarray(0, read), { stream: true })) {
        if (sign === "\r" || sign === "\n") return text;
        if (sign === "\u0003" || sign === "\u0004") return undefined;
        if (sign === "\u007f" || sign === "\b") text = [...text].slice(0, -1).join("");
        else text += sign;
      }
    }
  } finally {
    Deno.stdin.setRaw(false);
    say("\n");
  }
}
