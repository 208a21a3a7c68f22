import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tidyModel } from "../../compiler/optimise/index.ts";
import { differences, readFile } from "../support/plain-model.ts";

const folder = join(import.meta.dirname, "bodies");
const files = readdirSync(folder).filter((file) => file.endsWith(".ode.ts"));

describe.each(files)("%s", (name) => {
  it("computes what the plain functions compute", async () => {
    const file = join(folder, name);
    const models = readFile(file);
    const module = (await import(file)) as Record<string, { readonly declaration: unknown }>;
    expect(models.map((model) => model.name)).toEqual(Object.keys(module));
    for (const model of models) {
      expect(differences(model, module[model.name]!, 40).slice(0, 1)).toEqual([]);
      expect(differences(tidyModel(model), module[model.name]!, 40).slice(0, 1)).toEqual([]);
    }
  });
});
