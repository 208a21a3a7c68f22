/**
 * The JSON schema (draft 2020-12) of the file that `odegrad compile --target c` writes beside header and source: what a build
 * script, a flashing tool or a binding can rely on.
 */

const count = { type: "integer", minimum: 0 } as const;
const text = { type: "string" } as const;
const shape = { type: "array", items: count } as const;

/** An object that has all of these and nothing else. */
const record = <P extends Record<string, object>>(properties: P, description?: string) =>
  ({
    type: "object",
    ...(description === undefined ? {} : { description }),
    required: Object.keys(properties),
    additionalProperties: false,
    properties,
  }) as const;

const named = { type: "object", additionalProperties: count } as const;

const operations = record({
  add: { ...count, description: "Additions and subtractions of real numbers." },
  multiply: count,
  divide: count,
  negate: count,
  compare: {
    ...count,
    description: "Of real numbers. At most so many: compound tests end when they are decided.",
  },
  calls: { ...named, description: "Calls of functions of math.h, by name." },
  helpers: {
    ...named,
    description:
      "Calls of functions the file brings along where C differs from JavaScript; what they do inside is not counted.",
  },
});

const orNull = <S extends object>(schema: S) => ({ anyOf: [{ type: "null" }, schema] }) as const;

const leaves = {
  type: "array",
  items: {
    type: "object",
    required: ["name", "member", "shape", "offset"],
    additionalProperties: false,
    properties: {
      name: { ...text, description: "Dotted path in the model." },
      member: { ...text, description: "Spelling in C." },
      shape: { ...shape, description: "Inputs have one copy for each piece or knot in front." },
      offset: {
        ...count,
        description: "First number, counted in real numbers from the start of the struct.",
      },
      constant: { ...text, description: "Of parameters: the constant of the header that is the offset." },
    },
  },
} as const;

export const cDescriptionSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "odegrad generated C, version 1",
  ...record({
    format: { const: "odegrad-c" },
    version: { const: 1 },
    model: text,
    generated: { type: "array", items: text, description: "Tool, method and hash in words." },
    prefix: text,
    real: { enum: ["double", "float"] },
    optimise: { enum: ["speed", "size"] },
    files: record({ header: text, source: text, selftest: text }),
    steps: { ...orNull(count), description: "Default number of steps, or their limit; null for a field." },
    observations: { ...count, description: "Observation times, or points of a field." },
    batch: { ...orNull(count), description: "Samples of one call." },
    bytes: {
      type: "object",
      description:
        "Sizes of the structs by name, and of the file's constant tables together, where every number is aligned to its own size.",
      required: ["problem", "workspace", "tables"],
      additionalProperties: false,
      properties: Object.fromEntries(
        [
          ...["problem", "direction", "solution", "gradients", "workspace", "adam"],
          ...["state", "params", "inputs", "data", "outputs", "tables"],
        ].map((name) => [name, count]),
      ),
    },
    records: {
      type: "object",
      description: "Leaves of each record in the order in which they lie.",
      additionalProperties: false,
      properties: Object.fromEntries(
        ["state", "params", "inputs", "data", "outputs"].map((name) => [name, leaves]),
      ),
    },
    workspace: {
      type: "array",
      description: "Members in their order.",
      items: record({
        name: text,
        element: { ...text, description: "double, float, int32_t, or the struct of a state." },
        shape,
        count,
      }),
    },
    tables: {
      type: "array",
      description: "Constants of the file, other than the model's defaults.",
      items: record({ name: text, element: { enum: ["double", "float", "int32_t"] }, shape, bytes: count }),
    },
    operations: {
      type: "object",
      description: "Of one call of each function.",
      additionalProperties: record({
        counts: {
          ...orNull(operations),
          description: "With the default number of steps; null where only a run knows.",
        },
        isExact: {
          type: "boolean",
          description:
            "Whether every call that ends well has these counts. Otherwise none has more: of two ways the longer was counted.",
        },
        reason: { ...orNull(text), description: "Why there are no counts." },
        adaptive: {
          ...orNull(record({ once: operations, perAttempt: operations, perStep: operations })),
          description:
            "With adaptive steps: no call has more than `once`, `perAttempt` for each step that is tried, and `perStep` for each that is accepted.",
        },
      }),
    },
    plan: record(
      {
        method: text,
        adjoint: text,
        t0: { type: ["number", "null"] },
        t1: { type: ["number", "null"] },
        steps: count,
        fieldEvaluations: count,
        vjpEvaluations: count,
        checkpointBytes: count,
        workspaceBytes: count,
      },
      "What a gradient costs: evaluations of the field and of its vjp, and bytes that grow with the steps.",
    ),
  }),
} as const;
