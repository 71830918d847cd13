/**
 * Guards of what a granted extension reaches: files, git, the network, secrets.
 *
 * @module
 */

import type { Guard } from "./guard.ts";

const host = "extensions/host";
const files = "tests/extensions/files_test.ts";
const held = "tests/extensions/held_folder_test.ts";
const writing = "tests/extensions/file_writing_test.ts";
const git = "tests/extensions/git_hostile_test.ts";
const inside = "tests/extensions/loader_inside_test.ts";
const pinned = "tests/extensions/pinned_gate_test.ts";
const exchange = "tests/extensions/exchange_test.ts";

export const reachGuards: readonly Guard[] = [
  // Files and network.
  {
    name: "paths below the workspace",
    file: "extensions/capabilities/workspace_path.ts",
    find: "if (isWithin(root, absolute)) return absolute;",
    replace: "return absolute;",
    test: files,
  },
  {
    name: "links out of the workspace",
    file: "extensions/capabilities/workspace_path.ts",
    find: "if (!isWithin(root, real)) throw outside(path);",
    replace: "",
    test: files,
  },
  {
    name: "a swapped link",
    file: "extensions/capabilities/open_below.ts",
    find: "if (!isSame) throw outside(path);",
    replace: "void isSame;",
    test: files,
    only: "in a file's place",
  },
  {
    name: "a held folder",
    file: "extensions/capabilities/held_folder.ts",
    find: "return (isLinux ? openSteps(root, real) : undefined) ?? new WatchedFolder(real);",
    replace: "return (isLinux ? undefined : openSteps(root, real)) ?? new WatchedFolder(real);",
    test: held,
    only: "acts in the folder that was held",
  },
  {
    name: "no link on the way to a held folder",
    file: "extensions/capabilities/held_folder.ts",
    find: " | (constants.O_NOFOLLOW ?? 0)",
    replace: "",
    test: held,
    only: "a link by now",
  },
  {
    name: "a watched folder",
    file: "extensions/capabilities/held_folder.ts",
    find: "if (identityAt(() => Deno.lstatSync(this.path)) !== this.#identity) throw outside(this.path);",
    replace: "",
    test: held,
    only: "tells of a swap",
  },
  {
    name: "git's own folder",
    file: "extensions/capabilities/git_names.ts",
    find: "if (!relative(root, path).split(sep).some(isGitName)) return;",
    replace: "if (!relative(root, path).split(sep).includes('.git')) return;",
    test: writing,
    only: "however a file system may spell it",
  },
  {
    name: "git's own folder through a link",
    file: "extensions/capabilities/git_names.ts",
    find: "  refuseGitSteps(root, join(path, name));\n",
    replace: "",
    test: writing,
    only: "through no link",
  },
  {
    name: "no repository is written",
    file: "extensions/capabilities/git_names.ts",
    find: `if (!await isThere("HEAD")) return;`,
    replace: "return;",
    test: writing,
    only: "takes for a repository",
  },
  {
    name: "parts of a repository one after the other",
    file: "extensions/capabilities/file_writing.ts",
    find: "if (holdsRepositoryPart(root, absolute)) await alone(write);",
    replace: "if (false) await alone(write);",
    test: writing,
    only: "in any order and at once",
  },
  {
    name: "git under the core's configuration",
    file: "extensions/capabilities/git_view.ts",
    find: `await Deno.writeTextFile(join(folder, "config"), configurationOf(settings));`,
    replace:
      `await Deno.copyFile(join(at.common, "config"), join(folder, "config")); void configurationOf(settings);`,
    test: git,
    only: "no filter, driver or monitor",
  },
  {
    name: "only .git is a repository",
    file: "extensions/capabilities/git_folder.ts",
    find: "if (dirname(top) === top) return undefined;",
    replace: "if (dirname(top) === top) return { top: root, own: root, common: root };",
    test: git,
    only: "no folder named .git",
  },
  {
    name: "no repository that leads elsewhere",
    file: "extensions/capabilities/git_folder.ts",
    find: "await refuseLeads(found);",
    replace: "void refuseLeads;",
    test: git,
    only: "no history of another repository",
  },
  {
    name: "a work tree that is named back",
    file: "extensions/capabilities/git_folder.ts",
    find: "if (!isMutual) throw",
    replace: "if (!isMutual && top === '') throw",
    test: git,
    only: "no history of another repository",
  },
  {
    name: "names in git's index",
    file: "extensions/capabilities/git.ts",
    find: "if (!isOdd) continue;",
    replace: "if (isOdd || !isOdd) continue;",
    test: git,
    only: "no file outside the workspace",
  },
  {
    name: "no file of a revision",
    file: "extensions/capabilities/git.ts",
    find: "{}./+-]{0,250}$/",
    replace: "{}./+:-]{0,250}$/",
    test: git,
    only: "no file or folder of a revision",
  },
  {
    name: "no git of the workspace",
    file: "extensions/capabilities/git_run.ts",
    find: "isAbsolute(folder) && !isWithin(root, folder)",
    replace: "isAbsolute(folder) || !isWithin(root, folder)",
    test: git,
    only: "no git that lies in the workspace",
  },
  {
    name: "quota of writes",
    file: "extensions/capabilities/files.ts",
    find: "if (this.#writes > this.#limits.writes || this.#writtenBytes > this.#limits.writeBytes) {",
    replace: "if (false) {",
    test: files,
  },
  {
    name: "inputs of a module",
    file: "extensions/loader/inside_plugin.ts",
    find: "if ([...allowed].some((one) => isWithin(one, real))) return undefined;",
    replace: "if (real !== '') return undefined;",
    test: inside,
    only: "with the bundler's own program",
  },
  {
    name: "inputs of a module that is installed",
    file: "extensions/dev/built_extension.ts",
    find: " within: folder,",
    replace: "",
    test: "tests/extensions/install/store_test.ts",
    only: "files of the person",
  },
  {
    name: "a package is a package",
    file: "extensions/loader/inside_plugin.ts",
    find: "return await isPackage(real, at, own) ? real : undefined;",
    replace: "return await isPackage(real, at, own) || true ? real : undefined;",
    test: inside,
    only: "with the bundler's own program",
  },
  {
    name: "nothing above what is installed",
    file: "extensions/loader/inside_plugin.ts",
    find: "if (isSealed(own) && !isWithin(own, at)) return undefined;",
    replace: "",
    test: inside,
    only: "looks for packages above",
  },
  {
    name: "inner addresses",
    file: "extensions/capabilities/exchange.ts",
    find: "const addresses = await checkedAddresses(url.hostname, port, authority, resolve);",
    replace: "const addresses = undefined;",
    test: exchange,
  },
  {
    name: "every answer of a name",
    file: "extensions/capabilities/address.ts",
    find: "if (isInner(address) && !authority.namesOutright(address, port)) throw inner(host, address);",
    replace: "",
    test: "tests/extensions/zoo_test.ts",
    only: "every hostile",
    zoo: "two-answers-turns,two-answers-both",
  },
  {
    name: "connected where it was checked",
    file: "extensions/capabilities/exchange.ts",
    find: "addresses === undefined || isProxied() ? undefined : this.#way(addresses, port)",
    replace: "addresses === undefined || true ? undefined : this.#way(addresses, port)",
    test: pinned,
    only: "the address that was checked",
  },
  {
    name: "a ticket for the gate",
    file: "extensions/capabilities/pinned_gate.ts",
    find: "this.#tickets.get(new TextDecoder().decode(await read(near, secretLength)));",
    replace: "(await read(near, secretLength), [...this.#tickets.values()][0]);",
    test: pinned,
    only: "holds no ticket",
  },
  {
    name: "the port of a ticket",
    file: "extensions/capabilities/pinned_gate.ts",
    find: "command === CONNECT && high * 256 + low === ticket.port ? ticket : undefined",
    replace:
      "command === CONNECT && high * 256 + low > 0 ? { ...ticket, port: high * 256 + low } : undefined",
    test: pinned,
    only: "holds no ticket",
  },
  {
    name: "quota of artifacts",
    file: "extensions/capabilities/stored.ts",
    find: "if (puts > limits.puts || putBytes > limits.putBytes) {",
    replace: "if (false) {",
    test: "tests/extensions/stored_test.ts",
  },
  {
    name: "each address of a redirect",
    file: "extensions/capabilities/exchange.ts",
    find: "await demand(this.#scope, `net:${url.hostname}:${port}`);",
    replace: "",
    test: exchange,
  },
  {
    name: "secrets only over TLS",
    file: "extensions/capabilities/exchange.ts",
    find: `if (url.protocol !== "https:" && !isThisMachine(url.hostname)) {`,
    replace: "if (false) {",
    test: exchange,
  },
  {
    name: "an operator is held to the effect it says",
    file: "extensions/capabilities/broker.ts",
    find: "holdToEffect(this.#effect, operation);",
    replace: "",
    test: "tests/extensions/host_extensions_test.ts",
    only: "the effect it says",
  },
  {
    name: "secrets are cut out of what is said",
    file: "extensions/secrets.ts",
    find: `for (const value of this.#seen) clean = clean.replaceAll(value, "[secret]");`,
    replace: "",
    test: "tests/extensions/grants_test.ts",
  },
  {
    name: "no terminal codes in logs",
    file: `${host}/log_drain.ts`,
    find: "return text.replace(/",
    replace: "return text.replace(/(?!)",
    test: "tests/extensions/grants_test.ts",
  },
];
