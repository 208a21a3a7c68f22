/** Pictures on canvases. */

/** A pendulum; angle 0 hangs down, `length` in halves of the picture. */
export function pendulum(context: CanvasRenderingContext2D, angle: number, length: number): void {
  const { width, height } = context.canvas;
  const [x, y] = [width / 2, height / 2];
  const reach = length * 0.9 * y;
  const [endX, endY] = [x + reach * Math.sin(angle), y + reach * Math.cos(angle)];
  context.clearRect(0, 0, width, height);
  context.lineWidth = 6;
  context.strokeStyle = "#888";
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(endX, endY);
  context.stroke();
  context.fillStyle = "#1565c0";
  context.beginPath();
  context.arc(endX, endY, 24, 0, 2 * Math.PI);
  context.fill();
}

/** A line through values at equal distances, within a range; `mark` from 0 to 1 is where time stands. */
export function curve(
  context: CanvasRenderingContext2D,
  title: string,
  values: readonly number[],
  [low, high]: readonly [number, number],
  mark?: number,
): void {
  const { width, height } = context.canvas;
  const y = (value: number): number => height - ((value - low) / (high - low)) * height;
  context.clearRect(0, 0, width, height);
  context.font = "26px system-ui, sans-serif";
  context.fillStyle = "#222";
  context.fillText(title, 16, 36);
  const line = (points: readonly (readonly [number, number])[], style: string, thickness: number) => {
    context.strokeStyle = style;
    context.lineWidth = thickness;
    context.beginPath();
    for (const point of points) context.lineTo(...point);
    context.stroke();
  };
  line(
    [
      [0, y(0)],
      [width, y(0)],
    ],
    "#ccc",
    2,
  );
  if (mark !== undefined)
    line(
      [
        [mark * width, 0],
        [mark * width, height],
      ],
      "#e57373",
      3,
    );
  line(
    values.map((value, i) => [(i / Math.max(values.length - 1, 1)) * width, y(value)] as const),
    "#1565c0",
    4,
  );
}
