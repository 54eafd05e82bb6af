// The gradient of a grid: a thread or, CHANNELS_INSIDE, a warp computes one point, over all channels.

struct Arguments {
    const T* x; const T* grid; const T* g;
    i64 points, channels, chunks, per;
    i64 size[3], out[3];
    i64 xs[5], gs[5], ys[5];
    T* to;
    i64 ts[5];
};

extern "C" __global__ void kernel(const Arguments a) {
    u64 all = (u64) blockIdx.x * blockDim.x + threadIdx.x;
#if CHANNELS_INSIDE
    int lane = (int) (all & 31), step = 32;
    all >>= 5;
#else
    const int lane = 0, step = 1;
#endif
    UIX t = (UIX) all;
    if (t >= (UIX) a.points) return;
    int w = (int) (t % (UIX) a.out[2]); t /= (UIX) a.out[2];
    int h = (int) (t % (UIX) a.out[1]); t /= (UIX) a.out[1];
    int d = (int) (t % (UIX) a.out[0]);
    IX n = (IX) (t / (UIX) a.out[0]);
    const T* point = a.grid + (n * (IX) a.gs[0] + d * (IX) a.gs[1] + h * (IX) a.gs[2] + w * (IX) a.gs[3]);
    Taps x = taps_of(point[0], (int) a.size[2]), y = taps_of(point[(IX) a.gs[4]], (int) a.size[1]);
#if VOLUME
    Taps z = taps_of(point[2 * (IX) a.gs[4]], (int) a.size[0]);
#endif
    const T* image = a.x + n * (IX) a.xs[0];
    const T* g = a.g + (n * (IX) a.ys[0] + d * (IX) a.ys[2] + h * (IX) a.ys[3] + w * (IX) a.ys[4]);
    ACC dot[TERMS];
#pragma unroll
    for (int k = 0; k < TERMS; k++) dot[k] = 0;
    for (IX c = lane; c < (IX) a.channels; c += step) {
        ACC grad = g[c * (IX) a.ys[1]];
        const T* plane = image + c * (IX) a.xs[1];
#pragma unroll
        for (int k = 0; k < TERMS; k++) {
            int i = x.index[k % TAPS], j = y.index[k / TAPS % TAPS];
            bool is_inside = i >= 0 && j >= 0;
            IX offset = i * (IX) a.xs[4] + j * (IX) a.xs[3];
#if VOLUME
            int l = z.index[k / TAPS / TAPS];
            is_inside = is_inside && l >= 0;
            offset += l * (IX) a.xs[2];
#endif
            if (is_inside) dot[k] += grad * plane[offset];
        }
    }
    double sum[3] = {0, 0, 0};
#pragma unroll
    for (int k = 0; k < TERMS; k++) {
        int i = k % TAPS, j = k / TAPS % TAPS;
        bool is_inside = x.index[i] >= 0 && y.index[j] >= 0;
#if VOLUME
        int l = k / TAPS / TAPS;
        is_inside = is_inside && z.index[l] >= 0;
        if (is_inside) {
            sum[0] += dot[k] * x.slope[i] * y.weight[j] * z.weight[l];
            sum[1] += dot[k] * x.weight[i] * y.slope[j] * z.weight[l];
            sum[2] += dot[k] * x.weight[i] * y.weight[j] * z.slope[l];
        }
#else
        if (is_inside) {
            sum[0] += dot[k] * x.slope[i] * y.weight[j];
            sum[1] += dot[k] * x.weight[i] * y.slope[j];
        }
#endif
    }
#if CHANNELS_INSIDE
#pragma unroll
    for (int c = 0; c < COORDINATES; c++) {
        for (int half = 16; half > 0; half /= 2) sum[c] += __shfl_xor_sync(0xffffffffu, sum[c], half);
    }
#endif
    if (lane == 0) {
        T* to = a.to + (n * (IX) a.ts[0] + d * (IX) a.ts[1] + h * (IX) a.ts[2] + w * (IX) a.ts[3]);
        for (int c = 0; c < COORDINATES; c++) to[c * (IX) a.ts[4]] = (T) sum[c];
    }
}
