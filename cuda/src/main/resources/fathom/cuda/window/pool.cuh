// Pooling: a thread computes VEC channels of one window. An axis with stride 0 is adaptive.
// T, ACC, LOAD, T_OF: element type; IX: offsets; MAX; VOLUME: three axes, else two; WINDOW: positions along rows and
// columns if known; CHANNELS_INSIDE: threads are numbered along channels first.

struct Axis { i64 kernel, stride, low, high, dilation, count, in; };
struct Arguments {
    const T* x; T* y; i64* places;
    i64 n, channels;
    Axis axis[3];
    i64 xs[5], ys[5], ps[5];
    i64 divisor; // 0: positions inside; -1: padding counts too
};
struct __align__(VEC * sizeof(T)) Pack { T v[VEC]; };
struct Range { int first, end, step, padded; };

FATHOM_FN Range range(const Axis& a, int o) {
    int in = (int) a.in;
    if (a.stride == 0) {
        int first = (int) ((i64) o * in / a.count), end = (int) (((i64) (o + 1) * in + a.count - 1) / a.count);
        return {first, end, 1, end - first};
    }
    int step = (int) a.dilation;
    int start = o * (int) a.stride - (int) a.low;
    int end = start + ((int) a.kernel - 1) * step + 1;
    int most = in + (int) a.high;
    int padded = ((end < most ? end : most) - start + step - 1) / step;
    int first = start >= 0 ? start : start + (-start + step - 1) / step * step;
    return {first, end < in ? end : in, step, padded > 0 ? padded : 0};
}
FATHOM_FN int inside(const Range& r) { return r.end > r.first ? (r.end - r.first + r.step - 1) / r.step : 0; }

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= (UIX) a.n) return;
#if CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    int w = (int) (t % (UIX) a.axis[2].count); t /= (UIX) a.axis[2].count;
    int h = (int) (t % (UIX) a.axis[1].count); t /= (UIX) a.axis[1].count;
#if VOLUME
    int d = (int) (t % (UIX) a.axis[0].count); t /= (UIX) a.axis[0].count;
#else
    const int d = 0;
#endif
#if !CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    IX n = (IX) t;
    const T* x = a.x + (n * (IX) a.xs[0] + c * (IX) a.xs[1]);
    IX to = n * (IX) a.ys[0] + c * (IX) a.ys[1] + d * (IX) a.ys[2] + h * (IX) a.ys[3] + w * (IX) a.ys[4];
#if MAX
    ACC best[VEC];
    IX place[VEC];
    for (int v = 0; v < VEC; v++) { best[v] = 0; place[v] = -1; }
#define VISIT(pack, at) \
    _Pragma("unroll") \
    for (int v = 0; v < VEC; v++) { \
        ACC value = LOAD((pack).v[v]); \
        if (place[v] < 0 || (FLOATING ? !(value <= best[v]) && best[v] == best[v] : value > best[v])) { \
            best[v] = value; \
            place[v] = at; \
        } \
    }
#else
    ACC sum[VEC];
    for (int v = 0; v < VEC; v++) sum[v] = 0;
#define VISIT(pack, at) \
    _Pragma("unroll") \
    for (int v = 0; v < VEC; v++) sum[v] += LOAD((pack).v[v]);
#endif
#if WINDOW
    // all loads are independent, so that they are in flight together
    int h0 = h * (int) a.axis[1].stride - (int) a.axis[1].low, w0 = w * (int) a.axis[2].stride - (int) a.axis[2].low;
    Pack found[WINDOW * WINDOW];
#pragma unroll
    for (int i = 0; i < WINDOW; i++) {
#pragma unroll
        for (int j = 0; j < WINDOW; j++) {
            int y = h0 + i * (int) a.axis[1].dilation, z = w0 + j * (int) a.axis[2].dilation;
            if (y >= 0 && y < (int) a.axis[1].in && z >= 0 && z < (int) a.axis[2].in) {
                found[i * WINDOW + j] = *(const Pack*) (x + (y * (IX) a.xs[3] + z * (IX) a.xs[4]));
            }
        }
    }
#pragma unroll
    for (int i = 0; i < WINDOW; i++) {
#pragma unroll
        for (int j = 0; j < WINDOW; j++) {
            int y = h0 + i * (int) a.axis[1].dilation, z = w0 + j * (int) a.axis[2].dilation;
            if (y >= 0 && y < (int) a.axis[1].in && z >= 0 && z < (int) a.axis[2].in) {
                VISIT(found[i * WINDOW + j], y * (IX) a.axis[2].in + z)
            }
        }
    }
#if !MAX
    Range rows = range(a.axis[1], h), columns = range(a.axis[2], w);
#endif
#else
    Range rows = range(a.axis[1], h), columns = range(a.axis[2], w);
#if VOLUME
    Range planes = range(a.axis[0], d);
    for (int k = planes.first; k < planes.end; k += planes.step)
#else
    const int k = 0;
#endif
    for (int i = rows.first; i < rows.end; i += rows.step) {
        const T* row = x + (k * (IX) a.xs[2] + i * (IX) a.xs[3]);
        for (int j = columns.first; j < columns.end; j += columns.step) {
            const Pack pack = *(const Pack*) (row + j * (IX) a.xs[4]);
            VISIT(pack, (k * (IX) a.axis[1].in + i) * (IX) a.axis[2].in + j)
        }
    }
#endif
    Pack result;
#if MAX
    for (int v = 0; v < VEC; v++) result.v[v] = T_OF(best[v]);
    *(Pack*) (a.y + to) = result;
    IX at = n * (IX) a.ps[0] + c * (IX) a.ps[1] + d * (IX) a.ps[2] + h * (IX) a.ps[3] + w * (IX) a.ps[4];
    struct __align__(VEC > 1 ? 16 : 8) Places { i64 v[VEC]; };
    Places numbers;
    for (int v = 0; v < VEC; v++) numbers.v[v] = (i64) place[v];
    *(Places*) (a.places + at) = numbers;
#else
    i64 covered = (i64) inside(rows) * inside(columns), padded = (i64) rows.padded * columns.padded;
#if VOLUME
    covered *= inside(planes);
    padded *= planes.padded;
#endif
    i64 divisor = a.divisor > 0 ? a.divisor : a.divisor < 0 ? padded : covered;
    for (int v = 0; v < VEC; v++) {
#if FLOATING
        ACC mean = covered == 0 ? (ACC) 0 : sum[v] / (ACC) divisor;
#else
        ACC mean = covered == 0 ? 0 : (i64) ((double) sum[v] / (double) divisor);
#endif
        result.v[v] = T_OF(mean);
    }
    *(Pack*) (a.y + to) = result;
#endif
}
