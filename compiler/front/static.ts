/**
 * The compile-time interpreter: computes module-level constants, initial values and declarations from their text. It
 * knows the same language as function bodies, works on numbers, and executes nothing of the user's. In: an expression
 * and its scope. Out: a static value, or a located error.
 */

import { ModelError } from "../diagnostics/diagnostic.ts";
import {
  impure,
  notConstant,
  readOnly,
  recursion,
  unknownMath,
  unknownMember,
  unknownName,
  unsupported,
  whileLoop,
  wrongKind,
} from "../diagnostics/messages.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Module, Modules } from "./load.ts";
import { spanOf, ts } from "./load.ts";
import { callLibrary, isDeclaration, leafFunctions } from "./static-library.ts";
import {
  Closure,
  Declared,
  describeStatic,
  LibraryFunction,
  type Static,
  type StaticScope,
  Tensor,
} from "./static-values.ts";

/** Operations after which a computation is given up: constants of a model are small. */
const patience = 20_000_000;

type Signal = "next" | "break" | "continue" | { readonly value: Static };

const isCallable = (node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression =>
  ts.isArrowFunction(node) || ts.isFunctionExpression(node);

export class StaticEvaluator {
  readonly modules: Modules;
  readonly #globals = new Map<Module, Map<string, Static | { readonly pending: true }>>();
  #steps = 0;
  #depth = 0;

  constructor(modules: Modules) {
    this.modules = modules;
  }

  scopeOf(module: Module): StaticScope {
    return { module, values: new Map() };
  }

  /** A name at module level; throws for one that does not exist. */
  global(module: Module, name: string, at: ts.Node): Static {
    let known = this.#globals.get(module);
    if (known === undefined) {
      known = new Map();
      this.#globals.set(module, known);
    }
    const before = known.get(name);
    if (before !== undefined && typeof before === "object" && before !== null && "pending" in before) {
      throw new ModelError(recursion(spanOf(at), name));
    }
    if (known.has(name)) return before as Static;
    const binding = module.bindings.get(name);
    if (binding === undefined) {
      const names = [...module.bindings.keys()];
      throw new ModelError(unknownName(spanOf(at), name, nearest(name, names)));
    }
    switch (binding.kind) {
      case "function":
        return new Closure(binding.node, this.scopeOf(module));
      case "library":
        return new LibraryFunction(binding.name);
      case "constant": {
        known.set(name, { pending: true });
        try {
          const value = this.expression(binding.value, this.scopeOf(module));
          known.set(name, value);
          return value;
        } catch (error) {
          known.delete(name);
          throw error;
        }
      }
      case "import": {
        const loaded = this.modules.load(module.file, binding.path, binding.node);
        if (loaded === undefined) return undefined;
        if (!("json" in loaded)) return this.global(loaded, binding.name, binding.node);
        const value = fromJson(loaded.json);
        if (binding.name === "default") return value;
        return value instanceof Map ? value.get(binding.name) : undefined;
      }
      default:
        return binding satisfies never;
    }
  }

  expression(node: ts.Expression, scope: StaticScope): Static {
    if (++this.#steps > patience)
      throw new ModelError(notConstant(spanOf(node), "what takes this long to compute"));
    if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node))
      return this.expression(node.expression, scope);
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
      return this.expression(node.expression, scope);
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
    if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
    if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
    if (ts.isIdentifier(node)) return this.#name(node, scope);
    if (isCallable(node)) return new Closure(node, scope);
    if (ts.isPrefixUnaryExpression(node)) return this.#prefix(node, scope);
    if (ts.isPostfixUnaryExpression(node)) return this.#step(node.operand, node.operator, scope);
    if (ts.isBinaryExpression(node)) return this.#binary(node, scope);
    if (ts.isConditionalExpression(node)) {
      return this.expression(node.condition, scope)
        ? this.expression(node.whenTrue, scope)
        : this.expression(node.whenFalse, scope);
    }
    if (ts.isArrayLiteralExpression(node)) {
      return node.elements.map((element) => {
        if (ts.isSpreadElement(element)) {
          throw new ModelError(
            unsupported(spanOf(element), "a spread", "write the entries out, or fill an array in a loop"),
          );
        }
        return this.expression(element, scope);
      });
    }
    if (ts.isObjectLiteralExpression(node)) return this.#record(node, scope);
    if (ts.isPropertyAccessExpression(node)) return this.#member(node, scope);
    if (ts.isElementAccessExpression(node)) return this.#entry(node, scope);
    if (ts.isCallExpression(node)) return this.#call(node, scope);
    if (ts.isNewExpression(node)) return this.#new(node, scope);
    throw new ModelError(
      unsupported(spanOf(node), "this expression", "constants are numbers, arrays and records of them"),
    );
  }

  number(node: ts.Expression, scope: StaticScope): number {
    const value = this.expression(node, scope);
    if (typeof value !== "number")
      throw new ModelError(wrongKind(spanOf(node), "a number", describeStatic(value)));
    return value;
  }

  /** Calls a function with static values. */
  call(closure: Closure, args: readonly Static[], at: ts.Node): Static {
    if (++this.#depth > 200)
      throw new ModelError(recursion(spanOf(at), closure.node.name?.getText() ?? "the function"));
    try {
      const scope: StaticScope = { module: closure.scope.module, values: new Map(), outer: closure.scope };
      closure.node.parameters.forEach((parameter, position) => {
        const given = args[position];
        const value =
          given === undefined && parameter.initializer
            ? this.expression(parameter.initializer, scope)
            : given;
        this.#bind(parameter.name, value, scope, false);
      });
      const { body } = closure.node;
      if (body === undefined) return undefined;
      if (!ts.isBlock(body)) return this.expression(body, scope);
      const signal = this.#block(body.statements, scope);
      return typeof signal === "object" ? signal.value : undefined;
    } finally {
      this.#depth--;
    }
  }

  #name(node: ts.Identifier, scope: StaticScope): Static {
    if (node.text === "undefined") return undefined;
    if (node.text === "Infinity") return Infinity;
    if (node.text === "NaN") return Number.NaN;
    for (let at: StaticScope | undefined = scope; at !== undefined; at = at.outer) {
      const found = at.values.get(node.text);
      if (found !== undefined) return found.value;
    }
    return this.global(scope.module, node.text, node);
  }

  #bind(name: ts.BindingName, value: Static, scope: StaticScope, isConst: boolean): void {
    if (ts.isIdentifier(name)) {
      scope.values.set(name.text, { value, isConst });
      return;
    }
    if (ts.isObjectBindingPattern(name)) {
      for (const element of name.elements) {
        const key = element.propertyName ?? element.name;
        const text = ts.isIdentifier(key) || ts.isStringLiteral(key) ? key.text : "";
        if (!(value instanceof Map))
          throw new ModelError(wrongKind(spanOf(name), "a record", describeStatic(value)));
        if (!value.has(text)) {
          const known = [...value.keys()];
          throw new ModelError(unknownMember(spanOf(element), text, known, nearest(text, known)));
        }
        this.#bind(element.name, value.get(text), scope, isConst);
      }
      return;
    }
    name.elements.forEach((element, position) => {
      if (ts.isOmittedExpression(element)) return;
      const entry = Array.isArray(value)
        ? value[position]
        : value instanceof Tensor
          ? value.row(position)
          : undefined;
      this.#bind(element.name, entry, scope, isConst);
    });
  }

  #record(node: ts.ObjectLiteralExpression, scope: StaticScope): Map<string, Static> {
    const record = new Map<string, Static>();
    for (const property of node.properties) {
      if (ts.isShorthandPropertyAssignment(property)) {
        record.set(property.name.text, this.#name(property.name, scope));
      } else if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name)) {
        record.set(property.name.text, this.expression(property.initializer, scope));
      } else {
        throw new ModelError(unsupported(spanOf(property), "this property", "write `name: value`"));
      }
    }
    return record;
  }

  #member(node: ts.PropertyAccessExpression, scope: StaticScope): Static {
    const name = node.name.text;
    if (
      ts.isIdentifier(node.expression) &&
      node.expression.text === "Math" &&
      !this.#isShadowed("Math", scope)
    ) {
      const constant = mathConstants.get(name);
      if (constant !== undefined) return constant;
      throw new ModelError(unknownMath(spanOf(node), name, nearest(name, [...mathConstants.keys()])));
    }
    const value = this.expression(node.expression, scope);
    if (name === "length") {
      if (value instanceof Tensor) return value.shape[0];
      if (Array.isArray(value)) return value.length;
    }
    if (value instanceof Map) {
      if (value.has(name)) return value.get(name);
      const known = [...value.keys()];
      throw new ModelError(unknownMember(spanOf(node.name), name, known, nearest(name, known)));
    }
    throw new ModelError(wrongKind(spanOf(node.expression), "a record", describeStatic(value)));
  }

  #isShadowed(name: string, scope: StaticScope): boolean {
    for (let at: StaticScope | undefined = scope; at; at = at.outer) if (at.values.has(name)) return true;
    return scope.module.bindings.has(name);
  }

  #entry(node: ts.ElementAccessExpression, scope: StaticScope): Static {
    const value = this.expression(node.expression, scope);
    const index = this.expression(node.argumentExpression, scope);
    if (value instanceof Map && typeof index === "string") return value.get(index);
    const entry =
      value instanceof Tensor && typeof index === "number"
        ? value.row(index)
        : Array.isArray(value) && typeof index === "number"
          ? value[index]
          : undefined;
    if (entry === undefined) {
      throw new ModelError(
        notConstant(
          spanOf(node),
          `entry ${String(index)} of ${describeStatic(value)}, which does not exist and so`,
        ),
      );
    }
    return entry;
  }

  #new(node: ts.NewExpression, scope: StaticScope): Static {
    const name = ts.isIdentifier(node.expression) ? node.expression.text : "";
    if (name === "Float64Array" || name === "Float32Array" || name === "Array") {
      const [argument] = node.arguments ?? [];
      const given = argument === undefined ? 0 : this.expression(argument, scope);
      if (typeof given === "number") return new Tensor([given]);
      if (Array.isArray(given)) return new Tensor([given.length], given.map(Number));
      if (given instanceof Tensor) return new Tensor(given.shape, given.values());
    }
    throw new ModelError(
      unsupported(
        spanOf(node),
        `\`new ${node.expression.getText()}\``,
        "use `vec(n)`, `mat(m, n)` or an array literal",
      ),
    );
  }

  #call(node: ts.CallExpression, scope: StaticScope): Static {
    const callee = node.expression;
    if (ts.isPropertyAccessExpression(callee)) {
      const name = callee.name.text;
      if (ts.isIdentifier(callee.expression) && callee.expression.text === "Math") {
        if (name === "random") throw new ModelError(impure(spanOf(node), "Math.random()"));
        const fn = mathFunctions.get(name);
        if (fn === undefined)
          throw new ModelError(unknownMath(spanOf(callee), name, nearest(name, [...mathFunctions.keys()])));
        return fn(...node.arguments.map((arg) => this.number(arg, scope)));
      }
      return this.#method(node, callee, scope);
    }
    const target = this.expression(callee, scope);
    if (target instanceof LibraryFunction) {
      if (isDeclaration(target.name)) return new Declared(target.name, node, scope);
      const args = node.arguments.map((arg) => this.expression(arg, scope));
      return callLibrary(target.name, args, node, {
        call: (closure, values) => this.call(closure, values, node),
        source: (name) => this.libraryFunction(name),
      });
    }
    if (!(target instanceof Closure))
      throw new ModelError(wrongKind(spanOf(callee), "a function", describeStatic(target)));
    return this.call(
      target,
      node.arguments.map((arg) => this.expression(arg, scope)),
      node,
    );
  }

  /** The source of a function of the authoring package. */
  libraryFunction(name: string): Closure | undefined {
    const file = leafFunctions.get(name);
    const module = file === undefined ? undefined : this.modules.loadLibrary(file);
    const binding = module?.bindings.get(name);
    return module && binding?.kind === "function"
      ? new Closure(binding.node, this.scopeOf(module))
      : undefined;
  }

  #method(node: ts.CallExpression, callee: ts.PropertyAccessExpression, scope: StaticScope): Static {
    const value = this.expression(callee.expression, scope);
    const name = callee.name.text;
    const entries =
      value instanceof Tensor ? Array.from({ length: value.shape[0]! }, (_, i) => value.row(i)!) : value;
    const first = node.arguments[0] && this.expression(node.arguments[0], scope);
    if (Array.isArray(entries)) {
      if (name === "map" && first instanceof Closure)
        return entries.map((entry, i) => this.call(first, [entry, i], node));
      if (name === "reduce" && first instanceof Closure && node.arguments[1]) {
        const start = this.expression(node.arguments[1], scope);
        return entries.reduce<Static>((sum, entry, i) => this.call(first, [sum, entry, i], node), start);
      }
      if (name === "fill" && value instanceof Tensor && typeof first === "number") {
        value.data.fill(first, value.offset, value.offset + value.values().length);
        return value;
      }
      if (name === "push" && Array.isArray(value)) return value.push(first);
      if (name === "slice") {
        const numbers = node.arguments.map((arg) => this.number(arg, scope));
        return entries.slice(...numbers);
      }
    }
    throw new ModelError(unsupported(spanOf(callee), `\`.${name}\``, "write it as a loop"));
  }

  #prefix(node: ts.PrefixUnaryExpression, scope: StaticScope): Static {
    switch (node.operator) {
      case ts.SyntaxKind.MinusToken:
        return -this.number(node.operand, scope);
      case ts.SyntaxKind.PlusToken:
        return this.number(node.operand, scope);
      case ts.SyntaxKind.ExclamationToken:
        return !this.expression(node.operand, scope);
      default:
        return this.#step(node.operand, node.operator, scope);
    }
  }

  #step(operand: ts.Expression, operator: ts.SyntaxKind, scope: StaticScope): Static {
    if (operator !== ts.SyntaxKind.PlusPlusToken && operator !== ts.SyntaxKind.MinusMinusToken) {
      throw new ModelError(unsupported(spanOf(operand.parent), "this operator", "use arithmetic"));
    }
    const before = this.number(operand, scope);
    this.#assign(operand, before + (operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1), scope);
    return before;
  }

  #binary(node: ts.BinaryExpression, scope: StaticScope): Static {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) {
      return this.expression(node.left, scope) && this.expression(node.right, scope);
    }
    if (kind === ts.SyntaxKind.BarBarToken) {
      return this.expression(node.left, scope) || this.expression(node.right, scope);
    }
    if (kind === ts.SyntaxKind.EqualsToken) {
      const value = this.expression(node.right, scope);
      this.#assign(node.left, value, scope);
      return value;
    }
    const compound = compounds.get(kind);
    if (compound !== undefined) {
      const value = compound(this.number(node.left, scope), this.number(node.right, scope)) as number;
      this.#assign(node.left, value, scope);
      return value;
    }
    const operation = operations.get(kind);
    if (operation === undefined) {
      throw new ModelError(
        unsupported(
          spanOf(node.operatorToken),
          `the operator \`${node.operatorToken.getText()}\``,
          "use arithmetic and comparisons",
        ),
      );
    }
    const [left, right] = [this.expression(node.left, scope), this.expression(node.right, scope)];
    if (kind === ts.SyntaxKind.EqualsEqualsEqualsToken) return left === right;
    if (kind === ts.SyntaxKind.ExclamationEqualsEqualsToken) return left !== right;
    if (typeof left !== "number")
      throw new ModelError(wrongKind(spanOf(node.left), "a number", describeStatic(left)));
    if (typeof right !== "number")
      throw new ModelError(wrongKind(spanOf(node.right), "a number", describeStatic(right)));
    return operation(left, right);
  }

  #assign(target: ts.Expression, value: Static, scope: StaticScope): void {
    if (ts.isIdentifier(target)) {
      for (let at: StaticScope | undefined = scope; at !== undefined; at = at.outer) {
        const found = at.values.get(target.text);
        if (found === undefined) continue;
        if (found.isConst) throw new ModelError(readOnly(spanOf(target), target.text));
        found.value = value;
        return;
      }
      throw new ModelError(readOnly(spanOf(target), target.text));
    }
    if (ts.isElementAccessExpression(target)) {
      const array = this.expression(target.expression, scope);
      const index = this.number(target.argumentExpression, scope);
      if (
        array instanceof Tensor &&
        array.shape.length === 1 &&
        array.row(index) !== undefined &&
        typeof value === "number"
      ) {
        array.data[array.offset + index] = value;
        return;
      }
      if (Array.isArray(array)) {
        array[index] = value;
        return;
      }
    }
    throw new ModelError(
      unsupported(spanOf(target), "this assignment", "assign to a variable or an array entry"),
    );
  }

  #block(statements: readonly ts.Statement[], scope: StaticScope): Signal {
    for (const statement of statements) {
      const signal = this.#statement(statement, scope);
      if (signal !== "next") return signal;
    }
    return "next";
  }

  #statement(node: ts.Statement, scope: StaticScope): Signal {
    if (ts.isExpressionStatement(node)) {
      this.expression(node.expression, scope);
      return "next";
    }
    if (ts.isVariableStatement(node)) {
      this.#declare(node.declarationList, scope);
      return "next";
    }
    if (ts.isReturnStatement(node)) {
      return { value: node.expression ? this.expression(node.expression, scope) : undefined };
    }
    if (ts.isBlock(node)) return this.#block(node.statements, inner(scope));
    if (ts.isIfStatement(node)) {
      if (this.expression(node.expression, scope)) return this.#statement(node.thenStatement, inner(scope));
      return node.elseStatement ? this.#statement(node.elseStatement, inner(scope)) : "next";
    }
    if (ts.isForStatement(node)) {
      const header = inner(scope);
      if (node.initializer && ts.isVariableDeclarationList(node.initializer))
        this.#declare(node.initializer, header);
      while (node.condition === undefined || this.expression(node.condition, header)) {
        const signal = this.#statement(node.statement, inner(header));
        if (signal === "break") break;
        if (typeof signal === "object") return signal;
        if (node.incrementor) this.expression(node.incrementor, header);
      }
      return "next";
    }
    if (ts.isBreakStatement(node)) return "break";
    if (ts.isContinueStatement(node)) return "continue";
    if (ts.isFunctionDeclaration(node) && node.name) {
      scope.values.set(node.name.text, { value: new Closure(node, scope), isConst: true });
      return "next";
    }
    if (ts.isWhileStatement(node) || ts.isDoStatement(node)) throw new ModelError(whileLoop(spanOf(node)));
    throw new ModelError(
      unsupported(
        spanOf(node),
        "this statement",
        "constants are computed with `const`, `let`, `if` and `for`",
      ),
    );
  }

  #declare(declarations: ts.VariableDeclarationList, scope: StaticScope): void {
    const isConst = (declarations.flags & ts.NodeFlags.Const) !== 0;
    for (const { name, initializer } of declarations.declarations) {
      this.#bind(name, initializer && this.expression(initializer, scope), scope, isConst);
    }
  }
}

