/**
 * Full-text search over artifacts: an index in SQLite (FTS5) beside the store, made from the store and checked against
 * it, so it may be thrown away at any time.
 *
 * What is indexed: the text of artifacts whose type says text or JSON, up to MOST_TEXT characters; the name, the names and
 * messages of versions, tags.
 *
 * @module
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId } from "../../core/ids.ts";
import type { ArtifactInfo, ArtifactPort } from "../../core/ports/artifact.ts";
import type {
  ArtifactCatalogPort,
  ArtifactHit,
  ArtifactLabels,
  ArtifactQuery,
  ArtifactSearchPort,
  SearchResult,
} from "../../core/ports/artifact_catalog.ts";
import type { Store, Table } from "../store.ts";

/** Raised when the tables change; an index of another version is made anew. */
const INDEX_VERSION = 1;
const MOST_TEXT = 1_000_000;
const BATCH = 500;
const MOST_HITS = 1_000;
const MOST_FACETS = 20;

interface Doc {
  readonly info: ArtifactInfo;
  readonly labels: ArtifactLabels;
  readonly body: string;
  readonly about: string;
}

const SCHEMA = `
  create table if not exists docs (
    id integer primary key, artifact text not null unique, name text, type text, created integer, size integer,
    run text, node text, quality real
  );
  create index if not exists docs_created on docs (created);
  create table if not exists tags (doc integer not null, tag text not null, primary key (doc, tag)) without rowid;
  create index if not exists tags_tag on tags (tag);
  create table if not exists state (complete integer);
  create virtual table if not exists texts using fts5 (body, about, tokenize = "unicode61 remove_diacritics 2 tokenchars '_'");
`;

/** ArtifactSearchPort in a file of its own in the data folder. */
export class SqliteArtifactSearch implements ArtifactSearchPort, Disposable {
  readonly #store: Store;
  readonly #artifacts: ArtifactPort;
  readonly #catalog: ArtifactCatalogPort;
  readonly #records: Table;
  readonly #unindexed: Table;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #closed = false;

  constructor(
    file: string,
    parts: { readonly store: Store; readonly artifacts: ArtifactPort; readonly catalog: ArtifactCatalogPort },
  ) {
    this.#store = parts.store;
    this.#artifacts = parts.artifacts;
    this.#catalog = parts.catalog;
    this.#records = parts.store.table("artifacts");
    this.#unindexed = parts.store.table("unindexed");
    this.#db = openIndex(file);
  }

