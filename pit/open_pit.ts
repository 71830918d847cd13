/**
 * The Pit over a data folder: five ports and run control on one LMDB environment.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import type { ArtifactPort } from "../core/ports/artifact.ts";
import type { ClockPort } from "../core/ports/clock.ts";
import type { LogCompactionPort } from "../core/ports/log_compaction.ts";
import type { MemoPort } from "../core/ports/memo.ts";
import type { PlanRecordPort } from "../core/ports/plan_records.ts";
import type { PitPort } from "../core/ports/pit.ts";
import type { PoolHistoryPort, PoolPort, PoolWatchPort } from "../core/ports/pool.ts";
import type { RetentionSettings } from "../core/ports/retention.ts";
import type { QueuePort } from "../core/ports/queue.ts";
import type { RunControlPort } from "../core/ports/run_control.ts";
import { Arbitration, type ArbitrationOptions } from "./arbitration/arbitration.ts";
import { keptLevels } from "./arbitration/kept_levels.ts";
import { LmdbShareBook } from "./arbitration/lmdb_share_book.ts";
import { Blocks } from "./artifact/blocks.ts";
import { LmdbArtifactCatalog } from "./artifact/catalog.ts";
import { LmdbArtifacts } from "./artifact/lmdb.ts";
import { LmdbArtifactReclaim } from "./artifact/reclaim.ts";
import { LazyArtifactSearch } from "./artifact/lazy_search.ts";
import { LmdbArtifactStreams } from "./artifact/stream.ts";
import { StoreCheckup } from "./artifact/checkup.ts";
import { StoreEncryption } from "./artifact/encryption.ts";
import { noSecret, type SecretSource, Vault } from "./artifact/vault.ts";
import { LmdbDag } from "./dag/lmdb.ts";
import { LmdbLogMarks } from "./dag/log_marks.ts";
import { LogUpkeep } from "./dag/log_upkeep.ts";
import { LmdbMemo } from "./dag/lmdb_memo.ts";
import { LmdbPlans } from "./dag/lmdb_plans.ts";
import { ProofOfLife } from "./dag/proof_of_life.ts";
import { LmdbRunControl } from "./dag/run_control.ts";
import { Filing } from "./filing/filing.ts";
import { LmdbFilingLedger } from "./filing/ledger.ts";
import { LogLineage } from "./filing/lineage.ts";
import { InstancePool, type Instances, type PoolOptions } from "./pool/pool.ts";
import { LmdbPoolRecords } from "./pool/records.ts";
import { LmdbQueue } from "./queue/lmdb.ts";
import { Archives } from "./stale/archives.ts";
import { ColdStore, type Environment } from "./stale/cold.ts";
import { TrainingData } from "./stale/dataset.ts";
import { LmdbStale } from "./stale/lmdb.ts";
import { Mover } from "./stale/mover.ts";
import { Readings } from "./stale/readings.ts";
import { Retention } from "./stale/retention.ts";
import { RetentionSchedule, turnIn } from "./stale/schedule.ts";
import { retentionSettings } from "./stale/settings.ts";
import { LmdbShelves } from "./stale/shelves.ts";
import { storageError } from "./storage_error.ts";
import { openStore, type Store } from "./store.ts";

/** An open Pit with run control, kept results and the queue beside it. Disposing drains the pool, ends the claims and closes the store. */
export type OpenPit =
  & PitPort
  & {
    readonly pool: PoolPort & PoolWatchPort;
    readonly pools: PoolHistoryPort;
    readonly control: RunControlPort;
    readonly memo: MemoPort;
    readonly plans: PlanRecordPort;
    readonly queue: QueuePort;
    readonly compaction: LogCompactionPort;
    /**
     * Goes on by other limits: what is held stays held, what waits is decided by them.
     * @throws RangeError for a limit that is not positive; then nothing is changed
     */
    changeLimits(limits: PitLimits): void;
  }
  & AsyncDisposable;

