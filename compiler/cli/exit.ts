/** The exit codes of the command line, as scripts rely on them. Data only. */

export const exitCode = {
  ok: 0,
  /** The model has errors, or its solve did not come to an end. */
  model: 1,
  /** The command line, a file it names or the configuration is wrong. */
  usage: 2,
  /** Generated files are out of date (`build --check`). */
  outOfDate: 3,
  verification: 4,
  /** A tool that was required is missing, say a C compiler. */
  missingTool: 5,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
