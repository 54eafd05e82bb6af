// The gradient of pooling: a thread computes VEC channels of one input position, for which it visits the windows that
// cover it in ascending order. An axis with stride 0 is adaptive. The definitions are those of pool.cuh.

struct Axis { i64 kernel, stride, low, high, dilation, count, in; };
struct Arguments {
    T* x; const T* y; const i64* places;
    i64 n, channels;
    Axis axis[3];
    i64 xs[5], ys[5], ps[5];
    i64 divisor; // 0: positions inside; -1: padding counts too
};
struct __align__(VEC * sizeof(T)) Pack { T v[VEC]; };
struct __align__(VEC > 1 ? 16 : 8) Places { i64 v[VEC]; };
struct Range { int first, end; };

// The windows that may cover a position.
FATHOM_FN Range covering(const Axis& a, int i) {
    int count = (int) a.count;
    if (a.stride == 0) {
        return {(int) ((i64) i * count / a.in), (int) (((i64) (i + 1) * count + a.in - 1) / a.in)};
    }
    int stride = (int) a.stride, low = (int) a.low, reach = ((int) a.kernel - 1) * (int) a.dilation;
    int least = i + low - reach;
    int first = least <= 0 ? 0 : (least + stride - 1) / stride;
    int end = (i + low) / stride + 1;
    return {first, end < count ? end : count};
}
// Whether the window covers it, which dilation may prevent.
FATHOM_FN bool covers(const Axis& a, int o, int i) {
    return a.dilation == 1 || (i + (int) a.low - o * (int) a.stride) % (int) a.dilation == 0;
}
// The number of positions that count in an average.
FATHOM_FN int counted(const Axis& a, int o, bool padding) {
    int in = (int) a.in;
    if (a.stride == 0) {
        return (int) (((i64) (o + 1) * in + a.count - 1) / a.count) - (int) ((i64) o * in / a.count);
    }
    int step = (int) a.dilation;
    int start = o * (int) a.stride - (int) a.low;
    int end = start + ((int) a.kernel - 1) * step + 1;
    int most = padding ? in + (int) a.high : in;
    int first = padding || start >= 0 ? start : start + (-start + step - 1) / step * step;
    end = end < most ? end : most;
    return end > first ? (end - first + step - 1) / step : 0;
}

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= (UIX) a.n) return;
#if CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    int w = (int) (t % (UIX) a.axis[2].in); t /= (UIX) a.axis[2].in;
    int h = (int) (t % (UIX) a.axis[1].in); t /= (UIX) a.axis[1].in;
#if VOLUME
    int d = (int) (t % (UIX) a.axis[0].in); t /= (UIX) a.axis[0].in;
#else
    const int d = 0;
#endif
#if !CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    IX n = (IX) t;
    IX to = n * (IX) a.xs[0] + c * (IX) a.xs[1] + d * (IX) a.xs[2] + h * (IX) a.xs[3] + w * (IX) a.xs[4];
    const T* g = a.y + (n * (IX) a.ys[0] + c * (IX) a.ys[1]);
#if MAX
    const i64* places = a.places + (n * (IX) a.ps[0] + c * (IX) a.ps[1]);
    i64 own = ((i64) d * a.axis[1].in + h) * a.axis[2].in + w;
#endif
    ACC sum[VEC];
    for (int v = 0; v < VEC; v++) sum[v] = 0;
    Range rows = covering(a.axis[1], h), columns = covering(a.axis[2], w);
#if VOLUME
    Range planes = covering(a.axis[0], d);
    for (int k = planes.first; k < planes.end; k++)
#else
    const int k = 0;
#endif
    for (int i = rows.first; i < rows.end; i++) {
        for (int j = columns.first; j < columns.end; j++) {
            const Pack pack = *(const Pack*) (g + (k * (IX) a.ys[2] + i * (IX) a.ys[3] + j * (IX) a.ys[4]));
#if MAX
            const Places found = *(const Places*) (places + (k * (IX) a.ps[2] + i * (IX) a.ps[3] + j * (IX) a.ps[4]));
#pragma unroll
            for (int v = 0; v < VEC; v++) if (found.v[v] == own) sum[v] += LOAD(pack.v[v]);
#else
            bool isCovered = covers(a.axis[1], i, h) && covers(a.axis[2], j, w);
            i64 divisor = a.divisor;
            if (divisor <= 0) {
                divisor = (i64) counted(a.axis[1], i, a.divisor < 0) * counted(a.axis[2], j, a.divisor < 0);
#if VOLUME
                divisor *= counted(a.axis[0], k, a.divisor < 0);
#endif
            }
#if VOLUME
            isCovered = isCovered && covers(a.axis[0], k, d);
#endif
            if (isCovered) {
#pragma unroll
                for (int v = 0; v < VEC; v++) sum[v] += LOAD(pack.v[v]) / (ACC) divisor;
            }
#endif
        }
    }
    Pack result;
    for (int v = 0; v < VEC; v++) result.v[v] = T_OF(sum[v]);
    *(Pack*) (a.x + to) = result;
}
