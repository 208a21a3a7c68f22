#!/usr/bin/env node
/** The `odegrad` program: hands the words of the command line over and ends with its exit code. */

import { main } from "./cli/program.ts";
import { processContext } from "./cli/streams.ts";

// Setting the code, not exiting, lets what was printed reach a slow reader.
process.exitCode = await main(process.argv.slice(2), processContext());
