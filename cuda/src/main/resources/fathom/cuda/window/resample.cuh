// Separable resampling: a thread computes VEC channels of one position from sparse weights along AXES axes.

struct Table { const int* starts; const int* columns; const ACC* weights; };
struct Arguments {
    const T* x; T* y;
    i64 n, channels;
    i64 size[3];
    Table axis[3];
    i64 xs[5], ys[5];
};
struct __align__(VEC * sizeof(T)) Pack { T v[VEC]; };

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= (UIX) a.n) return;
#if CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    int w = (int) (t % (UIX) a.size[2]); t /= (UIX) a.size[2];
#if AXES > 1
    int h = (int) (t % (UIX) a.size[1]); t /= (UIX) a.size[1];
#endif
#if AXES > 2
    int d = (int) (t % (UIX) a.size[0]); t /= (UIX) a.size[0];
#endif
#if !CHANNELS_INSIDE
    IX c = (IX) (t % (UIX) a.channels) * VEC; t /= (UIX) a.channels;
#endif
    IX n = (IX) t;
    const T* x = a.x + (n * (IX) a.xs[0] + c * (IX) a.xs[1]);
    IX to = n * (IX) a.ys[0] + c * (IX) a.ys[1] + w * (IX) a.ys[4];
    int first = a.axis[2].starts[w], end = a.axis[2].starts[w + 1];
    ACC sum[VEC];
#pragma unroll
    for (int v = 0; v < VEC; v++) sum[v] = 0;
#if AXES > 2
    to += d * (IX) a.ys[2];
    for (int k = a.axis[0].starts[d]; k < a.axis[0].starts[d + 1]; k++) {
        const T* plane = x + a.axis[0].columns[k] * (IX) a.xs[2];
        ACC outer = a.axis[0].weights[k];
#else
    {
        const T* plane = x;
        const ACC outer = 1;
#endif
#if AXES > 1
        for (int i = a.axis[1].starts[h]; i < a.axis[1].starts[h + 1]; i++) {
            const T* row = plane + a.axis[1].columns[i] * (IX) a.xs[3];
            ACC middle = outer * a.axis[1].weights[i];
#else
        {
            const T* row = plane;
            const ACC middle = outer;
#endif
            for (int j = first; j < end; j++) {
                ACC weight = middle * a.axis[2].weights[j];
                const Pack pack = *(const Pack*) (row + a.axis[2].columns[j] * (IX) a.xs[4]);
#pragma unroll
                for (int v = 0; v < VEC; v++) sum[v] += weight * LOAD(pack.v[v]);
            }
        }
    }
#if AXES > 1
    to += h * (IX) a.ys[3];
#endif
    Pack result;
#pragma unroll
    for (int v = 0; v < VEC; v++) result.v[v] = T_OF(sum[v]);
    *(Pack*) (a.y + to) = result;
}
