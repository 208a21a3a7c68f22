// After tsc: takes out of dist what was built of sources that are gone, which would be published, and lets the program be run.
// What is still built stays in place all the while, for whoever is using it.
import fs from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "dist");
for (const file of fs.readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const source = file.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
  if (source !== file && !fs.existsSync(path.join(root, source))) fs.rmSync(path.join(dist, file));
}
fs.chmodSync(path.join(dist, "compiler/main.js"), 0o755);
