import { LmdbDag } from "../../pit/dag/lmdb.ts";
import { MemoryDag } from "../../pit/dag/memory.ts";
import { testDagPort } from "../contracts/dag_contract.ts";
import { testLogCompactionPort } from "../contracts/log_compaction_contract.ts";
import { plain } from "../contracts/subject.ts";
import { overTemporaryStore } from "./temporary_store.ts";

testDagPort("MemoryDag", () => Promise.resolve(plain(new MemoryDag())));
testDagPort("LmdbDag", () => overTemporaryStore((store) => new LmdbDag(store)));
testLogCompactionPort("MemoryDag", () => Promise.resolve(plain(new MemoryDag())));
testLogCompactionPort("LmdbDag", () => overTemporaryStore((store) => new LmdbDag(store)));
