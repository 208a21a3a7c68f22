/**
 * The JSON schema (draft 2020-12) of the programs that `odegrad compile --target crossbar` writes: what a board or another
 * simulator can rely on.
 */

const count = { type: "integer", minimum: 0 } as const;
const counts = {
  type: "object",
  description:
    "What one call does with the default number of steps. A read is one product of a matrix, or its transpose, with a vector.",
  required: [
    "isStatic",
    "isBound",
    "forwardReads",
    "transposedReads",
    "outerProducts",
    "dac",
    "adc",
    "operations",
  ],
  additionalProperties: false,
  properties: {
    isStatic: {
      type: "boolean",
      description:
        "Whether every run that ends well has these reads, outer products and conversions. Otherwise loops that only a run can count are counted as one trip, and of two ways that values decide between the longer one is counted.",
    },
    isBound: {
      type: "boolean",
      description:
        "Whether no run has more: there are no loops that only a run can count. Operations are at most as many then, and the same in every run where values decide nothing.",
    },
    forwardReads: count,
    transposedReads: count,
    outerProducts: count,
    dac: { ...count, description: "Inputs converted, over all tiles of a matrix." },
    adc: { ...count, description: "Outputs converted." },
    operations: {
      type: "object",
      description: "Digital operations by name.",
      additionalProperties: count,
    },
  },
} as const;

export const programSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "odegrad crossbar program, version 1",
  type: "object",
  required: [
    ...["format", "version", "model", "generated", "method", "adjoint", "steps", "word", "tile"],
    ...["matrices", "memory", "memoryWords", "counts", "digital", "code", "program"],
  ],
  additionalProperties: false,
  properties: {
    format: { const: "odegrad-crossbar" },
    version: { const: 1 },
    model: { type: "string" },
    generated: { type: "array", items: { type: "string" }, description: "Tool, method and hash in words." },
    method: { type: "string" },
    adjoint: { type: "string" },
    steps: { ...count, description: "Default number of steps, or their limit." },
    word: {
      type: "object",
      required: ["bits", "kind"],
      additionalProperties: false,
      properties: { bits: count, kind: { const: "float" } },
    },
    tile: {
      type: "object",
      description: "Largest tile.",
      required: ["rows", "columns"],
      additionalProperties: false,
      properties: { rows: count, columns: count },
    },
    matrices: {
      type: "array",
      description:
        "Matrices on arrays: `count` of them, numbered from `first`, one behind the other in memory.",
      items: {
        type: "object",
        required: ["name", "first", "count", "rows", "columns", "isTurned", "from", "gradient", "tiles"],
        additionalProperties: false,
        properties: {
          name: { type: "string" },
          first: count,
          count,
          rows: { ...count, description: "Of what is programmed." },
          columns: count,
          isTurned: {
            type: "boolean",
            description: "Whether the transpose of the model's matrix is programmed.",
          },
          from: {
            type: "object",
            description: "Where the weights are: record and first word.",
            required: ["record", "offset"],
            additionalProperties: false,
            properties: { record: { enum: ["params", "inputs", "data", "constant"] }, offset: count },
          },
          gradient: {
            description: "Where outer products are summed; null for what is not differentiated.",
            anyOf: [
              { type: "null" },
              {
                type: "object",
                required: ["record", "offset"],
                additionalProperties: false,
                properties: { record: { enum: ["paramsBar", "inputsBar"] }, offset: count },
              },
            ],
          },
          tiles: {
            type: "array",
            items: {
              type: "object",
              required: ["row", "column", "rows", "columns"],
              additionalProperties: false,
              properties: { row: count, column: count, rows: count, columns: count },
            },
          },
        },
      },
    },
    memory: {
      type: "array",
      description: "Digital memory, one entry for each array.",
      items: {
        type: "object",
        required: ["name", "role", "element", "shape", "words"],
        additionalProperties: false,
        properties: {
          name: { type: "string" },
          role: { type: "string" },
          element: { enum: ["real", "integer"] },
          shape: { type: "array", items: count },
          words: count,
        },
      },
    },
    memoryWords: {
      ...count,
      description: "All of it: everything has a place of its own, so no run needs more.",
    },
    counts: { type: "object", additionalProperties: counts },
    digital: {
      type: "array",
      description:
        "Where a matrix is read digitally, and why: matrices that are on arrays wherever that is, others where the solve reads them. Of constants and data that are on no array, products alone.",
      items: {
        type: "object",
        required: ["matrix", "reason"],
        additionalProperties: false,
        properties: {
          matrix: { type: "string" },
          line: count,
          column: count,
          reason: { type: "string" },
        },
      },
    },
    code: {
      type: "string",
      description: "File of the digital part, a JavaScript module beside the program.",
    },
    program: {
      type: "array",
      description:
        "Instructions, one a line: prog, mvm, mtvm, opa, loop … end, and digital statements as loops over memory.",
      items: { type: "string" },
    },
  },
} as const;
