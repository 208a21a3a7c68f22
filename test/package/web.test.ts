/** The example page in Chromium, served by Vite from the packed package: it learns, it takes changes of its model, and shows its errors. */

import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, packed, root } from "./packed.ts";

const executablePath = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) =>
    (process.env["PATH"] ?? "").split(path.delimiter).map((folder) => path.join(folder, name)),
  )
  .find((file) => fs.existsSync(file));

let project: Packed;
let server: ChildProcess;
let browser: Browser;
let page: Page;
const missing: string[] = [];

const modelFile = () => path.join(project.folder, "swing.ode.ts");
const figures = () =>
  page.evaluate("({ ...window.page, marker: window.marker })") as Promise<Record<string, number>>;
/** Saves the model. The watcher of Vite takes changes of a file within 50 ms for one, and would not see the second. */
async function save(text: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  fs.writeFileSync(modelFile(), text);
}
/** Waits until what the page says of itself is so. */
const until = (condition: string) => page.waitForFunction(condition, undefined, { timeout: 50_000 });

describe.skipIf(executablePath === undefined)("the page (needs chromium)", () => {
  beforeAll(async () => {
    project = packed(path.join(root, "examples/web"));
    server = spawn(
      process.execPath,
      ["node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--port", "0"],
      {
        cwd: project.folder,
        env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const address = new Promise<string>((resolve, reject) => {
      let said = "";
      for (const stream of [server.stdout!, server.stderr!]) {
        stream.on("data", (data) => {
          said += data;
          const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
          if (found !== null) resolve(found[0]);
        });
      }
      server.on("exit", () => reject(new Error(said)));
    });
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
    page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    page.on("response", (answer) => {
      if (answer.status() === 404) missing.push(answer.url());
    });
    await page.goto(await address);
    await page.evaluate("window.marker = 1");
  });

  afterAll(async () => {
    await browser?.close();
    server?.kill();
    project?.remove();
  });

  it("learns to swing up, in less than a sixtieth of a second a frame", async () => {
    await until("window.page?.uprightness > 0.995");
    const { milliseconds, frames } = await figures();
    expect(frames).toBeGreaterThan(5);
    expect(milliseconds).toBeLessThan(1000 / 60);
    const picture = await page.screenshot();
    // A blank page of this size is a fraction of that.
    expect(picture.length).toBeGreaterThan(30_000);
    if (process.env["ODEGRAD_SCREENSHOT"] !== undefined)
      fs.writeFileSync(process.env["ODEGRAD_SCREENSHOT"], picture);
  });

  it("takes a dragged parameter, and learns anew", async () => {
    const slider = page.locator("input[name=length]");
    const box = (await slider.boundingBox())!;
    const { value: before } = await figures();
    await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    expect(
      await slider.evaluate((input) => (input as unknown as { valueAsNumber: number }).valueAsNumber),
    ).toBeGreaterThan(1.8);
    await until(`Math.abs(window.page.value - ${before}) > 1e-3`);
    await until("window.page.uprightness > 0.995");
  });

  it("a changed model goes on in the same page", async () => {
    const text = fs.readFileSync(modelFile(), "utf8");
    await save(text.replace("+ rate ** 2,", "+ rate ** 2 + 1000,"));
    await until("window.page.value > 1000");
    const { frames, marker } = await figures();
    expect(marker).toBe(1);
    await save(text);
    await until(`window.page.value < 1000 && window.page.frames > ${frames}`);
  });

  it("a broken model is shown on the page with its place, until it is right again", async () => {
    const text = fs.readFileSync(modelFile(), "utf8");
    await save(text.replace("- damping * rate", "- dampling * rate"));
    const overlay = page.locator("vite-error-overlay");
    await overlay.waitFor({ state: "attached", timeout: 50_000 });
    const said = await overlay.evaluate(
      (element) => (element as unknown as { shadowRoot: { textContent: string } }).shadowRoot.textContent,
    );
    expect(said).toContain("ODE2001");
    expect(said).toContain("did you mean `damping`?");
    expect(said).toMatch(/swing\.ode\.ts:11:/);
    const { frames } = await figures();
    await save(text);
    await overlay.waitFor({ state: "detached", timeout: 50_000 });
    await until(`window.page.frames > ${frames}`);
    expect((await figures())["marker"]).toBe(1);
  });

  it("a page whose model exports other names is loaded again", async () => {
    await page.evaluate("window.marker = 2");
    const text = fs.readFileSync(modelFile(), "utf8");
    await save(`${text}export { swing as other };\n`);
    await until("window.marker === undefined && window.page?.frames > 0");
  });

  it("asks for nothing that is not there, and says what its pictures are", async () => {
    expect(missing).toEqual([]);
    expect(await page.getByRole("img", { name: "pendulum" }).count()).toBe(1);
    expect(await page.locator("canvas:not([role=img][aria-label])").count()).toBe(0);
  });
});