/** What a person may set while a process is at work; what is absent is not limited. */
export type PitLimits =
  & Pick<PoolOptions, "mostInstances" | "mostMemoryBytes">
  & Pick<ArbitrationOptions, "limits" | "weights">;

/** What the parts of a Pit are made with. */
export type PitOptions = PoolOptions & Omit<ArbitrationOptions, "book"> & PitSurroundings & {
  /** The process whose pool is written down for others to see; without it, it is not. */
  readonly pid?: number;
};

/** What the Pit takes from the surroundings. */
export interface PitSurroundings {
  /** For an encrypted store. */
  readonly secret?: SecretSource;
  /** The passphrase that takes the place of the present one. */
  readonly newPassphrase?: () => Promise<string | undefined>;
  /** scrypt's cost for a new passphrase; tests take a small one. */
  readonly scryptCost?: number;
  /** The file of the decision log. */
  readonly decisions?: string;
  /** True where policies may run by themselves meanwhile: for what stays open, not for a short command. */
  readonly runsPolicies?: boolean;
  /** Where the keys of the cold tier are. */
  readonly environment?: Environment;
}

/**
 * Opens the Pit in `dataFolder`, which must exist. Several processes may do so at once.
 * @throws SymphonyError `unsupported` | `disk-full` | `permission` | `io` | `corrupt`
 */
