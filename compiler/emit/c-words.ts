/**
 * Words that generated C must not use for a thing of its own: keywords of C and C++, and what the headers of the
 * standard and of POSIX define, as far as a macro or a type of that name would break a struct member or a scalar.
 * Functions are no danger to those, but are avoided where an author might expect the function.
 */

const setOf = (...lists: readonly string[]): ReadonlySet<string> => new Set(lists.join(" ").split(" "));

const keywords =
  "auto break case char const continue default do double else enum extern float for goto if inline int long register " +
  "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false " +
  "alignas alignof and and_eq asm atomic_cancel bitand bitor catch char8_t char16_t char32_t class compl concept " +
  "consteval constexpr constinit const_cast co_await co_return co_yield decltype delete dynamic_cast explicit export " +
  "friend mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public reinterpret_cast " +
  "requires static_assert static_cast template this thread_local throw try typeid typename using virtual wchar_t xor " +
  "xor_eq typeof typeof_unqual noreturn generic imaginary complex I NULL EOF errno assert offsetof unix linux near far min max interrupt " +
  "i386 huge pascal cdecl INFINITY NAN HUGE_VAL M_PI PI E main";

/** Functions of <math.h>, <stdlib.h>, <string.h> and POSIX that ODE authors like to name things after. */
const functions =
  "j0 j1 jn y0 y1 yn gamma lgamma tgamma signgam drem significand exp exp2 expm1 log log2 log10 log1p logb ilogb pow " +
  "sqrt cbrt hypot sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc ceil floor trunc round " +
  "lround rint nearbyint fabs fmod fmin fmax fma fdim remainder remquo copysign nan nextafter scalbn ldexp frexp modf " +
  "abs labs div ldiv rand srand malloc calloc realloc free exit abort atexit getenv system qsort bsearch abs memcpy " +
  "memmove memset memcmp strlen strcpy strcat strcmp index rindex time clock difftime signal raise select read write " +
  "open close link pipe dup wait sleep alarm pause kill stdin stdout stderr printf scanf puts putc getc remove rename " +
  "in ws out isnan isinf isfinite signbit size_t int32_t uint32_t float_t double_t environ timezone daylight tzname";

/** Macros of the standard headers that belong to no family below, and types whose names do not end in `_t`. */
const macros =
  "FILE DIR BUFSIZ CHAR_BIT MB_LEN_MAX MB_CUR_MAX DECIMAL_DIG FILENAME_MAX FOPEN_MAX TMP_MAX L_tmpnam L_ctermid " +
  "P_tmpdir RAND_MAX CLOCKS_PER_SEC HUGE_VALF HUGE_VALL SNAN SNANF SNANL WEOF BYTE_ORDER BIG_ENDIAN LITTLE_ENDIAN " +
  "PDP_ENDIAN NSIG NGREG PATH_MAX NAME_MAX PIPE_BUF NFDBITS FD_SETSIZE math_errhandling " +
  "EDOM EILSEQ ERANGE E2BIG EACCES EAGAIN EBADF EBUSY ECHILD EDEADLK EEXIST EFAULT EFBIG EINTR EINVAL EIO EISDIR " +
  "EMFILE EMLINK ENFILE ENODEV ENOENT ENOEXEC ENOLCK ENOMEM ENOSPC ENOSYS ENOTDIR ENOTTY ENXIO EPERM EPIPE EROFS " +
  "ESPIPE ESRCH ETIME EXDEV SIGABRT SIGALRM SIGCHLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGKILL SIGPIPE SIGQUIT " +
  "SIGSEGV SIGSTOP SIGTERM SIGTRAP SIGTSTP SIGUSR1 SIGUSR2";

const families: readonly RegExp[] = [
  // Types of the standard and of POSIX.
  /_t$/,
  /^M_(E|LOG2E|LOG10E|LN2|LN10|PI|PI_2|PI_4|1_PI|2_PI|2_SQRTPI|SQRT2|SQRT1_2)(l|f\d+x?)?$/,
  /^U?INT(_LEAST|_FAST)?(8|16|32|64)_(MAX|MIN|C|WIDTH)$/,
  /^(U?INTMAX|U?INTPTR|PTRDIFF|S?SIZE|WCHAR|WINT|SIG_ATOMIC)_(MAX|MIN|C|WIDTH)$/,
  /^([SU]?CHAR|U?SHRT|U?INT|U?LONG|U?LLONG|BOOL)_(MAX|MIN|WIDTH)$/,
  /^(FLT|DBL|LDBL)\d*X?_[A-Z0-9_]+$/,
  /^(FP|FE|SEEK|LC|CLOCK|MATH|EXIT|SIG|SA|SI|ILL|FPE|SEGV|BUS|TRAP|CLD|POLL|SS|ITIMER)_[A-Z0-9_]+$/,
  /^(PRI|SCN)[a-zA-Z](8|16|32|64|(FAST|LEAST)(8|16|32|64)|MAX|PTR)$/,
];

const words = setOf(keywords, functions, macros);

export const wordsOfC = {
  has: (word: string): boolean => words.has(word) || families.some((family) => family.test(word)),
};