const inner = (scope: StaticScope): StaticScope => ({
  module: scope.module,
  values: new Map(),
  outer: scope,
});

const operations = new Map<ts.SyntaxKind, (x: number, y: number) => number | boolean>([
  [ts.SyntaxKind.PlusToken, (x, y) => x + y],
  [ts.SyntaxKind.MinusToken, (x, y) => x - y],
  [ts.SyntaxKind.AsteriskToken, (x, y) => x * y],
  [ts.SyntaxKind.SlashToken, (x, y) => x / y],
  [ts.SyntaxKind.PercentToken, (x, y) => x % y],
  [ts.SyntaxKind.AsteriskAsteriskToken, (x, y) => x ** y],
  [ts.SyntaxKind.LessThanToken, (x, y) => x < y],
  [ts.SyntaxKind.LessThanEqualsToken, (x, y) => x <= y],
  [ts.SyntaxKind.GreaterThanToken, (x, y) => x > y],
  [ts.SyntaxKind.GreaterThanEqualsToken, (x, y) => x >= y],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, (x, y) => x === y],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, (x, y) => x !== y],
]);

const compounds = new Map<ts.SyntaxKind, (x: number, y: number) => number | boolean>([
  [ts.SyntaxKind.PlusEqualsToken, (x, y) => x + y],
  [ts.SyntaxKind.MinusEqualsToken, (x, y) => x - y],
  [ts.SyntaxKind.AsteriskEqualsToken, (x, y) => x * y],
  [ts.SyntaxKind.SlashEqualsToken, (x, y) => x / y],
  [ts.SyntaxKind.PercentEqualsToken, (x, y) => x % y],
  [ts.SyntaxKind.AsteriskAsteriskEqualsToken, (x, y) => x ** y],
]);

export const mathConstants: ReadonlyMap<string, number> = new Map(
  (["PI", "E", "LN2", "LN10", "LOG2E", "LOG10E", "SQRT2", "SQRT1_2"] as const).map((name) => [
    name,
    Math[name],
  ]),
);

const functionNames =
  "abs sign sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh pow hypot min max floor ceil round trunc fround".split(
    " ",
  );

const mathFunctions: ReadonlyMap<string, (...args: number[]) => number> = new Map(
  functionNames.map((name) => [name, Math[name as "pow"] as (...args: number[]) => number]),
);

/** JSON as static values; rectangular arrays of numbers stay nested lists until a shape is asked for. */
export function fromJson(value: unknown): Static {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, inside]) => [key, fromJson(inside)]));
  }
  return value as Static;
}
