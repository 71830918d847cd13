import { defineExtension, defineOperator, Type } from "symphony/sdk";

/** All that the operator does. */
export function pass({ a }: { readonly a?: number | undefined }): { value: number } {
  return { value: (a ?? 0) + 1 };
}

export default defineExtension({
  contributes: [defineOperator({
    type: "bench/pass",
    title: "Pass",
    description: "Gives its value plus one",
    input: Type.Object({
      a: Type.Optional(Type.Integer()),
      b: Type.Optional(Type.Integer()),
      c: Type.Optional(Type.Integer()),
    }),
    output: Type.Object({ value: Type.Integer() }),
    run: pass,
  })],
});
