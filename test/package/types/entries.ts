/// <reference types="odegrad/client" />
// Every entry beside the models', in a project that has its declarations checked, and imports of generated text.
import "odegrad/register";
import { compile } from "odegrad/compiler";
import { defineConfig } from "odegrad/config";
import esbuild from "odegrad/esbuild";
import rolldown from "odegrad/rolldown";
import rollup from "odegrad/rollup";
import rspack from "odegrad/rspack";
import vite from "odegrad/vite";
import { expectGenerated, expectGradient } from "odegrad/vitest";
import webpack from "odegrad/webpack";
import { type Kept, swing } from "./compiled.ode.ts";
import { files } from "./models.ode.ts?c";
import text from "./models.ode.ts?js";
import { files as own } from "./models.ode.ts?model=pend&c";
import ir from "./models.ode.ts?model=pend&ir";

export const texts: readonly (string | undefined)[] = [files["pend.h"], own["pend.h"], text, ir];
export const plugins = [esbuild(), rolldown(), rollup({ steps: 3 }), rspack(), vite(), webpack()];
// @ts-expect-error: there is no such function
export const misspelt = vite({ emit: ["gradiant"] });
export const others = [compile, defineConfig, expectGenerated, expectGradient];
export const slope: Kept = swing.gradient().params.damping + swing.gradient().state.angle;
