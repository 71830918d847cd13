/**
 * What an extension's one module does that a host forbids or its manifest does not ask for. It looks at the syntax tree,
 * so it can be deceived by who wants to deceive: what keeps the user safe is the host, and this tells an honest author
 * early and a reader what to look at.
 *
 * @module
 */

import { type AnyNode, type Identifier, type MemberExpression, parse } from "acorn";
import { ancestor, simple } from "acorn-walk";
import { covers, hostMatches, type Permission } from "../../core/policy/permission.ts";
import { relative, sep } from "node:path";
import type { Problem } from "../../core/workflow/problem.ts";
import type { SourcePlaces } from "../loader/source_places.ts";
import { problemAt } from "./extension_folder.ts";

export interface CodeFacts {
  readonly problems: readonly Problem[];
  /** What the code seems to use: `files:read`, `git`, `net`, … */
  readonly powers: ReadonlySet<string>;
  /** Where each text that names a type stands. */
  readonly literals: ReadonlyMap<string, Place>;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** False for what comes from a package. */
  readonly isOwn: boolean;
}

export interface CodeSubject {
  readonly code: string;
  /** Absent where the module has no source map: then places are the module's own, and all of it counts as own. */
  readonly places?: SourcePlaces;
  /** What a place without an author's file is named. */
  readonly file: string;
  readonly folder: string;
  readonly permissions: readonly Permission[];
}

/** Globals that a host takes away, and what to use instead. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ["Deno", "use the capabilities of the context"],
  ["process", "use context.config for settings"],
  ["require", "import with a fixed name"],
  ["fetch", "use context.fetch"],
  ["XMLHttpRequest", "use context.fetch"],
  ["WebSocket", "use context.fetch"],
  ["EventSource", "use context.fetch and read its body"],
  ["Worker", "one worker is all an extension has"],
  ["SharedWorker", "one worker is all an extension has"],
  ["localStorage", "give back what must be kept as output"],
  ["sessionStorage", "give back what must be kept as output"],
  ["indexedDB", "give back what must be kept as output"],
  ["caches", "give back what must be kept as output"],
  ["document", "show things with defineView"],
  ["window", "use globalThis, or show things with defineView"],
]);

const FILE_READS = new Set(["read", "readText", "list", "stat"]);
const FILE_WRITES = new Set(["write", "remove"]);
const GIT_READS = new Set(["log", "diff", "tags", "isRepository"]);
const STORE = new Set(["put", "get"]);
const EDITS = new Set(["read", "propose"]);

/** Looks through the module. */
export function checkCode(subject: CodeSubject): CodeFacts {
  const tree = parse(subject.code, { ecmaVersion: "latest", sourceType: "module", locations: true });
  const look = new Look(subject);
  const declared = declaredNames(tree);
  ancestor(tree, {
    Identifier: (node, _, above) => look.identifier(node, above, declared),
    MemberExpression: (node) => look.member(node),
    ImportExpression: (node) =>
      look.tell(node, "error", {
        code: "dynamic-import",
        message: "Found an import at run time",
        hint: "Import with a fixed name, so that everything is in one module",
      }),
    ImportDeclaration: (node) =>
      look.tell(node, "error", {
        code: "import-left",
        message: `Found an import of ${String(node.source.value)} that was not bundled`,
        hint: "Everything must be in one module",
      }),
    CallExpression: (node) => look.call(node),
    NewExpression: (node) => look.call(node),
    Literal: (node) => look.literal(node),
    TemplateElement: (node) => look.host(node, node.value.cooked ?? ""),
    ObjectPattern: (node) => look.pattern(node),
  });
  return { problems: look.problems, powers: look.powers, literals: look.literals };
}

/** Every name that is declared anywhere: one that is not must be a global. */
function declaredNames(tree: AnyNode): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: AnyNode | null | undefined) => {
    if (pattern === null || pattern === undefined) return;
    if (pattern.type === "Identifier") names.add(pattern.name);
    else if (pattern.type === "AssignmentPattern") bind(pattern.left);
    else if (pattern.type === "RestElement") bind(pattern.argument);
    else if (pattern.type === "ArrayPattern") { for (const one of pattern.elements) bind(one); }
    else if (pattern.type === "ObjectPattern") {
      for (const one of pattern.properties) bind(one.type === "Property" ? one.value : one);
    }
  };
  simple(tree, {
    VariableDeclarator: (node) => bind(node.id),
    Function: (node) => {
      bind(node.id);
      for (const parameter of node.params) bind(parameter);
    },
    Class: (node) => bind(node.id),
    CatchClause: (node) => bind(node.param),
  });
  return names;
}

