/**
 * Guards of what runs propose instead of writing.
 *
 * @module
 */

import type { Guard } from "./guard.ts";

const proposing = "tests/extensions/proposing_test.ts";
const place = "extensions/capabilities/proposed_place.ts";
const waiting = "ui/server/texts/file_proposals.ts";
const files = "extensions/capabilities/proposed_files.ts";

export const proposalGuards: readonly Guard[] = [
  {
    name: "no repository is proposed",
    file: place,
    find: "await refuseRepositories(root, dirname(file), basename(file), others);",
    replace: "void [refuseRepositories, dirname, basename, others];",
    test: proposing,
    only: "whoever brings the last part",
  },
  {
    name: "a repository counts with what waits",
    file: "extensions/capabilities/git_names.ts",
    find: "coming.has(part.toLowerCase()) ||",
    replace: "",
    test: proposing,
    only: "whoever brings the last part",
  },
  {
    name: "proposals are judged one after the other",
    file: waiting,
    find: "const entered = this.#entering.then(async () => {",
    replace: "const entered = Promise.resolve().then(async () => {",
    test: proposing,
    only: "whoever brings the last part",
  },
  {
    name: "proposals go to no link's other end",
    file: place,
    find: "if (isLink || !isWithin(root, place)) throw outside(relative(root, absolute));",
    replace: "void [isLink, isWithin];",
    test: proposing,
    only: "through no link, and nothing outside",
  },
  {
    name: "a port of proposals judges for itself",
    file: waiting,
    find: "return await places.place(root, file, [...others]);",
    replace: "return root === '' ? await places.place(root, file, [...others]) : file;",
    test: proposing,
    only: "through no link, and nothing outside",
  },
  {
    name: "a proposal is judged when it is saved",
    file: waiting,
    find: 'if (await this.#judged(file) !== file) throw this.#refused(file, "another file is there by now");',
    replace: "",
    test: proposing,
    only: "judged again when it is saved",
  },
  {
    name: "what an agent's copy may not propose is left",
    file: "extensions/acp/shadow_folder.ts",
    find: "const file = await proposedPlace(this.#workspace, name, await this.#port.files(this.#by.run));",
    replace: "const file = join(this.#workspace, name.replace('.git', 'git')); void proposedPlace;",
    test: proposing,
    only: "what an agent makes in its copy",
  },
  {
    name: "no link leads out of an agent's copy",
    file: "extensions/acp/copied_folder.ts",
    find: "if (real === undefined || !isWithin(root, real)) return;",
    replace: "if (real === undefined) return; void isWithin;",
    test: proposing,
    only: "shares no file",
  },
  {
    name: "an agent's copy has packages of its own",
    file: "extensions/acp/copied_folder.ts",
    find: "if (isPackages && !await copying.fits(source)) continue;",
    replace: "if (isPackages) { await Deno.symlink(source, target); continue; }",
    test: proposing,
    only: "shares no file",
  },
  {
    name: "a proposal reads no large file",
    file: files,
    find: "if (info.size > 4 * this.#limits.chars) throw tooLong(name, this.#limits.chars);",
    replace: "",
    test: proposing,
    only: "too large for a review",
  },
  {
    name: "a proposed text has a size",
    file: files,
    find: "if (text.length > chars) throw tooLong(name, chars);",
    replace: "void chars;",
    test: proposing,
    only: "too large for a review",
  },
  {
    name: "few of the texts that a call has seen are kept",
    file: "extensions/capabilities/seen_texts.ts",
    find: "if (this.#kept + text.length <= MOST_KEPT) {",
    replace: "if (MOST_KEPT > 0) {",
    test: proposing,
    only: "read more than is kept",
  },
  {
    name: "a proposing call writes only so often",
    file: files,
    find: "if (this.#proposals > proposals || this.#chars > proposedChars) {",
    replace: "if (false) {",
    test: proposing,
    only: "proposes only so often",
  },
  {
    name: "only so many files wait for a review",
    file: waiting,
    find: "const most = !ofSet.has(file) && ofSet.size >= MOST_OF_SET",
    replace: "const most = !ofSet.has(file) && ofSet.size >= MOST_OF_SET * 9",
    test: proposing,
    only: "proposes only so often",
  },
  {
    name: "proposals are written down together",
    file: "ui/server/texts/proposal_book.ts",
    find: "return this.#next ??= this.#last.then(() => {",
    replace: "return this.#next = this.#last.then(() => {",
    test: proposing,
    only: "proposes only so often",
  },
  {
    name: "a run is given back its own text",
    file: waiting,
    find: "        return await this.#own.read(run, file);",
    replace: "        return (await editing.read(buffer)).text;",
    test: proposing,
    only: "nothing that a person has typed",
  },
  {
    name: "no node is called like an agent",
    file: "extensions/capabilities/capability.ts",
    find: "return authorId(`agent:${extension}`);",
    replace: 'return authorId(`agent:${extension.split("/")[1]}`);',
    test: "tests/ui/server/proposals_test.ts",
    only: "its next nodes see",
  },
];
