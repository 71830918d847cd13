import { LmdbQueue } from "../../pit/queue/lmdb.ts";
import { MemoryQueue } from "../../pit/queue/memory.ts";
import { testQueuePort } from "../contracts/queue_contract.ts";
import { plain } from "../contracts/subject.ts";
import { overTemporaryStore } from "./temporary_store.ts";

testQueuePort("MemoryQueue", () => Promise.resolve(plain(new MemoryQueue())));
testQueuePort("LmdbQueue", () => overTemporaryStore((store) => new LmdbQueue(store)));
