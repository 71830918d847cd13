/**
 * The tables of the search in SQLite: opening, writing, and asking them. Knows nothing of where artifacts are kept.
 *
 * How a search stays quick however common a word is: the newest LOOKED artifacts that fit are taken from the index in the
 * order of their rows, which costs nothing, and only those are ranked (BM25) and counted by value. The number of all
 * that fit is always exact.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { artifactId } from "../../core/ids.ts";
import type { ArtifactInfo } from "../../core/ports/artifact.ts";
import type {
  ArtifactHit,
  ArtifactLabels,
  ArtifactQuery,
  SearchResult,
} from "../../core/ports/artifact_catalog.ts";
import { MOST_FACETS, MOST_HITS, termsOf } from "./search_text.ts";
import { highlightOf, MOST_LOOKED } from "./search_words.ts";

/** Raised when the tables change; an index of another version is made anew. */
const INDEX_VERSION = 2;
/** So many of what fits are ranked and counted by value. */
const LOOKED = 10_000;
/** Rows compared at once. */
const PAGE = 500;
/** What counts more in the ranking: the body, and what is said about it. */
const RANK = "bm25(texts, 1.0, 4.0)";

const SCHEMA = `
  create table if not exists docs (
    id integer primary key, artifact text not null unique, name text, type text, created integer, size integer,
    run text, node text, quality real, print blob
  );
  create index if not exists docs_created on docs (created);
  create index if not exists docs_run on docs (run);
  create index if not exists docs_node on docs (node);
  create table if not exists tags (doc integer not null, tag text not null, primary key (doc, tag)) without rowid;
  create index if not exists tags_tag on tags (tag);
  create table if not exists state (complete integer);
  create virtual table if not exists texts using fts5 (
    body, about, prefix = '3', tokenize = "unicode61 remove_diacritics 2 tokenchars '_'"
  );
`;

/** An artifact as it is indexed. */
export interface Doc {
  readonly info: ArtifactInfo;
  readonly labels: ArtifactLabels;
  readonly body: string;
  readonly about: string;
}

/** A row of the index, for comparison with the store. */
export interface IndexedDoc {
  readonly artifact: string;
  /** Of what was indexed. */
  readonly print: string;
  /** Of what is there now; another one where the row was damaged. */
  readonly printNow: string;
}

