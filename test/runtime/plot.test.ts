import { describe, expect, test } from "vitest";
import { heatMapSvg, plotSvg, plotTerminal, type Series } from "../../runtime/plot.ts";
import { axis, extent, runs } from "../../runtime/plot-scale.ts";

const line = (name: string, y: number[], x = y.map((_, i) => i)): Series => ({ name, kind: "line", x, y });
const points = (name: string, y: number[], x = y.map((_, i) => i)): Series => ({
  name,
  kind: "points",
  x,
  y,
});

describe("axis", () => {
  const labels = (low: number, high: number, count = 5, whole = true) =>
    axis([low, high], count, whole).ticks.map(({ label }) => label);

  test.each([
    [0, 10, ["0", "5", "10"]],
    [0, 0.9, ["0", "0.5", "1.0"]],
    [-3, 4, ["−4", "−2", "0", "2", "4"]],
    [1e-7, 3.1e-7, ["1e−7", "2e−7", "3e−7", "4e−7"]],
    [0, 4e7, ["0", "1e7", "2e7", "3e7", "4e7"]],
    [1995, 2003, ["1994", "1996", "1998", "2000", "2002", "2004"]],
  ])("%d to %d", (low, high, expected) => {
    expect(labels(low, high)).toEqual(expected);
  });

  test("an axis that keeps to its range has its ticks inside", () => {
    expect(axis([0.3, 9.7], 5, false)).toMatchObject({ low: 0.3, high: 9.7 });
    expect(labels(0.3, 9.7, 5, false)).toEqual(["5"]);
    expect(labels(0.3, 9.7, 7, false)).toEqual(["2", "4", "6", "8"]);
  });

  test("a single value, and values apart by rounding, get room", () => {
    for (const range of [
      [5, 5],
      [5, 5 + 1e-15],
      [0, 0],
      [-2, -2],
    ] as const) {
      const { low, high, ticks } = axis(range, 4, true);
      expect(low).toBeLessThan(range[0]);
      expect(high).toBeGreaterThan(range[1]);
      expect(ticks.length).toBeLessThan(8);
    }
  });
});

const tiny = Number.MIN_VALUE;
const huge = Number.MAX_VALUE;

test.each<[number, number]>([
  [-1e308, 1e308],
  [-huge, huge],
  [0, huge],
  [huge, huge],
  [-3e307, 1.5e308],
  [0, tiny],
  [-tiny, tiny],
  [tiny, tiny],
  [2e-300, 9e-300],
])("values from %d to %d have their places in a picture", (low, high) => {
  for (const whole of [true, false]) {
    const found = axis([low, high], 5, whole);
    expect(found.low).toBeLessThanOrEqual(low);
    expect(found.high).toBeGreaterThanOrEqual(high);
    expect(found.ticks.length).toBeGreaterThan(0);
    for (const { at, label } of found.ticks) {
      expect(Number(label.replace("\u2212", "-").replace("\u2212", "-"))).toBeCloseTo(at, -300);
      expect(at).toBeGreaterThanOrEqual(found.low);
      expect(at).toBeLessThanOrEqual(found.high);
    }
  }
  const series = [line("y", [low, high], [low, high]), points("z", [high, low], [low, high])];
  for (const picture of [
    plotSvg(series),
    plotTerminal(series),
    heatMapSvg({ x: [0, 1], y: [0, 1], columns: 2, rows: 1, values: [low, high] }),
  ])
    expect(picture).not.toMatch(/NaN|Infinity|undefined/);
});

test("what is not finite breaks a line and is left out of the range", () => {
  const broken = line("y", [1, Number.NaN, 3, 4, Number.POSITIVE_INFINITY]);
  expect(runs(broken)).toEqual([
    [[0, 1]],
    [
      [2, 3],
      [3, 4],
    ],
  ]);
  expect(extent([broken])).toEqual({ x: [0, 3], y: [1, 4] });
  expect(extent([line("y", [Number.NaN])])).toBeUndefined();
});

