// M rows, a few, times a matrix whose rows are dense, or that is dense nowhere: a thread sums WIDTH_B columns over an
// eighth of the block's part of k.
struct __align__(WIDTH_B * sizeof(IN)) WideB { IN v[WIDTH_B]; };

extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
    __shared__ SUM parts[8][32][WIDTH_B];
    const int lane = threadIdx.x % 32, row = threadIdx.x / 32;
    const i64 n = ((i64) blockIdx.x * 32 + lane) * WIDTH_B;
    const i64 first = (i64) blockIdx.y * a.part;
    const i64 last = first + a.part < a.k ? first + a.part : a.k;
    for (i64 batch = blockIdx.z; batch < a.batches; batch += gridDim.z) {
        const Batch o = batch_at(a, batch);
        SUM sum[M][WIDTH_B];
#pragma unroll
        for (int m = 0; m < M; m++)
#pragma unroll
            for (int i = 0; i < WIDTH_B; i++) sum[m][i] = 0;
        if (n < a.n) {
            const IN* b = a.b + o.b + n * a.bn;
            const IN* x = a.a + o.a;
#pragma unroll 4
            for (i64 k = first + row; k < last; k += 8) {
                WideB w = *(const WideB*) (b + k * a.bk);
#pragma unroll
                for (int m = 0; m < M; m++) {
                    const SUM v = LOAD_IN(x[m * a.am + k * a.ak]);
#pragma unroll
                    for (int i = 0; i < WIDTH_B; i++) sum[m][i] += v * LOAD_IN(w.v[i]);
                }
            }
        }
        OUT* pc = a.c + o.c + (i64) blockIdx.y * a.cPart;
#pragma unroll
        for (int m = 0; m < M; m++) {
#pragma unroll
            for (int i = 0; i < WIDTH_B; i++) parts[row][lane][i] = sum[m][i];
            __syncthreads();
            for (int c = threadIdx.x; c < 32 * WIDTH_B; c += 256) {
                const i64 at = (i64) blockIdx.x * 32 * WIDTH_B + c;
                SUM s = 0;
#pragma unroll
                for (int r = 0; r < 8; r++) s += parts[r][c / WIDTH_B][c % WIDTH_B];
                if (at < a.n) pc[m * a.cm + at * a.cn] = STORE(with_bias(a, s, m, at));
            }
            __syncthreads();
        }
    }
}
