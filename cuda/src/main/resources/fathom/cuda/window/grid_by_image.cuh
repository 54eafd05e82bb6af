// The gradient of an image, in passes: 2 clears the sums; 3 finds the greatest gradient; 4 adds what each point gives to
// its positions as integers, whose sum does not depend on the order; 5 converts the sums. What is not finite is noted in
// the result itself: 1 for infinity, 2 for minus infinity, 4 for NaN.

struct Arguments {
    T* x; const T* grid; const T* g;
    i64 points, channels, chunks, per;
    i64 size[3], out[3];
    i64 xs[5], gs[5], ys[5];
    u64* scratch; // the greatest magnitude's bits, one unused, then the sums
    i64 n, bits;
};
#define PARTS (SINGLE ? 1 : 2)

FATHOM_FN IX result_offset(const Arguments& a, UIX t) {
#if CHANNELS_INSIDE
    IX offset = (IX) (t % (UIX) a.channels) * (IX) a.xs[1]; t /= (UIX) a.channels;
#else
    IX offset = 0;
#endif
    offset += (IX) (t % (UIX) a.size[2]) * (IX) a.xs[4]; t /= (UIX) a.size[2];
    offset += (IX) (t % (UIX) a.size[1]) * (IX) a.xs[3]; t /= (UIX) a.size[1];
    offset += (IX) (t % (UIX) a.size[0]) * (IX) a.xs[2]; t /= (UIX) a.size[0];
#if !CHANNELS_INSIDE
    offset += (IX) (t % (UIX) a.channels) * (IX) a.xs[1]; t /= (UIX) a.channels;
#endif
    return offset + (IX) t * (IX) a.xs[0];
}

// The exponent of the unit that gradients are counted in.
FATHOM_FN int unit(const Arguments& a) {
    double greatest = as_double(a.scratch[0]);
    return greatest > 0 ? ilogb(greatest) + 1 + (int) a.bits - 61 : 0;
}

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
#if PASS == 2
    if (t == 0) a.scratch[0] = 0;
    if (t >= (UIX) a.n) return;
    a.x[result_offset(a, t)] = 0;
    for (int part = 0; part < PARTS; part++) a.scratch[2 + PARTS * (u64) t + part] = 0;
#elif PASS == 3
    double greatest = 0;
    for (UIX all = (UIX) (a.points * a.channels); t < all; t += (UIX) gridDim.x * blockDim.x) {
        UIX rest = t;
#if CHANNELS_INSIDE
        IX c = (IX) (rest % (UIX) a.channels); rest /= (UIX) a.channels;
#endif
        IX w = (IX) (rest % (UIX) a.out[2]); rest /= (UIX) a.out[2];
        IX h = (IX) (rest % (UIX) a.out[1]); rest /= (UIX) a.out[1];
        IX d = (IX) (rest % (UIX) a.out[0]); rest /= (UIX) a.out[0];
#if !CHANNELS_INSIDE
        IX c = (IX) (rest % (UIX) a.channels); rest /= (UIX) a.channels;
#endif
        double value = fabs((double) a.g[(IX) rest * (IX) a.ys[0] + c * (IX) a.ys[1] + d * (IX) a.ys[2]
                                         + h * (IX) a.ys[3] + w * (IX) a.ys[4]]);
        if (value > greatest && value < FATHOM_INFINITY) greatest = value;
    }
    for (int half = 16; half > 0; half /= 2) {
        double other = __shfl_xor_sync(0xffffffffu, greatest, half);
        if (other > greatest) greatest = other;
    }
    if ((threadIdx.x & 31) == 0 && greatest > 0) atomicMax(a.scratch, as_bits(greatest));
#elif PASS == 4
    if (t >= (UIX) (a.points * a.chunks)) return;
#if CHANNELS_INSIDE
    IX chunk = (IX) (t % (UIX) a.chunks); t /= (UIX) a.chunks;
