export default function (x: number): number {
  return 2 * x;
}
