// The sum of partial weight gradients [slice, output, tap, input] over slices, in ascending order.

struct Arguments {
    const ACC* sums; OUT* to;
    i64 n, slices, inputs, taps, lines, columns;
    i64 ts[5];
};

extern "C" __global__ void kernel(const Arguments a) {
    u64 t = (u64) blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= (u64) a.n) return;
    ACC sum = 0;
    const ACC* from = a.sums + t;
    i64 s = 0;
    for (; s + 3 < a.slices; s += 4, from += 4 * a.n) {
        ACC x0 = from[0], x1 = from[a.n], x2 = from[2 * a.n], x3 = from[3 * a.n];
        sum = sum + x0 + x1 + x2 + x3;
    }
    for (; s < a.slices; s++, from += a.n) sum += from[0];
    u64 input = t % (u64) a.inputs; t /= (u64) a.inputs;
    u64 tap = t % (u64) a.taps;
    u64 output = t / (u64) a.taps;
    u64 column = tap % (u64) a.columns, line = tap / (u64) a.columns % (u64) a.lines;
    u64 plane = tap / (u64) a.columns / (u64) a.lines;
    a.to[(i64) output * a.ts[0] + (i64) input * a.ts[1] + (i64) plane * a.ts[2] + (i64) line * a.ts[3]
         + (i64) column * a.ts[4]] = OUT_OF(sum);
}
