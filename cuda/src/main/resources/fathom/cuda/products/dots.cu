// M rows, a few, times a matrix whose columns are dense: WARPS warps compute a column's M dot products.
#define COLUMNS (8 / WARPS)
struct __align__(WIDTH_B * sizeof(IN)) WideB { IN v[WIDTH_B]; };
#if WIDTH_A == WIDTH_B
typedef WideB WideA;
#endif

extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
    __shared__ SUM parts[8][M];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const i64 n = (i64) blockIdx.x * COLUMNS + warp / WARPS;
    for (i64 batch = blockIdx.z; batch < a.batches; batch += gridDim.z) {
        const Batch o = batch_at(a, batch);
        SUM sum[M];
#pragma unroll
        for (int m = 0; m < M; m++) sum[m] = 0;
        if (n < a.n) {
            const IN* b = a.b + o.b + n * a.bn;
            const IN* x = a.a + o.a;
#pragma unroll 4
            for (i64 k = (warp % WARPS * 32 + lane) * WIDTH_B; k < a.k; k += WARPS * 32 * WIDTH_B) {
                WideB w = *(const WideB*) (b + k * a.bk);
#pragma unroll
                for (int m = 0; m < M; m++) {
#if WIDTH_A == WIDTH_B
                    WideA v = *(const WideA*) (x + m * a.am + k * a.ak);
#pragma unroll
                    for (int i = 0; i < WIDTH_B; i++) sum[m] += LOAD_IN(w.v[i]) * LOAD_IN(v.v[i]);
#else
#pragma unroll
                    for (int i = 0; i < WIDTH_B; i++) sum[m] += LOAD_IN(w.v[i]) * LOAD_IN(x[m * a.am + (k + i) * a.ak]);
#endif
                }
            }
        }
#pragma unroll
        for (int m = 0; m < M; m++) {
#pragma unroll
            for (int d = 16; d > 0; d /= 2) sum[m] += __shfl_xor_sync(0xffffffffu, sum[m], d);
        }
#if WARPS > 1
        if (lane == 0) {
#pragma unroll
            for (int m = 0; m < M; m++) parts[warp][m] = sum[m];
        }
        __syncthreads();
        if (lane == 0 && warp % WARPS == 0) {
            for (int w = 1; w < WARPS; w++)
#pragma unroll
                for (int m = 0; m < M; m++) sum[m] += parts[warp + w][m];
        }
        __syncthreads();
#endif
        if (lane == 0 && warp % WARPS == 0 && n < a.n) {
#pragma unroll
            for (int m = 0; m < M; m++) a.c[o.c + m * a.cm + n * a.cn] = STORE(with_bias(a, sum[m], m, n));
        }
    }
}
