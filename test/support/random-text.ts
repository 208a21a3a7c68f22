/**
 * Random models as text, in the words people write them with: constants and variables, local arrays under several
 * names, helpers that write into their arguments, early returns, branches, loops up, down, with a step and nested,
 * conditions kept in names, calls among the operands of an expression. Well formed by construction, bounded at every
 * point, without types, so that the same text is plain JavaScript. In: a stream of numbers. Out: the text of a body
 * and of the helpers in front of it.
 */

const length = 4;

interface Scope {
  readonly scalars: readonly string[];
  /** Names that can be assigned to. */
  readonly variables: readonly string[];
  /** Arrays of four numbers; those that can be written to. */
  readonly arrays: readonly string[];
  readonly writable: readonly string[];
  readonly conditions: readonly string[];
  /** Loop indices with their largest value. */
  readonly indices: readonly { readonly name: string; readonly last: number }[];
  /** Whether a loop is around that can be left. */
  readonly loop?: boolean;
}

interface Helper {
  readonly name: string;
  readonly takes: readonly ("scalar" | "array" | "written")[];
  readonly gives: "scalar" | "array" | "record" | "condition";
}

export interface RandomText {
  readonly helpers: string;
  /** Statements that end with the return of `{ x, u }` from `x`, `u`, `k`, `w`, `order` and `t`. */
  readonly body: string;
}