#else
    IX chunk = (IX) (t / (UIX) a.points); t %= (UIX) a.points;
#endif
    int w = (int) (t % (UIX) a.out[2]); t /= (UIX) a.out[2];
    int h = (int) (t % (UIX) a.out[1]); t /= (UIX) a.out[1];
    int d = (int) (t % (UIX) a.out[0]);
    IX n = (IX) (t / (UIX) a.out[0]);
    const T* point = a.grid + (n * (IX) a.gs[0] + d * (IX) a.gs[1] + h * (IX) a.gs[2] + w * (IX) a.gs[3]);
    Taps x = taps_of(point[0], (int) a.size[2]), y = taps_of(point[(IX) a.gs[4]], (int) a.size[1]);
#if VOLUME
    Taps z = taps_of(point[2 * (IX) a.gs[4]], (int) a.size[0]);
#endif
    int exponent = unit(a);
    const T* g = a.g + (n * (IX) a.ys[0] + d * (IX) a.ys[2] + h * (IX) a.ys[3] + w * (IX) a.ys[4]);
    IX first = chunk * (IX) a.per, end = first + (IX) a.per;
    if (end > (IX) a.channels) end = (IX) a.channels;
#pragma unroll
    for (int k = 0; k < TERMS; k++) {
        int i = k % TAPS, j = k / TAPS % TAPS;
        bool is_inside = x.index[i] >= 0 && y.index[j] >= 0;
        u64 row = (u64) (y.index[j] * (IX) a.size[2] + x.index[i]);
        IX offset = n * (IX) a.xs[0] + x.index[i] * (IX) a.xs[4] + y.index[j] * (IX) a.xs[3];
        double weight = x.weight[i] * y.weight[j];
        u64 positions = (u64) (a.size[1] * a.size[2]);
#if VOLUME
        int l = k / TAPS / TAPS;
        is_inside = is_inside && z.index[l] >= 0;
        row += (u64) z.index[l] * (u64) (a.size[1] * a.size[2]);
        offset += z.index[l] * (IX) a.xs[2];
        weight *= z.weight[l];
        positions *= (u64) a.size[0];
#endif
        if (!is_inside) continue;
        for (IX c = first; c < end; c++) {
            double value = weight * (double) g[c * (IX) a.ys[1]];
#if CHANNELS_INSIDE
            u64 at = ((u64) n * positions + row) * (u64) a.channels + (u64) c;
#else
            u64 at = ((u64) n * (u64) a.channels + (u64) c) * positions + row;
#endif
            if (!(fabs(value) < FATHOM_INFINITY)) {
                atomicOr((u32*) (a.x + (offset + c * (IX) a.xs[1])), value != value ? 4u : value > 0 ? 1u : 2u);
                continue;
            }
            double units = rint(ldexp(value, -exponent));
            if (units != 0) atomicAdd(a.scratch + (2 + PARTS * at), (u64) (i64) units);
#if !SINGLE
            double rest = value - ldexp(units, exponent);
            i64 parts = (i64) rint(ldexp(rest, 60 - (int) a.bits - exponent));
            if (parts != 0) atomicAdd(a.scratch + (2 + PARTS * at + 1), (u64) parts);
#endif
        }
    }
#else
    if (t >= (UIX) a.n) return;
    T* to = a.x + result_offset(a, t);
    u32 noted = *(const u32*) to;
    int exponent = unit(a);
    double sum = ldexp((double) (i64) a.scratch[2 + PARTS * (u64) t], exponent);
#if !SINGLE
    sum += ldexp((double) (i64) a.scratch[2 + PARTS * (u64) t + 1], exponent - 60 + (int) a.bits);
#endif
    if (noted != 0) sum = noted == 1 ? FATHOM_INFINITY : noted == 2 ? -FATHOM_INFINITY : FATHOM_NAN;
    *to = (T) sum;
#endif
}
