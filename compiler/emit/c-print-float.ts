/**
 * Text of a C function that prints a float with nine digits, correctly rounded. printf cannot: what it is given is a
 * double, and code for float alone shall need none, nor the library that goes with it.
 */

export const printFloat = `/* Nine digits, from the digits of mantissa * 2^exponent, or mantissa * 5^-exponent / 10^-exponent. */
static void print_number(float x)
{
    int digits[160];
    int count = 0;
    int exponent = 0;
    int shift;
    int up;
    int last;
    long mantissa;
    if (x != x) {
        printf("nan\\n");
        return;
    }
    if (signbit(x)) printf("-");
    x = fabsf(x);
    if (x - x != 0.0f || x == 0.0f) {
        printf(x == 0.0f ? "0\\n" : "inf\\n");
        return;
    }
    mantissa = (long)ldexpf(frexpf(x, &exponent), 24);
    exponent -= 24;
    for (; mantissa > 0; mantissa /= 10) digits[count++] = (int)(mantissa % 10);
    for (int k = exponent < 0 ? -exponent : exponent; k > 0; k--) {
        int carry = 0;
        for (int i = 0; i < count; i++) {
            carry += digits[i] * (exponent < 0 ? 5 : 2);
            digits[i] = carry % 10;
            carry /= 10;
        }
        if (carry > 0) digits[count++] = carry;
    }
    last = count > 9 ? count - 9 : 0;
    up = last > 0 && digits[last - 1] >= 5;
    for (int i = last; i < count && up; i++) {
        up = digits[i] == 9;
        digits[i] = up ? 0 : digits[i] + 1;
    }
    if (up) digits[count++] = 1;
    shift = count - 1 + (exponent < 0 ? exponent : 0);
    printf("%d.", digits[count - 1]);
    for (int i = count - 2; i >= last; i--) printf("%d", digits[i]);
    printf("e%d\\n", shift);
}
`;