  async search(query: ArtifactQuery): Promise<SearchResult> {
    await this.refresh();
    const { where, values } = conditions(query);
    const from = query.text === undefined ? "docs" : "texts join docs on docs.id = texts.rowid";
    const order = query.text === undefined ? "created desc, artifact" : "rank, created desc, artifact";
    const highlight = query.text === undefined ? "''" : "snippet(texts, -1, '[', ']', '…', 12)";
    const limit = Math.min(MOST_HITS, query.limit ?? 20);
    try {
      const rows = this.#all(
        `select docs.*, ${highlight} as highlight from ${from} ${where} order by ${order} limit ? offset ?`,
        [...values, limit, query.offset ?? 0],
      );
      const [counted] = this.#all(`select count(*) as total from ${from} ${where}`, values);
      const facet = (column: string, tables: string) =>
        Object.fromEntries(
          this.#all(
            `select ${column} as value, count(*) as n from ${tables} ${where} group by 1 order by 2 desc, 1 limit ${MOST_FACETS}`,
            values,
          ).filter(({ value }) => value !== null).map(({ value, n }) => [String(value), Number(n)]),
        );
      return {
        hits: rows.map(hitOf),
        total: Number(counted?.["total"] ?? 0),
        facets: {
          type: facet("docs.type", from),
          tag: facet("tags.tag", `${from} join tags on tags.doc = docs.id`),
          run: facet("docs.run", from),
        },
      };
    } catch (cause) {
      if (!/fts5|syntax error/.test(messageOf(cause))) throw cause;
      throw new SymphonyError(
        "bad-input",
        `Cannot search for ${JSON.stringify(query.text)}: ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  async refresh(): Promise<number> {
    this.#store.refresh();
    const isComplete = this.#all("select 1 from state", []).length > 0;
    const ids = [...(isComplete ? this.#unindexed : this.#records).getKeys({})].map((key) =>
      artifactId(String(key))
    );
    if (ids.length === 0 && isComplete) return 0;
    const about = await this.#aboutOf(new Set(ids));
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = ids.slice(from, from + BATCH);
      await this.#take(batch, about);
      // What was changed once more meanwhile is noted once more, and taken in the next time.
      await this.#store.commit(() => {
        for (const id of batch) this.#unindexed.removeSync(id);
      });
    }
    if (!isComplete) this.#db.exec("insert into state (complete) values (1)");
    return ids.length;
  }

  async rebuild(): Promise<number> {
    this.#db.exec("delete from state; delete from docs; delete from tags; delete from texts;");
    return await this.refresh();
  }

  async faults(): Promise<readonly string[]> {
    await this.refresh();
    const indexed = new Set(
      this.#all("select artifact from docs", []).map(({ artifact }) => String(artifact)),
    );
    const faults: string[] = [];
    for (const key of this.#records.getKeys({})) {
      if (!indexed.delete(String(key))) faults.push(`${String(key)} is in the store and not in the index`);
    }
    for (const id of indexed) faults.push(`${id} is in the index and not in the store`);
    const [check] = this.#all("pragma integrity_check", []);
    if (check?.["integrity_check"] !== "ok") {
      faults.push(`the index is damaged: ${check?.["integrity_check"]}`);
    }
    return faults;
  }

  [Symbol.dispose](): void {
    if (!this.#closed) this.#db.close();
    this.#closed = true;
  }

  async #take(ids: readonly ArtifactId[], about: ReadonlyMap<ArtifactId, readonly string[]>): Promise<void> {
    const docs: Doc[] = [];
    const gone: ArtifactId[] = [];
    for (const id of ids) {
      const info = await this.#artifacts.info(id);
      if (info === undefined) {
        gone.push(id);
        continue;
      }
      const labels = await this.#catalog.labels(id);
      const words = [info.name ?? "", ...labels.tags, ...about.get(id) ?? []].join(" ");
      docs.push({ info, labels, body: await this.#textOf(info), about: words });
    }
    this.#inTransaction(() => {
      for (const id of gone) this.#drop(id);
      for (const doc of docs) this.#insert(doc);
    });
  }

  #insert({ info, labels, body, about }: Doc): void {
    this.#drop(info.id);
    const values = labels.scores.map(({ value }) => value);
    const { lastInsertRowid: doc } = this.#prepared(
      "insert into docs (artifact, name, type, created, size, run, node, quality) values (?, ?, ?, ?, ?, ?, ?, ?)",
    ).run(
      info.id,
      info.name ?? "",
      info.type,
      info.createdAt,
      info.sizeBytes,
      info.origin?.run ?? null,
      info.origin?.node ?? null,
      values.length === 0 ? null : Math.max(...values),
    );
    for (const tag of labels.tags) {
      this.#prepared("insert into tags (doc, tag) values (?, ?)").run(doc, tag);
    }
    this.#prepared("insert into texts (rowid, body, about) values (?, ?, ?)").run(doc, body, about);
  }

  async #textOf(info: ArtifactInfo): Promise<string> {
    if (!/^text\/|[/+]json$|[/+]xml$|javascript|typescript/.test(info.type)) return "";
    try {
      const bytes = await this.#artifacts.get(info.id);
      return new TextDecoder().decode(bytes?.subarray(0, MOST_TEXT * 3)).slice(0, MOST_TEXT);
    } catch (error) {
      // What is damaged is `verify`'s to say; it can still be found by its name.
      if (error instanceof SymphonyError && error.code === "corrupt") return "";
      throw error;
    }
  }

  /** Names and messages of the versions that these artifacts are. */
  async #aboutOf(ids: ReadonlySet<ArtifactId>): Promise<ReadonlyMap<ArtifactId, readonly string[]>> {
    const about = new Map<ArtifactId, string[]>();
    for await (const { name } of this.#catalog.names()) {
      for (const { artifact, message } of await this.#catalog.versions(name)) {
        if (!ids.has(artifact)) continue;
        const words = about.get(artifact);
        if (words === undefined) about.set(artifact, [name, message]);
        else words.push(name, message);
      }
    }
    return about;
  }

  #drop(artifact: string): void {
    const [doc] = this.#all("select id from docs where artifact = ?", [artifact]);
    if (doc === undefined) return;
    const id = doc["id"] as number;
    this.#prepared("delete from docs where id = ?").run(id);
    this.#prepared("delete from tags where doc = ?").run(id);
    this.#prepared("delete from texts where rowid = ?").run(id);
  }

  #inTransaction(act: () => void): void {
    this.#db.exec("begin immediate");
    try {
      act();
      this.#db.exec("commit");
    } catch (error) {
      this.#db.exec("rollback");
      throw error;
    }
  }

  #all(sql: string, values: readonly SQLInputValue[]): Record<string, unknown>[] {
    return this.#prepared(sql).all(...values) as Record<string, unknown>[];
  }

  #prepared(sql: string): StatementSync {
    let known = this.#statements.get(sql);
    if (known === undefined) this.#statements.set(sql, known = this.#db.prepare(sql));
    return known;
  }
}

/** Opens the index, or makes it anew where it is of another version or no database at all. */
function openIndex(file: string): DatabaseSync {
  for (let attempt = 0;; attempt++) {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(file);
      db.exec("pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal;");
      const { user_version: version } = db.prepare("pragma user_version").get() as { user_version: number };
      if (version !== 0 && version !== INDEX_VERSION) throw new Error(`its version is ${version}`);
      db.exec(SCHEMA);
      db.exec(`pragma user_version = ${INDEX_VERSION}`);
      return db;
    } catch (cause) {
      db?.close();
      if (attempt > 0) {
        throw new SymphonyError("io", `Cannot open the search index "${file}": ${messageOf(cause)}`, {
          cause,
        });
      }
      for (const suffix of ["", "-wal", "-shm"]) {
        try {
          Deno.removeSync(file + suffix);
        } catch {
          // It was not there.
        }
      }
    }
  }
}

function conditions(query: ArtifactQuery): { readonly where: string; readonly values: SQLInputValue[] } {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (sql: string, value: SQLInputValue | undefined) => {
    if (value === undefined) return;
    parts.push(sql);
    values.push(value);
  };
  add("texts match ?", query.text === undefined ? undefined : matchOf(query.text));
  add("docs.type = ?", query.type);
  add("docs.run = ?", query.run);
  add("docs.node = ?", query.node);
  add("docs.created >= ?", query.since);
  add("docs.created <= ?", query.until);
  add("docs.quality >= ?", query.minQuality);
  add("docs.id in (select doc from tags as wanted where wanted.tag = ?)", query.tag);
  return { where: parts.length === 0 ? "" : `where ${parts.join(" and ")}`, values };
}

/** Words and phrases as FTS5 reads them: nothing that a person types is an operator, except `*` at a word's end. */
function matchOf(text: string): string {
  const parts = text.match(/"[^"]*"|[^\s"]+/g) ?? [];
  const terms = parts.map((part) => {
    const isPhrase = part.startsWith('"');
    const word = part.replaceAll('"', "").trim();
    if (!isPhrase && word.endsWith("*") && word.length > 1) return `"${word.slice(0, -1)}" *`;
    return word === "" ? "" : `"${word}"`;
  }).filter((term) => term !== "");
  if (terms.length === 0) throw new SymphonyError("bad-input", `Cannot search for "${text}": it has no word`);
  return terms.join(" AND ");
}

function hitOf(row: Record<string, unknown>): ArtifactHit {
  return {
    artifact: artifactId(String(row["artifact"])),
    name: String(row["name"]),
    type: String(row["type"]),
    createdAt: Number(row["created"]),
    sizeBytes: Number(row["size"]),
    highlight: String(row["highlight"]),
  };
}