export async function openPit(
  dataFolder: string,
  instances: Instances,
  clock: ClockPort,
  options: PitOptions = {},
): Promise<OpenPit> {
  const { secret, newPassphrase, scryptCost, environment = () => undefined } = options;
  const { decisions = "", runsPolicies = false } = options;
  const store = await openStore(dataFolder);
  const pool = new InstancePool(instances, clock, options);
  const proof = new ProofOfLife(store, `${dataFolder}/locks`);
  const control = new LmdbRunControl(store, proof);
  const pools = new LmdbPoolRecords(store, clock, () => poolMovesMs(store));
  const book = () => LmdbShareBook.open(dataFolder, proof, keptLevels(store));
  const arbitration = new Arbitration(clock, { ...options, book });
  if (options.pid !== undefined) pools.record({ pool, arbitration }, options.pid);
  const vault = new Vault(store, secret);
  const archives = new Archives(`${dataFolder}/warm`, () => coldStore(store, environment));
  const blocks = new Blocks(store, vault, archives);
  const dag = new LmdbDag(store);
  const artifacts = new LmdbArtifacts(store, clock, blocks);
  const mover = new Mover(store, blocks, archives);
  const readings = new Readings(store, clock, mover);
  artifacts.onRead = (id) => readings.note(id);
  // What the Pit reads for itself is no use of an artifact.
  const quiet: ArtifactPort = {
    put: (bytes, meta) => artifacts.put(bytes, meta),
    get: (id) => artifacts.peek(id),
    info: (id) => artifacts.info(id),
    list: (filter) => artifacts.list(filter),
    verify: () => artifacts.verify(),
  };
  const catalog = new LmdbArtifactCatalog(store, clock);
  const search = new LazyArtifactSearch(async () => {
    const { IN_MEMORY, SqliteArtifactSearch } = await import("./artifact/search.ts");
    // An index on the disk would hold the plain text of what is encrypted.
    const file = vault.status() === undefined ? `${dataFolder}/search.db` : IN_MEMORY;
    return new SqliteArtifactSearch(file, { store, artifacts: quiet, catalog });
  });
  const streams = new LmdbArtifactStreams(store, clock, blocks);
  const ledger = new LmdbFilingLedger(store, catalog);
  const filing = new Filing({ dag, artifacts: quiet, ledger, search, clock });
  const checkup = new StoreCheckup({
    store,
    blocks,
    artifacts: quiet,
    dag,
    search,
    filing,
    enqueue: (run) => ledger.enqueue(run),
    copies: archives,
  });
  const encryption = new StoreEncryption({
    store,
    blocks,
    source: secret ?? noSecret,
    archives: mover,
    newPassphrase: newPassphrase ?? (() => Promise.resolve(undefined)),
    now: () => clock.now(),
    async onEncrypted() {
      await search.reset();
      removeFiles(["search.db", "search.db-wal", "search.db-shm"].map((name) => `${dataFolder}/${name}`));
    },
    ...(scryptCost === undefined ? {} : { cost: scryptCost }),
  });
  const shelves = new LmdbShelves({ store, blocks, mover, readings, dag });
  const retention: Retention = new Retention(shelves, clock, () => filing.catchUp(), {
    files: () => fileSizes(dataFolder),
    logs: () => logs.report(),
  });
  const logs = new LogUpkeep({
    dag,
    marks: new LmdbLogMarks(store),
    clock,
    policy: async () => (await retention.settings()).logs ?? {},
  });
  const schedule = new RetentionSchedule(retention, clock, turnIn(store));
  if (runsPolicies) {
    schedule.start();
    logs.start();
  }
  return {
    changeLimits(limits) {
      arbitration.change(limits);
      pool.changeBounds(limits);
    },
    pool,
    pools,
    dag,
    compaction: dag,
    artifacts,
    arbitration,
    stale: new LmdbStale(store, () => filing.soon()),
    retention,
    training: new TrainingData({ lines: () => linesOf(decisions), streams, catalog }),
    library: {
      catalog,
      streams,
      reclaim: new LmdbArtifactReclaim(store, blocks),
      search,
      lineage: new LogLineage({ dag, artifacts: quiet, ledger }),
      filing,
      checkup,
      encryption,
    },
    control,
    plans: new LmdbPlans(store, clock),
    memo: new LmdbMemo(store),
    queue: new LmdbQueue(store),
    async [Symbol.asyncDispose]() {
      await schedule[Symbol.asyncDispose]();
      await logs[Symbol.asyncDispose]();
      await search[Symbol.asyncDispose]();
      await filing[Symbol.asyncDispose]();
      await readings[Symbol.asyncDispose]();
      await pool.drain();
      await pools[Symbol.asyncDispose]();
      await arbitration[Symbol.asyncDispose]();
      await control[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** @throws SymphonyError `bad-input` where no cold tier is set, `permission` where its keys are missing */
function coldStore(store: Store, environment: Environment): ColdStore {
  const settings = keptSettings(store);
  if (settings?.cold !== undefined) return new ColdStore(settings.cold, environment);
  throw new SymphonyError("bad-input", "Cannot reach the cold tier: none is set", {
    hint: 'Set "cold" with stale policies --set FILE',
  });
}

const DAY_MS = 86_400_000;
const POOL_MOVES_DAYS = 90;

/** How long moves of the pool are kept; for ever while the settings cannot be read. */
function poolMovesMs(store: Store): number {
  try {
    return (keptSettings(store)?.poolMovesDays ?? POOL_MOVES_DAYS) * DAY_MS;
  } catch {
    return Infinity;
  }
}

function keptSettings(store: Store): RetentionSettings | undefined {
  const bytes = store.table("retention").getBinary("settings");
  return bytes === undefined ? undefined : retentionSettings(JSON.parse(new TextDecoder().decode(bytes)));
}

function removeFiles(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw storageError(`remove "${path}"`, error);
    }
  }
}

/** The lines of a text file; none where there is no such file. */
async function* linesOf(path: string): AsyncIterable<string> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (path === "" || error instanceof Deno.errors.NotFound) return;
    throw storageError(`read "${path}"`, error);
  }
  let rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** What the folder's files take, in bytes; folders summed up. */
function fileSizes(folder: string): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {};
  const sizeOf = (path: string): number => {
    const { isDirectory, size, blocks } = Deno.statSync(path);
    if (!isDirectory) return blocks === null ? size : Math.min(size, blocks * 512);
    return [...Deno.readDirSync(path)].reduce((sum, { name }) => sum + sizeOf(`${path}/${name}`), 0);
  };
  for (const { name } of Deno.readDirSync(folder)) {
    try {
      sizes[name] = sizeOf(`${folder}/${name}`);
    } catch {
      // It went away meanwhile.
    }
  }
  return sizes;
}
