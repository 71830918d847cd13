/**
 * Which files are tests, judged by where they are and what they are called, as the usual test runners do.
 *
 * @module
 */

const folder = /(?:^|\/)(?:tests?|__tests__|specs?|testing|testdata|e2e|bench(?:es|marks?)?)\//i;
const name =
  /(?:^|\/)(?:test_[^/]*|conftest)\.py$|[._-](?:test|spec|tests|bench)\.[^/]+$|(?:Test|Tests|IT|Spec)\.(?:java|kt|scala|cs)$/;

/** True where the path says that the file is a test, a benchmark or made for them. */
export function isTestFile(file: string): boolean {
  return folder.test(file) || name.test(file);
}

/** What a test's name says it tests: `parse` of `parse_test.ts`, `test_parse.py` and `ParseTest.java`. */
export function testSubject(file: string): string {
  const stem = (file.split("/").at(-1) ?? "").replace(/\.[^.]+$/, "");
  return stem.replace(/^test[_-]/i, "").replace(/[._-](?:tests?|spec|bench)$/i, "").replace(
    /(?:Tests?|IT|Spec)$/,
    "",
  )
    .toLowerCase();
}
