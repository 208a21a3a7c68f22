export async function rate(x: number) {
  return -x;
}
