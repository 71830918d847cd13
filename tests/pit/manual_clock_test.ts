import { testClockPort } from "../contracts/clock_contract.ts";
import { ManualClock } from "./manual_clock.ts";

testClockPort("ManualClock", () => {
  const clock = new ManualClock();
  return { clock, pass: (ms) => Promise.resolve(clock.advance(ms)) };
});
