/**
 * Which language a file is in: by name, by first line, by a mode line; and that every language that has a grammar colours something.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Buffers } from "../../../editor/buffers.ts";
import { PluginHost } from "../../../editor/plugins/plugin_host.ts";
import { loadGrammar, startEngine } from "../../../editor/syntax/grammar.ts";
import {
  languageCalled,
  languageNamed,
  languageOf,
  openingLines,
} from "../../../editor/syntax/language_of.ts";
import { JSDOC, LANGUAGES } from "../../../editor/syntax/languages.ts";
import { Rope } from "../../../editor/text/rope.ts";

const BY_PATH: Readonly<Record<string, string>> = {
  "/a/b.rs": "Rust",
  "b.d.ts": "TypeScript",
  "x.TSX": "TypeScript (React)",
  "Makefile": "Makefile",
  "/x/.bashrc": "Bourne Again Shell (bash)",
  "a.html.erb": "HTML (Rails)",
  "Cargo.lock": "TOML",
  "deno.lock": "JSON",
  "main.tf": "Terraform",
  "a.h": "C",
  "a.hpp": "C++",
  "C:\\x\\y.py": "Python",
  "notes.md": "Markdown",
  "a.unknown": "Plain Text",
  "rs": "Plain Text",
  "": "Plain Text",
};

for (const [path, name] of Object.entries(BY_PATH)) {
  Deno.test(`languageOf() takes "${path}" for ${name}`, () => assert.equal(languageOf({ path }).name, name));
}

const BY_LINE: Readonly<Record<string, string>> = {
  "#!/bin/sh": "Bourne Again Shell (bash)",
  "#!/usr/bin/env python3": "Python",
  "#!/usr/bin/env -S deno run -A": "TypeScript",
  "#!/usr/bin/env VAR=1 node": "JavaScript",
  "#!/usr/local/bin/ruby2.7 -w": "Ruby",
  "#! /usr/bin/lua5.4": "Lua",
  "#!/opt/x/php": "PHP",
  "#!/usr/bin/elixir": "Elixir",
  "<?xml version='1.0'?>": "XML",
  "<!DOCTYPE html>": "HTML",
  "<?php": "PHP",
  "%YAML 1.2": "YAML",
  "// -*- C++ -*-": "C++",
  "# -*- mode: Python; coding: utf-8 -*-": "Python",
  "-- vim: set ft=lua ts=2:": "Lua",
  "/* vim: filetype=javascript */": "JavaScript",
  "// ex: syntax=rust": "Rust",
  "# vi: ts=4 ft=zig": "Zig",
  "plain words": "Plain Text",
  "#!": "Plain Text",
};

for (const [firstLine, name] of Object.entries(BY_LINE)) {
  Deno.test(`languageOf() takes what begins with "${firstLine}" for ${name}`, () => {
    assert.equal(languageOf({ path: "/x/noname", firstLine }).name, name);
  });
}

Deno.test("languageOf() lets a mode line beat the name, and the name the first line", () => {
  assert.equal(languageOf({ path: "a.txt", firstLine: "x", modeLines: ["# vim: ft=python"] }).name, "Python");
  assert.equal(languageOf({ path: "a.rb", firstLine: "#!/bin/sh" }).name, "Ruby");
});

Deno.test("openingLines() gives the first and last five lines, each once and cut", () => {
  const lines = Array.from({ length: 12 }, (_, at) => `${at}`);
  assert.deepEqual(openingLines(Rope.of(lines.join("\n"))).modeLines, [
    "1",
    "2",
    "3",
    "4",
    "7",
    "8",
    "9",
    "10",
    "11",
  ]);
  assert.deepEqual(openingLines(Rope.of("a\nb")), { firstLine: "a", modeLines: ["b"] });
  assert.equal(openingLines(Rope.of("x".repeat(10_000))).firstLine.length, 500);
});

Deno.test("languageCalled() knows names of code blocks", () => {
  assert.deepEqual(
    ["ts", "C++", "Shell-Script", "golang", "nothing"].map((word) => languageCalled(word)?.name),
    [
      "TypeScript",
      "C++",
      "Bourne Again Shell (bash)",
      "Go",
      undefined,
    ],
  );
});

