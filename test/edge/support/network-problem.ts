/** What a driver sets for the neural ODEs of the harness, whose models leave their weights at 0: lines of C. */

/** Start, end, data, and the weights of the harness's example, small and exact in binary; nothing for a model with its own. */
export function networkProblem(model: string): string[] | undefined {
  if (!/node-(4-8|16-32|tanh)$/.test(model)) return undefined;
  const time = ["problem.t1 = 1.25f;", "problem.steps = 20u;"];
  const numbers = (member: string, values: readonly number[]): string[] =>
    values.map((value, i) => `problem.${member}[${i}] = ${value.toFixed(3)}f;`);
  const isSmall = !model.endsWith("node-16-32");
  const states = isSmall
    ? [...numbers("state0.x", [0.5, -0.25, 1, 0.125]), ...numbers("data.y", [0, 0.5, -0.5, 0.25])]
    : ["for (uint16_t i = 0u; i < 16u; i++) problem.state0.x[i] = (0.125f * (float)(i % 5u)) - 0.25f;"];
  const [words, scale] = isSmall ? [76, 128] : [1072, 512];
  return [
    ...time,
    ...states,
    "uint16_t seed = 12345u;",
    "float *weight = &problem.params.W1[0][0];",
    `for (uint16_t i = 0u; i < ${words}u; i++) { seed = (uint16_t)((seed * 25173u) + 13849u); weight[i] = ((float)(seed >> 8) - 128.0f) / ${scale}.0f; }`,
  ];
}