export class SearchIndex implements Disposable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #closed = false;

  /** Opens the file, or makes it anew where it is of another version or no database. `:memory:` keeps nothing. */
  constructor(file: string) {
    this.#db = openIndex(file);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get isComplete(): boolean {
    return this.#all("select 1 from state", []).length > 0;
  }

  complete(): void {
    this.#db.exec("insert into state (complete) values (1)");
  }

  clear(): void {
    this.#db.exec("delete from state; delete from docs; delete from tags; delete from texts;");
  }

  /** Replaces what is there of these artifacts, in one transaction. */
  write(docs: readonly Doc[], gone: readonly string[]): void {
    this.#db.exec("begin immediate");
    try {
      for (const id of gone) this.#drop(id);
      for (const doc of docs) this.#insert(doc);
      this.#db.exec("commit");
    } catch (error) {
      this.#db.exec("rollback");
      throw error;
    }
  }

  /** @throws SymphonyError `bad-input` for a text that cannot be read */
  search(query: ArtifactQuery): SearchResult {
    const { where, values } = conditions(query);
    const isText = query.text !== undefined;
    const from = isText ? "texts join docs on docs.id = texts.rowid" : "docs";
    const rank = isText ? RANK : "0";
    const newest = isText ? "texts.rowid desc" : "docs.id desc";
    const looked = (columns: string) =>
      `(select ${columns} from ${from} ${where} order by ${newest} limit ${LOOKED})`;
    const limit = Math.min(MOST_HITS, Math.max(0, query.limit ?? 20));
    // Where only the words restrict, the index counts without looking at a single artifact.
    const counting = isText && values.length === 1 ? "texts" : from;
    const total = Number(this.#all(`select count(*) as n from ${counting} ${where}`, values)[0]?.["n"] ?? 0);
    const rows = this.#all(
      `select docs.*, found.doc from ${looked(`docs.id as doc, ${rank} as score`)} as found
       join docs on docs.id = found.doc
       order by found.score, docs.created desc, docs.artifact limit ? offset ?`,
      [...values, limit, query.offset ?? 0],
    );
    const facet = (column: string, join: string) =>
      Object.fromEntries(
        this.#all(
          `select ${column} as value, count(*) as n from ${
            looked("docs.id as doc, docs.type, docs.run")
          } as found
           ${join} group by 1 order by 2 desc, 1 limit ${MOST_FACETS}`,
          values,
        ).filter(({ value }) => value !== null).map(({ value, n }) => [String(value), Number(n)]),
      );
    return {
      hits: this.#hits(rows, query.text),
      total,
      ...(total > LOOKED ? { looked: LOOKED } : {}),
      facets: {
        type: facet("found.type", ""),
        tag: facet("tags.tag", "join tags on tags.doc = found.doc"),
        run: facet("found.run", ""),
      },
    };
  }

  /** Every row, in the order of the artifacts. */
  *docs(): Iterable<IndexedDoc> {
    for (let after = "";;) {
      const rows = this.#all(
        `select docs.*, texts.body, texts.about,
         (select group_concat(tag, ',') from (select tag from tags where tags.doc = docs.id order by tag)) as tagged
         from docs left join texts on texts.rowid = docs.id where artifact > ? order by artifact limit ${PAGE}`,
        [after],
      );
      for (const row of rows) yield indexedDoc(row);
      if (rows.length < PAGE) return;
      after = String(rows.at(-1)?.["artifact"]);
    }
  }

  /** What SQLite finds wrong with its own tables. */
  damage(): readonly string[] {
    const found: string[] = [];
    const [check] = this.#all("pragma integrity_check", []);
    if (check?.["integrity_check"] !== "ok") {
      found.push(`the index is damaged: ${check?.["integrity_check"]}`);
    }
    try {
      this.#db.exec("insert into texts (texts, rank) values ('integrity-check', 1)");
    } catch (error) {
      found.push(`the index is damaged: its words are not those of its texts (${messageOf(error)})`);
    }
    return found;
  }

  [Symbol.dispose](): void {
    if (!this.#closed) this.#db.close();
    this.#closed = true;
  }

  /** The page of hits with highlights, which are made for them alone. */
  #hits(rows: readonly Record<string, unknown>[], text: string | undefined): ArtifactHit[] {
    const highlights = new Map<unknown, string>();
    if (text !== undefined && rows.length > 0) {
      const terms = termsOf(text);
      const ids = rows.map(({ doc }) => Number(doc)).join(",");
      const found = this.#db.prepare(
        `select rowid, substr(body, 1, ${MOST_LOOKED}) as body, about from texts where rowid in (${ids})`,
      ).all() as Record<string, unknown>[];
      for (const { rowid, body, about } of found) {
        const shown = highlightOf(String(body), terms) ?? highlightOf(String(about), terms);
        highlights.set(rowid, shown ?? this.#snippet(Number(rowid), text));
      }
    }
    return rows.map((row) => ({
      artifact: artifactId(String(row["artifact"])),
      name: String(row["name"]),
      type: String(row["type"]),
      createdAt: Number(row["created"]),
      sizeBytes: Number(row["size"]),
      highlight: highlights.get(row["doc"]) ?? "",
    }));
  }

  /** What FTS5 shows of a text whose first words do not have what was looked for. */
  #snippet(row: number, text: string): string {
    const [found] = this.#all(
      "select snippet(texts, -1, '[', ']', '…', 12) as shown from texts where texts match ? and rowid = ?",
      [matchOf(text), row],
    );
    return String(found?.["shown"] ?? "");
  }

  #insert(doc: Doc): void {
    const { info, labels, body, about } = doc;
    // What is taken in again keeps its place, so that rows stay in the order in which artifacts came.
    const before = this.#drop(info.id);
    const { lastInsertRowid: id } = this.#prepared(
      `insert into docs (id, artifact, name, type, created, size, run, node, quality, print)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      before ?? null,
      info.id,
      info.name ?? "",
      info.type,
      info.createdAt,
      info.sizeBytes,
      info.origin?.run ?? null,
      info.origin?.node ?? null,
      qualityOf(labels),
      printOfDoc(doc),
    );
    for (const tag of labels.tags) this.#prepared("insert into tags (doc, tag) values (?, ?)").run(id, tag);
    this.#prepared("insert into texts (rowid, body, about) values (?, ?, ?)").run(id, body, about);
  }

  #drop(artifact: string): number | undefined {
    const [doc] = this.#all("select id from docs where artifact = ?", [artifact]);
    if (doc === undefined) return undefined;
    const id = doc["id"] as number;
    this.#prepared("delete from docs where id = ?").run(id);
    this.#prepared("delete from tags where doc = ?").run(id);
    this.#prepared("delete from texts where rowid = ?").run(id);
    return id;
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

function indexedDoc(row: Record<string, unknown>): IndexedDoc {
  const text = (name: string) => row[name] === null || row[name] === undefined ? "" : String(row[name]);
  const names = [
    "artifact",
    "name",
    "type",
    "created",
    "size",
    "run",
    "node",
    "quality",
    "tagged",
    "body",
    "about",
  ];
  return {
    artifact: text("artifact"),
    print: hexOf(row["print"]),
    printNow: hexOf(printOf(names.map(text))),
  };
}

/** What tells whether a row is as it was indexed and as it should be now. */
export function printOfDoc({ info, labels, body, about }: Doc): Uint8Array {
  return printOf([
    info.id,
    info.name ?? "",
    info.type,
    String(info.createdAt),
    String(info.sizeBytes),
    info.origin?.run ?? "",
    info.origin?.node ?? "",
    String(qualityOf(labels) ?? ""),
    [...labels.tags].sort().join(","),
    body,
    about,
  ]);
}

function qualityOf({ scores }: ArtifactLabels): number | null {
  return scores.length === 0 ? null : Math.max(...scores.map(({ value }) => value));
}

function printOf(parts: readonly string[]): Uint8Array {
  const hash = createHash("sha256");
  // SQLite has no unpaired surrogates and ends a text at NUL in some places; both come out the same here.
  for (const part of parts) hash.update(part.toWellFormed()).update("\u0000");
  return hash.digest().subarray(0, 16);
}

export function hexOf(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("hex") : "";
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
      removeIndex(file);
    }
  }
}

/** Removes the files of an index. */
export function removeIndex(file: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      Deno.removeSync(file + suffix);
    } catch {
      // It was not there.
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

/** The terms as FTS5 reads them. */
function matchOf(text: string): string {
  return termsOf(text).map((term) => term.isBeginning ? `"${term.text}" *` : `"${term.text}"`).join(" AND ");
}
