/**
 * A bundled module as a script, for engines that evaluate scripts: its one `export` statement, which the bundler puts last,
 * becomes what the script gives. Nothing moves to another line but by one.
 *
 * @module
 */

const LAST_EXPORT = /\bexport\s*\{([^{}]*)\}\s*;?\s*((?:\/\/[^\n]*\s*)*)$/;
const AS_DEFAULT = /(?:^|,)\s*([A-Za-z_$][\w$]*)\s+as\s+default\s*(?=,|$)/;

/** Lines by which places in the script lie below those of the module. */
export const LINES_ABOVE = 1;

/**
 * An expression: a promise of the module's default export. The global names given in `names` become local ones: a
 * compartment looks a global name up through a proxy each time, which makes a loop over `Math.floor` a hundred times slower.
 * @throws TypeError where the module has another form
 */
export function scriptOf(code: string, names: readonly string[] = []): string {
  const found = LAST_EXPORT.exec(code);
  const name = found === null ? undefined : AS_DEFAULT.exec(found[1] ?? "")?.[1];
  if (found === null || name === undefined) {
    throw new TypeError(
      "Its bundle does not end with an export of a default: expected export { … as default }",
    );
  }
  const given = names.filter((one) =>
    /^[A-Za-z_$][\w$]*$/.test(one) && one !== "eval" && one !== "arguments"
  );
  const body = evaded(code.slice(0, found.index));
  return `(({ ${
    given.join(", ")
  } }) => (async () => {\n${body}\nreturn ${name};\n})())(globalThis)\n//# sourceURL=extension.js`;
}

/**
 * Hardened JavaScript refuses a text that could hold a dynamic import, a direct eval or an HTML-like comment, without
 * looking whether it stands in a literal. Escaped, such a place means the same in a literal and is an error in code.
 * Compilers to WebAssembly leave a direct eval in their code that is never reached; it becomes an indirect one, which
 * fails when it is called.
 */
function evaded(code: string): string {
  return code.replace(/([=;{}&|?:]\s*)eval\(/g, "$1(0,eval)(").replace(
    /(?<![.\w$])(import|eval)(\s*)\(/g,
    "$1$2\\x28",
  )
    .replaceAll("<!--", "<\\!--").replaceAll("-->", "--\\>");
}

/** Places of a script, in a stack or message, as places of its module; those of the worker's own module are told apart. */
export function placesInModule(text: string): string {
  return text.replace(/\bbundle\.js:/g, "host.js:")
    .replace(/\bextension\.js:(\d+)/g, (_, line: string) => `bundle.js:${Number(line) - LINES_ABOVE}`);
}
