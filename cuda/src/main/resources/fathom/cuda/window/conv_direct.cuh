// A convolution with few channels in a group or, TRANSPOSED, its input gradient: a thread computes VEC channels of
// POSITIONS neighbours along columns. DEPTHWISE: one channel of the operand for each of the result, the same.

struct Axis { i64 in, out, stride, low, dilation, taps; };
struct Arguments {
    const T* from; OUT* to;
#if HAS_BIAS
    const BIAS* bias;
#else
    i64 bias;
#endif
    const ACC* w; // [tap, summed channel, result channel of all groups]
    i64 n, channels, across, summed, results;
    Axis axis[3];
    i64 fs[5], ts[5], bias_stride;
};
struct __align__(VEC * sizeof(T)) Pack { T v[VEC]; };
struct __align__(VEC * sizeof(OUT)) OutPack { OUT v[VEC]; };
struct __align__(VEC > 1 ? 16 : sizeof(ACC)) Weights { ACC v[VEC]; };

#if TRANSPOSED
#define RESULT(axis) ((int) (axis).in)
#define OPERAND(axis) ((int) (axis).out)
#else
#define RESULT(axis) ((int) (axis).out)
#define OPERAND(axis) ((int) (axis).in)
#endif

// The position in the operand that a tap of a position of the result reads; -1 if there is none.
FATHOM_FN int source(const Axis& a, int at, int tap) {
#if TRANSPOSED
    int from = at + (int) a.low - tap * (int) a.dilation;
    if (a.stride != 1) {
        if (from < 0) return -1;
        int quotient = from / (int) a.stride;
        if (quotient * (int) a.stride != from) return -1;
        from = quotient;
    }
#else
    int from = at * (int) a.stride - (int) a.low + tap * (int) a.dilation;
#endif
    return from >= 0 && from < OPERAND(a) ? from : -1;
}

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= (UIX) a.n) return;
#if CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    int w0 = (int) (t % (UIX) a.across) * POSITIONS; t /= (UIX) a.across;
    int h = (int) (t % (UIX) RESULT(a.axis[1])); t /= (UIX) RESULT(a.axis[1]);
#if VOLUME
    int d = (int) (t % (UIX) RESULT(a.axis[0])); t /= (UIX) RESULT(a.axis[0]);
#endif
#if !CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    IX n = (IX) t;
    ACC sum[POSITIONS][VEC];
#pragma unroll
    for (int p = 0; p < POSITIONS; p++) {
#pragma unroll
        for (int v = 0; v < VEC; v++) sum[p][v] = 0;
    }
    IX row_stride = (IX) a.channels * VEC;
#if DEPTHWISE
    const int summed = 1;
    const T* from = a.from + (n * (IX) a.fs[0] + c * (IX) a.fs[1]);
#else
    const int summed = (int) a.summed;
    const T* from = a.from + (n * (IX) a.fs[0] + c / (IX) a.results * summed * (IX) a.fs[1]);
#endif
#if VOLUME
    for (int k = 0; k < (int) a.axis[0].taps; k++) {
        int plane = source(a.axis[0], d, k);
        if (plane < 0) continue;
#else
    {
        const int plane = 0, k = 0;
#endif
        for (int i = 0; i < (int) a.axis[1].taps; i++) {
            int row = source(a.axis[1], h, i);
            if (row < 0) continue;
            const T* line = from + (plane * (IX) a.fs[2] + row * (IX) a.fs[3]);
            IX tap = (k * (IX) a.axis[1].taps + i) * (IX) a.axis[2].taps;
            for (int j = 0; j < (int) a.axis[2].taps; j++, tap++) {
                IX at[POSITIONS];
#pragma unroll
                for (int p = 0; p < POSITIONS; p++) at[p] = source(a.axis[2], w0 + p, j);
                for (int s = 0; s < summed; s++) {
                    const Weights weights = *(const Weights*) (a.w + ((tap * summed + s) * row_stride + c));
#pragma unroll
                    for (int p = 0; p < POSITIONS; p++) {
                        if (at[p] >= 0) {
                            const Pack x = *(const Pack*) (line + (at[p] * (IX) a.fs[4] + s * (IX) a.fs[1]));
#pragma unroll
                            for (int v = 0; v < VEC; v++) sum[p][v] += LOAD(x.v[v]) * weights.v[v];
                        }
                    }
                }
            }
        }
    }
    ACC bias[VEC];
#pragma unroll
    for (int v = 0; v < VEC; v++) {
#if HAS_BIAS
        bias[v] = (ACC) widen(a.bias[(c + v) * (IX) a.bias_stride]);
#else
        bias[v] = 0;
#endif
    }
    IX to = n * (IX) a.ts[0] + c * (IX) a.ts[1] + h * (IX) a.ts[3];
#if VOLUME
    to += d * (IX) a.ts[2];
#endif
#pragma unroll
    for (int p = 0; p < POSITIONS; p++) {
        if (w0 + p < RESULT(a.axis[2])) {
            OutPack result;
#pragma unroll
            for (int v = 0; v < VEC; v++) result.v[v] = OUT_OF(sum[p][v] + bias[v]);
            *(OutPack*) (a.to + (to + (w0 + p) * (IX) a.ts[4])) = result;
        }
    }
}
