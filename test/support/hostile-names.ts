/** Words that mean something to a target, to a header, to an engine or to the compiler itself, and names of odd shape. */

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

const families = {
  javaScript: words(`
    abstract arguments as async await boolean break byte case catch char class const continue debugger declare default
    delete do double else enum eval export extends false final finally float for from function get global goto if
    implements import in infer instanceof int interface is keyof let long module namespace native never new null number
    object of override package private protected public readonly return satisfies set short static string super switch
    symbol synchronized this throw throws transient true try type typeof undefined unique unknown using var void volatile
    while with yield any accessor asserts bigint`),
  globals: words(`
    Array Float64Array Int32Array Object Number String Symbol Proxy JSON Infinity NaN globalThis hasOwnProperty isPrototypeOf
    toString valueOf toLocaleString prototype constructor caller callee apply call bind then length name __defineGetter__
    __lookupSetter__ process require exports window document console`),
  cAndCxx: words(`
    alignas alignof and and_eq asm auto bitand bitor bool char8_t char16_t char32_t compl concept consteval constexpr constinit
    const_cast co_await co_return co_yield decltype dynamic_cast explicit extern friend inline mutable noexcept not not_eq
    nullptr operator or or_eq register reinterpret_cast requires restrict signed sizeof static_assert static_cast struct
    template thread_local typedef typeid typename union unsigned virtual wchar_t xor xor_eq _Bool _Complex _Generic _Static_assert
    __func__ __LINE__ __FILE__ __attribute__ __restrict__ __cplusplus typeof_unqual final`),
  mathHeader: words(`
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 exp10 expm1 fabs fdim floor fma fmax
    fmin fmod frexp hypot ilogb ldexp lgamma log log10 log1p log2 logb lrint lround modf nan nearbyint nextafter pow pow10
    remainder remquo rint round scalbn significand sin sincos sinh sqrt tan tanh tgamma trunc drem finite gamma signgam
    j0 j1 jn y0 y1 yn j0f y1f sinf expf isnan isinf isfinite isnormal signbit fpclassify isgreater HUGE_VAL INFINITY NAN
    FP_NAN FP_ZERO M_PI M_E M_LN2 MATH_ERRNO math_errhandling float_t double_t DOMAIN OVERFLOW SING PLOSS`),
  headers: words(`
    abs abort atexit calloc div EOF errno EDOM ERANGE exit FILE free getenv index labs malloc memcpy memset NULL offsetof printf
    putc puts qsort raise rand read rindex select signal size_t stderr stdin stdout strcmp strlen time va_list write int8_t
    int32_t uint32_t INT32_MAX UINT32_C DBL_EPSILON FLT_MAX RAND_MAX CHAR_BIT assert complex I imaginary creal true false
    environ timezone daylight SIGINT PATH_MAX main`),
  macros: words(`
    unix linux i386 near far huge min max small hyper interface pascal cdecl interrupt OPTIONAL IN OUT ERROR TRUE FALSE BIG_ENDIAN
    major minor makedev B0 F_OK X_OK _N _P _S _L`),
  generated: words(`
    io meta status solve gradient field fieldVjp fieldJvp reserve simulate valueAndGradient control state state0 params inputs
    data times states outputs value state0Bar paramsBar inputsBar report result capacity out ws w h t k n y p dy yBar pBar
    yDot pDot dyDot t0 t1 steps step_count stored_x lambda_x k_x x_x u_x w_x x_bar x_dot f_x x_tape trips_tape x_2 i_2 v_
    rhs rhs_vjp terminal failed_step x_start x_states params_k problem solution gradients workspace step stage going holds`),
} as const;

/** Names that are words nowhere, of letters and lengths that targets lack. */
const shapes = [
  ..."π λ θ Δt ω_0 größe élan øre ñ x₁ø 变量 переменная 𝒳 𐐷 ﬁn".split(" ").filter((name) => isName(name)),
  // One letter in two spellings, which are two names.
  ...["caf\u00e9", "cafe\u0301"],
  ...["$", "_", "$$", "a$b", "a_b", "_1", "__", "__x", "_X", "x1", "X1", "l", "O"],
  ...["x".repeat(500), `${"x".repeat(499)}y`],
];

function isName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}

/** Every hostile name once, by family. */
export const hostileNames: Readonly<Record<string, readonly string[]>> = { ...families, shapes };

export const allHostileNames: readonly string[] = [
  ...new Set([...Object.values(families).flat(), ...shapes]),
];

/** What the model text imports, and what the language keeps for itself. */
const kept = new Set([
  "ode",
  "vec",
  "hold",
  "Math",
  "undefined",
  "Float64Array",
  "Int32Array",
  "Array",
  "Number",
  "NaN",
  "Infinity",
]);

/** Whether a name may stand for a variable in a module; if not, it is a name of members alone. */
export function isVariable(name: string): boolean {
  if (kept.has(name) || name === "await") return false;
  try {
    new Function(`"use strict"; let ${name};`);
    return true;
  } catch {
    return false;
  }
}
