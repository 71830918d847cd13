/** `ext dev`. @module */

import { type Arguments, exitCodes } from "./command.ts";
import { resultText } from "./ext_author_commands.ts";
import type { DevNews } from "./ext_desk.ts";
import { deskOf, folderOf, problemText } from "./ext_text.ts";
import type { CliServices } from "./services.ts";
import { type Style, styleFor } from "./style.ts";
import { cleanLine, count, duration } from "./text.ts";

/** Stays until Ctrl-C. */
export async function extDevCommand(services: CliServices, args: Arguments): Promise<number> {
  const style = styleFor(services, services.stdout);
  const stop = new AbortController();
  const ignore = services.onInterrupt(() => stop.abort());
  let writing: Promise<void> = Promise.resolve();
  const onNews = (news: DevNews) => {
    const text = args.has("json") ? `${JSON.stringify(news)}\n` : newsText(services, news, style);
    // Nobody reads any more: there is no point in going on.
    writing = writing.then(() => services.stdout.write(text)).catch(() => stop.abort());
  };
  try {
    await (await deskOf(services, args)).dev(folderOf(services, args), onNews, stop.signal);
    await writing;
  } finally {
    ignore();
  }
  return exitCodes.completed;
}

function newsText(services: CliServices, news: DevNews, style: Style): string {
  switch (news.type) {
    case "loaded":
    case "reloaded":
      return `${problemText(services, news.problems, style)}${style("green", news.type)} version ${
        cleanLine(news.version)
      } (${count(news.contributes.length, "contribution")}: ${news.contributes.map(cleanLine).join(", ")})  ${
        style("dim", duration(news.durationMs))
      }\n`;
    case "failed": {
      const kept = news.kept === undefined ? "nothing runs yet" : "the version before goes on";
      return `${problemText(services, news.problems, style)}${style("red", "not loaded")}: ${kept}\n`;
    }
    case "changed":
      return `\n${style("cyan", "changed")} ${news.files.map(cleanLine).join(", ")}\n`;
    case "test":
      return resultText(news.result, style);
    case "log":
      return `${style("dim", "log")} ${cleanLine(news.line)}\n`;
    case "ended":
      return "";
  }
}