type Told = Pick<Problem, "code" | "message" | "hint">;

class Look {
  readonly problems: Problem[] = [];
  readonly powers = new Set<string>();
  readonly literals = new Map<string, Place>();
  readonly #subject: CodeSubject;
  readonly #told = new Set<string>();

  constructor(subject: CodeSubject) {
    this.#subject = subject;
  }

  tell(node: AnyNode, severity: Problem["severity"], told: Told, place = this.#place(node)): void {
    const line = `${told.code} ${place.file} ${place.line} ${told.message}`;
    if (this.#told.has(line) || this.problems.length >= 200) return;
    this.#told.add(line);
    const { file, line: at, column } = place;
    this.problems.push(problemAt(file, { ...told, severity, line: at, column }));
  }

  identifier(node: Identifier, above: readonly AnyNode[], declared: ReadonlySet<string>): void {
    const parent = above.at(-2);
    if (node.name === "eval" && !declared.has("eval")) return this.#evaluates(node, "eval");
    const instead = ABSENT.get(node.name);
    if (instead === undefined || declared.has(node.name)) return;
    const isAsked = parent?.type === "UnaryExpression" && parent.operator === "typeof";
    const place = this.#place(node);
    if (isAsked || !place.isOwn) return;
    this.tell(node, "error", {
      code: "absent-global",
      message: `"${node.name}" is not there for extensions`,
      hint: `${instead[0]?.toUpperCase()}${instead.slice(1)}`,
    }, place);
  }

  member(node: MemberExpression): void {
    const name = nameOf(node);
    const object = node.object;
    if (name === "fetch" && object.type === "Identifier") this.#use(node, "net", "fetch");
    const on = object.type === "MemberExpression"
      ? nameOf(object)
      : object.type === "Identifier"
      ? object.name
      : undefined;
    if (name === undefined || on === undefined) return;
    if (on === "files" && FILE_READS.has(name)) this.#use(node, "files:read", `files.${name}`);
    if (on === "files" && FILE_WRITES.has(name)) this.#use(node, "files:write", `files.${name}`);
    if (on === "git" && GIT_READS.has(name)) this.#use(node, "git", `git.${name}`);
    if (on === "models" && name === "ask") this.#use(node, "models", "models.ask");
    if (on === "editor" && EDITS.has(name)) this.#use(node, `editor:${name}`, `editor.${name}`);
    if (on === "notifications" && name === "show") this.#use(node, "notifications", "notifications.show");
    if (on === "artifacts" && STORE.has(name)) this.#use(node, "artifacts", `artifacts.${name}`);
  }

  /** `({ fetch }) => …` takes a power out of the context. */
  pattern(node: Extract<AnyNode, { type: "ObjectPattern" }>): void {
    for (const one of node.properties) {
      if (one.type === "Property" && one.key.type === "Identifier" && one.key.name === "fetch") {
        this.#use(one, "net", "fetch");
      }
    }
  }

  call(node: Extract<AnyNode, { type: "CallExpression" | "NewExpression" }>): void {
    const { callee, arguments: given } = node;
    const first = given[0];
    if (callee.type === "MemberExpression" && nameOf(callee) === "ask" && isNamed(callee.object, "models")) {
      if (first?.type === "Literal" && typeof first.value === "string") this.#asks(first, first.value);
    }
    if (callee.type === "Identifier" && callee.name === "Function") {
      // What many libraries do to find the global object; it fails here, and they go on without.
      const isIdiom = first?.type === "Literal" && first.value === "return this";
      if (!isIdiom) this.#evaluates(node, "Function");
    }
    if (callee.type === "Identifier" && /^set(Timeout|Interval)$/.test(callee.name)) {
      if (first?.type === "Literal" && typeof first.value === "string") this.#evaluates(node, callee.name);
    }
    if (
      callee.type === "MemberExpression" && nameOf(callee) === "constructor" && first?.type === "Literal" &&
      typeof first.value === "string"
    ) {
      this.#evaluates(callee.property, "constructor");
    }
  }

  literal(node: Extract<AnyNode, { type: "Literal" }>): void {
    if (typeof node.value !== "string") return;
    if (/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(node.value) && !this.literals.has(node.value)) {
      this.literals.set(node.value, this.#place(node));
    }
    this.host(node, node.value);
  }

  /** An address in the text whose host the manifest does not name. */
  host(node: AnyNode, text: string): void {
    const found = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(?::(\d+))?(?=[/?#]|$)/i.exec(text);
    if (found === null) return;
    const place = this.#place(node);
    const [, scheme, host = "", port] = found;
    if (!place.isOwn || !host.includes(".") && host !== "localhost") return;
    const number = port === undefined ? scheme === "http" ? 80 : 443 : Number(port);
    const isAsked = this.#subject.permissions.some((permission) =>
      permission.kind === "net" && permission.hosts.some((pattern) => hostMatches(pattern, host, number))
    );
    if (isAsked) return;
    this.tell(node, "warning", {
      code: "undeclared-host",
      message: `Found the address of ${host}, which the manifest does not name`,
      hint: `Where it is called, ask for it: { "kind": "net", "hosts": ["${host}"], "reason": "…" }`,
    }, place);
  }

  #use(node: AnyNode, power: string, what: string): void {
    const place = this.#place(node);
    if (!place.isOwn) return;
    this.powers.add(power);
    const isAsked = this.#subject.permissions.some((permission) =>
      power === "net"
        ? permission.kind === "net"
        : permission.kind === "files" || permission.kind === "editor"
        ? power === `${permission.kind}:${permission.access}`
        : permission.kind === power
    );
    if (isAsked) return;
    const [kind, access] = power.split(":");
    const entry = access === undefined
      ? kind === "net"
        ? `"kind": "net", "hosts": ["…"]`
        : kind === "models"
        ? `"kind": "models", "use": ["…"]`
        : `"kind": "${kind}"`
      : `"kind": "${kind}", "access": "${access}"`;
    this.tell(node, "error", {
      code: "permission-missing",
      message: `Found ${what}, but the manifest does not ask for ${power}`,
      hint: `Add to "permissions": { ${entry}, "reason": "…" }`,
    }, place);
  }

  /** A task or instrument that is asked by a name that the manifest does not list. */
  #asks(node: AnyNode, use: string): void {
    const place = this.#place(node);
    const key = `models:${use}` as const;
    const lists = this.#subject.permissions.filter(({ kind }) => kind === "models");
    // Without any, the call itself is told of.
    if (!place.isOwn || lists.length === 0 || lists.some((permission) => covers(permission, key))) return;
    this.tell(node, "error", {
      code: "permission-missing",
      message: `Found a question to ${use}, which the manifest does not name`,
      hint: `Add it to the entry: { "kind": "models", "use": ["${use}"], "reason": "…" }`,
    }, place);
  }

  #evaluates(node: AnyNode, what: string): void {
    this.tell(node, "error", {
      code: "eval",
      message: `Found ${what}, which makes code out of text`,
      hint: "A host refuses it; write the code out, or leave the library that does it",
    });
  }

  #place(node: AnyNode): Place {
    const { places, folder, file } = this.#subject;
    const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
    const found = places?.at(line, column + 1);
    if (found === undefined) return { file, line, column: column + 1, isOwn: places === undefined };
    const below = relative(folder, found.file);
    return { ...found, isOwn: !below.startsWith("..") && !below.split(sep).includes("node_modules") };
  }
}

/** `models`, or `context.models`. */
function isNamed(node: AnyNode, name: string): boolean {
  return node.type === "Identifier"
    ? node.name === name
    : node.type === "MemberExpression" && nameOf(node) === name;
}

function nameOf(node: MemberExpression): string | undefined {
  const { property, computed } = node;
  if (!computed && property.type === "Identifier") return property.name;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined;
}