describe("terminal", () => {
  test("a rising line goes from the lower left to the upper right, with both axes", () => {
    expect(plotTerminal([line("y", [0, 1])], { width: 24, height: 5, title: "rise", xLabel: "t" })).toBe(
      [
        "rise",
        "1 ┤               ⢀⡠⠔⠊ y",
        "  │           ⢀⡠⠔⠊⠁",
        "  │       ⢀⡠⠔⠊⠁",
        "  │   ⢀⡠⠔⠊⠁",
        "0 ┤⡠⠔⠊⠁",
        "  └┬─────────────────┬",
        "   0                 1",
        "            t",
        "",
      ].join("\n"),
    );
  });

  test("points are marks, named in a legend and drawn over lines", () => {
    const text = plotTerminal([line("model", [0, 0, 0]), points("a", [0, 1, 0]), points("b", [1, 0, 1])], {
      width: 30,
      height: 4,
    });
    const rows = text.split("\n");
    expect(rows[0]).toBe("   o a   + b");
    expect(rows[1]).toMatch(/^1 ┤\+ +o +\+$/);
    expect(rows[4]).toMatch(/^0 ┤o.*\+.*o model$/);
  });

  test("no line is longer than the width, and lines that end together are named below each other", () => {
    const text = plotTerminal(
      [line("first", [0, 1]), line("second", [1, 1]), line("a name that is far too long", [2, 1])],
      {
        width: 40,
        height: 8,
      },
    );
    for (const row of text.split("\n")) expect(row.length).toBeLessThanOrEqual(40);
    for (const name of ["first", "second", "a name that"])
      expect(text.split("\n").filter((row) => row.includes(name)).length).toBe(1);
    expect(text).toContain("…");
  });

  test("colours only when asked, one for each name", () => {
    const series = [line("y", [0, 1]), points("y", [1, 0]), line("z", [1, 1])];
    expect(plotTerminal(series)).not.toContain("\u001b");
    const codes = new Set(plotTerminal(series, { colour: true }).match(/\p{Cc}\[\d+m/gu));
    expect(codes).toEqual(new Set(["\u001b[36m", "\u001b[33m", "\u001b[0m"]));
  });

  test("names cannot steer the terminal", () => {
    const text = plotTerminal([points("\u001b[2J\nboo\u202e", [1])], { title: "a\u0007b" });
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).toContain("\ufffd[2J\ufffdboo\ufffd");
  });

  test.each([0, 1, -3, 2.5, Number.NaN])("a size of %d leaves room to draw", (size) => {
    const text = plotTerminal([line("y", [0, 1]), points("z", [1, 0])], { width: size, height: size });
    expect(text).toContain("o");
    expect(text).not.toMatch(/NaN|undefined/);
  });

  test("nothing to draw", () => {
    expect(plotTerminal([])).toBe("(no finite data)\n");
    expect(plotTerminal([line("y", [Number.NaN])], { title: "t" })).toBe("t\n(no finite data)\n");
  });
});

describe("svg", () => {
  const chart = plotSvg([line("hare", [0, 2, 1]), points("lynx", [1, 2])], {
    title: "Pelts",
    xLabel: "year",
    yLabel: "thousands",
    width: 400,
    height: 300,
  });

  test("lines are paths through their points, points are circles", () => {
    const paths = [...chart.matchAll(/class="odegrad-line" stroke="(#\w+)" d="M([^"h]+)"/g)];
    expect(paths.length).toBe(1);
    const [x, y] = [0, 1].map((axis) =>
      paths[0]![2]!.split("L").map((pair) => Number(pair.split(" ")[axis])),
    );
    expect(x![1]! - x![0]!).toBeCloseTo(x![2]! - x![1]!, 1);
    expect(y![0]! - y![1]!).toBeCloseTo(2 * (y![2]! - y![1]!), 1);
    // Two points and their entry in the legend.
    expect(chart.match(/<circle/g)?.length).toBe(3);
  });

  test("title, labels, legend and ticks are there", () => {
    const texts = [...chart.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content);
    expect(texts).toEqual(["Pelts", "hare", "lynx", "0", "1", "2", "0", "1", "2", "year", "thousands"]);
    expect(chart).toContain('viewBox="0 0 400 300"');
  });

  test("all coordinates are inside", () => {
    for (const [, x, y] of chart.matchAll(/[ML](\d[\d.]*) (\d[\d.]*)/g)) {
      expect(Number(x)).toBeLessThanOrEqual(400);
      expect(Number(y)).toBeLessThanOrEqual(300);
    }
    expect(chart).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("text is escaped", () => {
    const hostile = plotSvg([line(`</text><script>alert("1")</script>&'\u0000\ud800`, [1, 2])], {
      title: '"><b>',
    });
    expect(hostile).not.toContain("<script");
    expect(hostile).not.toContain("<b>");
    expect(hostile).toContain(
      "&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\ufffd\ufffd",
    );
    expect(hostile).toContain('aria-label="&quot;&gt;&lt;b&gt;"');
  });

  test("a line and the points of one name share a colour", () => {
    const colours = (series: Series[]) =>
      new Set(
        plotSvg(series)
          .match(/(?:stroke|fill)="#\w+"/g)
          ?.map((c) => c.slice(-8)),
      );
    expect(colours([line("y", [0, 1]), points("y", [1, 0])]).size).toBe(1);
    expect(colours([line("y", [0, 1]), points("z", [1, 0])]).size).toBe(2);
  });

  test("a long legend goes on in further rows", () => {
    const many = Array.from({ length: 12 }, (_, i) => line(`series number ${i}`, [i, i + 1]));
    const rows = new Set([...plotSvg(many).matchAll(/y="([\d.]+)"[^>]*>series number/g)].map(([, y]) => y));
    expect(rows.size).toBe(3);
  });

  test("nothing to draw says so", () => {
    expect(plotSvg([])).toContain(">no finite data</text>");
    expect(plotSvg([line("y", [Number.NaN])])).not.toContain("NaN");
  });
});
