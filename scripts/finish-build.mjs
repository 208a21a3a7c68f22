// After tsc: takes out of dist what was built of sources that are gone, which would be published, lets the program be run, and has
// Node load the parser as load/typescript does it.
// What is still built stays in place all the while, for whoever is using it.
import fs from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "dist");
for (const file of fs.readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const source = file.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
  if (source !== file && !fs.existsSync(path.join(root, source))) fs.rmSync(path.join(dist, file));
}
for (const file of fs.readdirSync(path.join(dist, "compiler"), { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".js")) continue;
  const place = path.join(dist, "compiler", file);
  const code = fs.readFileSync(place, "utf8");
  const quick = code.replace(' from "ts-morph";', ' from "#typescript";');
  if (quick !== code) fs.writeFileSync(place, quick);
}
fs.chmodSync(path.join(dist, "compiler/main.js"), 0o755);
