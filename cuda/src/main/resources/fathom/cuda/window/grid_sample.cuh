// Samples of an image at the points of a grid: a thread computes some channels of one point, VEC at a time.

struct Arguments {
    const T* x; const T* grid; T* y;
    i64 points, channels, chunks, per;
    i64 size[3], out[3];
    i64 xs[5], gs[5], ys[5];
};
struct __align__(VEC * sizeof(T)) Pack { T v[VEC]; };

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
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
    IX offset[TERMS];
    ACC weight[TERMS];
    bool is_inside[TERMS];
#pragma unroll
    for (int k = 0; k < TERMS; k++) {
        int i = k % TAPS, j = k / TAPS % TAPS;
        is_inside[k] = x.index[i] >= 0 && y.index[j] >= 0;
        offset[k] = x.index[i] * (IX) a.xs[4] + y.index[j] * (IX) a.xs[3];
        double product = x.weight[i] * y.weight[j];
#if VOLUME
        int l = k / TAPS / TAPS;
        is_inside[k] = is_inside[k] && z.index[l] >= 0;
        offset[k] += z.index[l] * (IX) a.xs[2];
        product *= z.weight[l];
#endif
        weight[k] = (ACC) product;
    }
    IX c = chunk * (IX) a.per, end = c + (IX) a.per;
    if (end > (IX) a.channels) end = (IX) a.channels;
    const T* image = a.x + n * (IX) a.xs[0];
    T* to = a.y + (n * (IX) a.ys[0] + d * (IX) a.ys[2] + h * (IX) a.ys[3] + w * (IX) a.ys[4]);
    for (; c < end; c += VEC) {
        ACC sum[VEC];
#pragma unroll
        for (int v = 0; v < VEC; v++) sum[v] = 0;
#pragma unroll
        for (int k = 0; k < TERMS; k++) {
            if (is_inside[k]) {
                const Pack pack = *(const Pack*) (image + (c * (IX) a.xs[1] + offset[k]));
#pragma unroll
                for (int v = 0; v < VEC; v++) sum[v] += weight[k] * pack.v[v];
            }
        }
        Pack result;
#pragma unroll
        for (int v = 0; v < VEC; v++) result.v[v] = sum[v];
        *(Pack*) (to + c * (IX) a.ys[1]) = result;
    }
}
