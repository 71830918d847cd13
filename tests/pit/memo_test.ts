import { LmdbMemo } from "../../pit/dag/lmdb_memo.ts";
import { MemoryMemo } from "../../pit/dag/memory_memo.ts";
import { testMemoPort } from "../contracts/memo_contract.ts";
import { plain } from "../contracts/subject.ts";
import { overTemporaryStore } from "./temporary_store.ts";

testMemoPort("MemoryMemo", () => Promise.resolve(plain(new MemoryMemo())));
testMemoPort("LmdbMemo", () => overTemporaryStore((store) => new LmdbMemo(store)));