Deno.test("LANGUAGES holds at least twenty with a grammar, no name, extension, file name or alias twice", () => {
  assert.ok(LANGUAGES.filter(({ grammar }) => grammar !== undefined).length >= 20);
  for (const  of of["extensions", "fileNames", "aliases"] as const) {
    const all = LANGUAGES.flatMap((language) => language[of] ?? []);
    assert.deepEqual(all.filter((item, at) => all.indexOf(item) !== at), [], of);
  }
  assert.equal(new Set(LANGUAGES.map(({ name }) => name)).size, LANGUAGES.length);
});

Deno.test("loadGrammar() loads every grammar, and every query fits its grammar", async () => {
  await startEngine();
  for (const language of [...LANGUAGES, JSDOC]) {
    if (language.grammar === undefined) continue;
    const grammar = loadGrammar(language)!;
    assert.ok(grammar.highlights().scopes.size > 0, language.name);
    grammar.injections();
    grammar.tags();
  }
});

/** A line of each language, and a scope that must be in it. */
const SAMPLES: Readonly<Record<string, readonly [source: string, word: string, scope: string]>> = {
  "Bourne Again Shell (bash)": ['if [ -f "$x" ]; then echo y; fi # c', "then", "keyword"],
  "C": ["int main(void) { return 0; }", "return", "keyword"],
  "C#": ["class A { public int M() => 1; }", "class", "storage.type"],
  "C++": ["template <class T> T f(T x) { return x; }", "template", "keyword"],
  "CSS": ["a { color: red }", "color", "support.type.property-name"],
  "EJS": ["<p><%= a(1) %></p>", "p", "entity.name.tag"],
  "Elixir": ["defmodule A do\nend", "defmodule", "storage.type"],
  "Go": ["package p\nfunc f() { call(1) }", "call", "entity.name.function"],
  "HCL": ['a "b" { c = 1 }', "1", "constant.numeric"],
  "HTML": ["<p class='x'>y</p>", "class", "entity.other.attribute-name"],
  "HTML (Rails)": ["<p><%= a(1) %></p>", "1", "constant.numeric"],
  "Java": ["class A { void m() {} }", "class", "storage.type"],
  "JavaScript": ["const a = () => <b>1</b>;", "const", "storage.type"],
  "JSON": ['{"a": 1}', '"a"', "support.type.property-name"],
  "Lua": ["local x = 1 -- c", "-- c", "comment"],
  "Makefile": ["all: a\n\techo $@", "all", "entity.name.function"],
  "Markdown": ["# Title\n", "Title", "markup.heading"],
  "PHP": ["<p><?php echo 1; ?></p>", "echo", "keyword"],
  "Python": ["def f(): return None", "def", "storage.type"],
  "Regular Expression": ["a+(b|c)", "+", "keyword.operator"],
  "Ruby": ["def f; :a; end", ":a", "constant.other.symbol"],
  "Rust": ["fn f() {}", "fn", "storage.type"],
  "Scala": ["object A { val x = 1 }", "object", "storage.type"],
  "Svelte": ["<script>let a = 1</script>", "let", "storage.type"],
  "Terraform": ['resource "a" "b" {}', "resource", "storage.type"],
  "TOML": ["[a]\nb = 1", "1", "constant.numeric"],
  "TypeScript": ["let a: string = 'x'", "'x'", "string"],
  "TypeScript (React)": ["const a = <b c='d'/>;", "b", "entity.name.tag"],
  "Vue": ['<script lang="ts">let a: string</script>', "string", "support.type.builtin"],
  "XML": ["<a b='c'/>", "a", "entity.name.tag"],
  "YAML": ["a: true", "true", "constant.language"],
  "Zig": ["const x = 1;", "const", "storage"],
};

for (const { name } of LANGUAGES) {
  if (name === "Plain Text") continue;
  Deno.test(`Highlighter colours ${name}`, async () => {
    const [source, word, scope] = SAMPLES[name]!;
    const buffers = new Buffers((error) => {
      throw error;
    });
    const problems: string[] = [];
    await using host = new PluginHost(buffers, { report: (problem) => problems.push(problem) });
    await host.start({});
    await host.ready;
    const { buffer } = buffers.open({ text: source, language: name });
    const [layer] = host.layersFor(buffer, 0, source.length);
    assert.ok(languageNamed(name) !== undefined && layer !== undefined);
    const at = source.indexOf(word);
    const span = [...layer.spans.within(at, at + word.length)][0];
    const scopes = span === undefined ? [] : layer.scopes[span.value]!;
    assert.ok(scopes.some((one) => one.startsWith(scope)), `${JSON.stringify(word)} is ${scopes.join(" ")}`);
    assert.deepEqual(problems, []);
  });
}