export function randomText(next: () => number): RandomText {
  let count = 0;
  const fresh = (letter: string): string => `${letter}${count++}`;
  const below = (n: number): number => Math.floor(n * next());
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const helpers: Helper[] = [];
  const constant = (): string => pick(["0.5", "1", "2", "0.25", "1.5", "3", "0.1", "-1", "-0.5"]);

  function subscript(scope: Scope): string {
    const { indices } = scope;
    if (indices.length === 0 || next() < 0.25) return String(below(length));
    const { name, last } = pick(indices);
    const ways = [`(${name} + ${below(4)}) % ${length}`, `Math.floor(${name} / ${last + 1})`];
    if (last < length) ways.push(name, name, `${length - 1} - ${name}`, `order[${name}]`);
    if (last < length) ways.push(`Math.max(${name} - 1, 0)`, `Math.min(${length - 1}, ${name} + 1)`);
    if (last > 0 && last < length) ways.push(`(${name} + order[${name}]) % ${length}`);
    return pick(ways);
  }

  const call = (helper: Helper, scope: Scope, depth: number): string =>
    `${helper.name}(${helper.takes
      .map((kind) => {
        if (kind === "scalar") return scalar(scope, depth - 1);
        return kind === "array" ? pick(scope.arrays) : pick(scope.writable);
      })
      .join(", ")})`;

  const callable = (gives: Helper["gives"], scope: Scope): Helper[] =>
    helpers.filter(
      (one) => one.gives === gives && (scope.writable.length > 0 || !one.takes.includes("written")),
    );

  function scalar(scope: Scope, depth: number): string {
    const known = callable("scalar", scope);
    const records = callable("record", scope);
    const ways: (() => string)[] = [
      constant,
      () => pick(scope.scalars),
      () => pick(scope.scalars),
      () => `${pick(scope.arrays)}[${subscript(scope)}]`,
      () => `${pick(scope.arrays)}[${subscript(scope)}]`,
    ];
    if (scope.indices.length > 0) ways.push(() => pick(scope.indices).name);
    if (depth > 0) {
      const one = () => scalar(scope, depth - 1);
      ways.push(
        () => `${one()} + ${one()}`,
        () => `${one()} - (${one()})`,
        () => `(${one()}) * Math.sin(${one()})`,
        () => `Math.tanh(${one()}) * (${one()})`,
        () => `-(${one()})`,
        () => `Math.sin(${one()}) ** ${pick(["2", "3", "4"])}`,
        () => `(${one()}) / (1 + (${one()}) ** 2)`,
        () => `Math.${pick(["max", "min", "hypot"])}(${one()}, ${one()}, ${one()})`,
        () => `(${condition(scope, depth - 1)} ? ${one()} : ${one()})`,
        () => `Math.floor((${one()}) / ${pick(["2", "3"])})`,
        () => `(${one()}) % ${pick(["2", "0.7"])}`,
        () => `${pick(scope.arrays)}.reduce((s, v, i) => s + v * ${one()}, ${one()})`,
      );
      if (known.length > 0) {
        for (let i = 0; i < 4; i++) ways.push(() => call(pick(known), scope, depth));
        // What is read before and after a call that may write to it.
        const entry = () =>
          scope.writable.length > 0 ? `${pick(scope.writable)}[${subscript(scope)}]` : one();
        ways.push(
          () => `${entry()} + ${call(pick(known), scope, depth)} * 0.3 + ${entry()}`,
          () => `Math.max(${entry()}, ${call(pick(known), scope, depth)}, ${entry()})`,
          () => `(${entry()} < ${call(pick(known), scope, depth)} ? ${entry()} : ${one()})`,
          () =>
            `(${condition(scope, 0)} && ${call(pick(known), scope, depth)} > ${entry()} ? ${one()} : ${entry()})`,
        );
      }
      if (records.length > 0) ways.push(() => `${call(pick(records), scope, depth)}.${pick(["a", "b"])}`);
    }
    return pick(ways)();
  }

  function condition(scope: Scope, depth: number): string {
    const known = callable("condition", scope);
    const relation = () => pick(["<", "<=", ">", ">="]);
    const ways = [() => `${scalar(scope, depth - 1)} ${relation()} ${scalar(scope, depth - 1)}`];
    if (scope.conditions.length > 0) ways.push(() => pick(scope.conditions));
    if (known.length > 0 && depth > 0) ways.push(() => call(pick(known), scope, depth));
    const { indices } = scope;
    if (indices.length > 0) {
      ways.push(() => `${pick(indices).name} ${pick(["<", ">", "===", "!==", ">="])} ${below(4)}`);
    }
    if (depth > 0) {
      ways.push(
        () => `(${condition(scope, depth - 1)} ${pick(["&&", "||"])} ${condition(scope, depth - 1)})`,
        () => `!(${condition(scope, depth - 1)})`,
      );
    }
    return pick(ways)();
  }

  function assignment(scope: Scope): string {
    const operator = pick(["=", "=", "+=", "-="]);
    if (next() < 0.12 && scope.writable.length > 0) {
      const array = pick(scope.writable);
      const [a, b] = [`${array}[${subscript(scope)}]`, `${pick(scope.writable)}[${subscript(scope)}]`];
      return `[${a}, ${b}] = [${b}, Math.sin(${a})];`;
    }
    if (next() < 0.1 && scope.variables.length > 0) {
      const [a, b] = [pick(scope.variables), pick(scope.variables)];
      return `({ a: ${a}, b: ${b} } = { a: ${b}, b: Math.cos(${a}) });`;
    }
    if (scope.variables.length > 0 && next() < 0.5) {
      const name = pick(scope.variables);
      if (operator === "=") return `${name} = Math.sin(${scalar(scope, 2)});`;
      return `${name} ${operator} Math.tanh(${scalar(scope, 2)});`;
    }
    if (scope.writable.length === 0) return ";";
    const array = pick(scope.writable);
    const place = `${array}[${subscript(scope)}]`;
    if (next() < 0.3)
      return `${place} = Math.sin(${array}[${subscript(scope)}] * 1.7 + ${scalar(scope, 1)});`;
    if (next() < 0.1) return `${place} *= ${scalar({ ...scope, arrays: ["table"] }, 0)};`;
    return `${place} ${operator} Math.tanh(${scalar(scope, 2)});`;
  }

  function loop(scope: Scope, depth: number, leave: Leave): string {
    const name = fresh("i");
    const outer = scope.indices.find(({ last }) => last < length);
    const inner = (last: number, body: Scope = { ...scope, indices: [...scope.indices, { name, last }] }) =>
      block({ ...body, loop: true }, 1 + below(3), depth - 1, leave);
    if (next() < 0.15) {
      const trips = pick([0, 1, 2, 3, 17]);
      return `for (let ${name} = 0; ${name} < ${trips}; ${name}++) ${inner(Math.max(0, trips - 1))}`;
    }
    if (outer !== undefined && next() < 0.1) {
      const [from, to] = [`Math.max(0, ${outer.name} - 1)`, `Math.min(${length - 1}, ${outer.name} + 1)`];
      return `for (let ${name} = ${from}; ${name} <= ${to}; ${name}++) ${inner(length - 1)}`;
    }
    switch (below(outer === undefined ? 5 : 7)) {
      case 0:
        return `for (let ${name} = ${length - 1}; ${name} >= 0; ${name}--) ${inner(length - 1)}`;
      case 1:
        return `for (let ${name} = ${below(2)}; ${name} < ${length}; ${name} += 2) ${inner(length - 1)}`;
      case 2:
        return `for (let ${name} = ${length - 1}; ${name} > 0; ${name} -= 3) ${inner(length - 1)}`;
      case 3: {
        const item = { ...scope, scalars: [...scope.scalars, name] };
        return `for (const ${name} of ${pick(scope.arrays)}) ${inner(0, item)}`;
      }
      case 5:
        return `for (let ${name} = ${outer!.name}; ${name} < ${length}; ${name}++) ${inner(length - 1)}`;
      case 6:
        return `for (let ${name} = 0; ${name} < ${outer!.name}; ${name}++) ${inner(length - 1)}`;
      default:
        return `for (let ${name} = 0; ${name} < ${length}; ${name}++) ${inner(length - 1)}`;
    }
  }

  /** How a statement may leave the function; undefined where it may not. */
  type Leave = ((scope: Scope) => string) | undefined;

  /** Statements in braces; what they declare is gone after them. */
  function block(scope: Scope, statements: number, depth: number, leave: Leave, end = ""): string {
    const { text } = list(scope, statements, depth, leave);
    return `{\n${text}\n${end}}`;
  }

  function list(
    start: Scope,
    statements: number,
    depth: number,
    leave: Leave,
  ): { text: string; scope: Scope } {
    let scope = start;
    const lines: string[] = [];
    const arrayNamed = (name: string, isWritable = true) => {
      scope = {
        ...scope,
        arrays: [...scope.arrays, name, name],
        writable: isWritable ? [...scope.writable, name] : scope.writable,
      };
    };
    for (let i = 0; i < statements; i++) {
      if (scope.loop === true && next() < 0.15) {
        lines.push(`if (${condition(scope, 1)}) ${pick(["break", "continue"])};`);
        continue;
      }
      switch (below(14)) {
        case 0: {
          const name = fresh("c");
          lines.push(`const ${name} = ${scalar(scope, 2)};`);
          scope = { ...scope, scalars: [...scope.scalars, name] };
          break;
        }
        case 1: {
          const name = fresh("v");
          lines.push(`let ${name} = Math.sin(${scalar(scope, 2)});`);
          scope = {
            ...scope,
            scalars: [...scope.scalars, name],
            variables: [...scope.variables, name],
          };
          break;
        }
        case 2: {
          const name = fresh("a");
          const items = Array.from({ length }, () => scalar(scope, 1));
          const ways = [`vec(${length}, ${scalar(scope, 1)})`, `[${items.join(", ")}]`, `vec(${length})`];
          ways.push(`vec(${length}, (i) => ${scalar({ ...scope, scalars: [...scope.scalars, "i"] }, 1)})`);
          ways.push(`${pick(scope.arrays)}.map((v, i) => v * ${scalar(scope, 1)} + i)`);
          const known = callable("array", scope);
          if (known.length > 0) ways.push(call(pick(known), scope, 1), call(pick(known), scope, 1));
          lines.push(`const ${name} = ${pick(ways)};`);
          arrayNamed(name);
          break;
        }
        case 3: {
          const name = fresh("b");
          const from = pick(scope.arrays);
          lines.push(`const ${name} = ${from};`);
          arrayNamed(name, scope.writable.includes(from));
          break;
        }
        case 4: {
          const name = fresh("q");
          lines.push(`const ${name} = ${condition(scope, 2)};`);
          scope = { ...scope, conditions: [...scope.conditions, name] };
          break;
        }
        case 5: {
          const records = callable("record", scope);
          if (records.length === 0) break;
          const [a, b] = [fresh("d"), fresh("d")];
          lines.push(`const { a: ${a}, b: ${b} } = ${call(pick(records), scope, 1)};`);
          scope = { ...scope, scalars: [...scope.scalars, a, b] };
          break;
        }
        case 6:
        case 7: {
          if (depth === 0) break;
          const then = block(scope, 1 + below(2), depth - 1, leave);
          const otherwise = next() < 0.5 ? "" : ` else ${block(scope, 1 + below(2), depth - 1, leave)}`;
          lines.push(`if (${condition(scope, 1)}) ${then}${otherwise}`);
          break;
        }
        case 8:
          if (depth > 0) lines.push(loop(scope, depth, next() < 0.5 ? undefined : leave));
          break;
        case 10: {
          const name = fresh("a");
          const from = pick(scope.arrays);
          lines.push(`let ${name} = ${from};`);
          lines.push(`${name} = ${name}.map((v) => 0.5 * v + ${scalar(scope, 1)});`);
          arrayNamed(name);
          break;
        }
        case 9:
          if (leave !== undefined) lines.push(`if (${condition(scope, 1)}) {\n${leave(scope)}\n}`);
          break;
        default:
          lines.push(assignment(scope));
      }
    }
    return { text: lines.join("\n"), scope };
  }

  function helper(): string {
    const name = fresh("f");
    const gives = pick(["scalar", "scalar", "array", "record", "condition"] as const);
    const takes = Array.from({ length: 1 + below(3) }, () => pick(["scalar", "array", "written"] as const));
    const named = takes.map((kind) => ({ kind, name: fresh("p") }));
    const of = (kinds: readonly string[]) =>
      named.filter(({ kind }) => kinds.includes(kind)).map((one) => one.name);
    const scope: Scope = {
      scalars: ["half", ...of(["scalar"])],
      variables: of(["scalar"]),
      arrays: ["table", ...of(["array", "written"])],
      writable: of(["written"]),
      conditions: [],
      indices: [],
    };
    const value = (inner: Scope): string => {
      switch (gives) {
        case "scalar":
          return scalar(inner, 2);
        case "record":
          return `{ a: ${scalar(inner, 1)}, b: ${scalar(inner, 1)} }`;
        case "condition":
          return condition(inner, 1);
        default:
          return `[${Array.from({ length }, () => scalar(inner, 1)).join(", ")}]`;
      }
    };
    const leave = next() < 0.5 ? undefined : (inner: Scope) => `return ${value(inner)};`;
    const { text, scope: last } = list(scope, 1 + below(3), 2, leave);
    const writes = scope.writable.map(
      (array) => `${array}[${below(length)}] += Math.cos(${array}[${below(length)}]);\n`,
    );
    const body = `{\n${writes.join("")}${text}\nreturn ${value(last)};\n}`;
    helpers.push({ name, takes, gives });
    return `function ${name}(${named.map((one) => one.name).join(", ")}) ${body}`;
  }

  const texts = Array.from({ length: 1 + below(4) }, helper);
  const start: Scope = {
    scalars: ["x", "k", "t"],
    variables: [],
    arrays: ["u", "w", "table"],
    writable: ["du"],
    conditions: [],
    indices: [],
  };
  const { text, scope } = list(start, 4 + below(8), 2, everything);
  return {
    helpers: texts.join("\n"),
    body: `const du = vec(${length}, (i) => Math.cos(i + x));\n${text}\n${everything(scope)}`,
  };

  /** A return on which everything that has a name has an influence. */
  function everything(scope: Scope): string {
    const weight = () => `${(0.2 + next()).toFixed(3)} * `;
    const terms = [
      ...scope.scalars.map((name) => weight() + name),
      ...scope.conditions.map((name) => `(${name} ? ${(0.2 + next()).toFixed(3)} : 0)`),
    ];
    const sums = [...new Set(scope.arrays)].map((name) => `sum[i] += ${weight()}${name}[i];`);
    return `const sum = vec(${length});\nfor (let i = 0; i < ${length}; i++) {\n${sums.join("\n")}\n}\nreturn { x: ${terms.join(" + ")}, u: sum };`;
  }
}
