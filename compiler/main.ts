#!/usr/bin/env node
/** The `odegrad` program: hands the words of the command line over and ends with its exit code. */

import module from "node:module";
import { main } from "./cli/program.ts";
import { processContext } from "./cli/streams.ts";

// From Node 22 on: the parser behind a command, which is most of its start, is then compiled once and not every time.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const code = await main(process.argv.slice(2), processContext());
// Setting the code, not exiting, lets what was printed reach a slow reader. Where it did not, the code is set already.
process.exitCode ??= code;
