import { LmdbStale } from "../../pit/stale/lmdb.ts";
import { MemoryStale } from "../../pit/stale/memory.ts";
import { testStalePort } from "../contracts/stale_contract.ts";
import { plain } from "../contracts/subject.ts";
import { overTemporaryStore } from "./temporary_store.ts";

testStalePort("MemoryStale", () => Promise.resolve(plain(new MemoryStale())));
testStalePort("LmdbStale", () => overTemporaryStore((store) => new LmdbStale(store)));
