// Tiles in shared memory, each thread TM x TN sums in registers. The next slice of k is loaded while this one is
// multiplied.
#define THREADS ((BM / TM) * (BN / TN))
#define BLOCKS (TM > 4 ? 2 : sizeof(SUM) > 4 ? 2 : 3)
#define CHUNKS_A (BM * BK / WIDTH_A / THREADS)
#define ROWS_A (A_ALONG_K ? THREADS * WIDTH_A / BK : 0)
#define STEPS_A (A_ALONG_K ? 0 : THREADS * WIDTH_A / BM)
#define CHUNKS_B (BN * BK / WIDTH_B / THREADS)
#define ROWS_B (B_ALONG_K ? THREADS * WIDTH_B / BK : 0)
#define STEPS_B (B_ALONG_K ? 0 : THREADS * WIDTH_B / BN)
struct __align__(WIDTH_A * sizeof(IN)) WideA { IN v[WIDTH_A]; };
struct __align__(WIDTH_B * sizeof(IN)) WideB { IN v[WIDTH_B]; };
struct __align__(16) Quad { SUM v[4]; };
struct __align__(4 * sizeof(OUT)) Stored { OUT v[4]; };

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) kernel(const Arguments a) {
    __shared__ __align__(16) SUM sa[2][BK][BM + 4];
    __shared__ __align__(16) SUM sb[2][BK][BN + 4];
    const int t = threadIdx.x;
    const int tx = t % (BN / TN), ty = t / (BN / TN);
    i64 m0, n0;
    tile_at(a.m, a.n, BM, BN, m0, n0);
    const i64 first = (i64) blockIdx.y * a.part;
    const i64 last = first + a.part < a.k ? first + a.part : a.k;
    for (i64 batch = blockIdx.z; batch < a.batches; batch += gridDim.z) {
        const Batch o = batch_at(a, batch);
        WideA wa[CHUNKS_A];
        WideB wb[CHUNKS_B];
        const int ka = A_ALONG_K ? t % (BK / WIDTH_A) * WIDTH_A : t / (BM / WIDTH_A);
        const int ra = A_ALONG_K ? t / (BK / WIDTH_A) : t % (BM / WIDTH_A) * WIDTH_A;
        const IN* pa = a.a + o.a + (m0 + ra) * a.am + (first + ka) * a.ak;
        const int kb = B_ALONG_K ? t % (BK / WIDTH_B) * WIDTH_B : t / (BN / WIDTH_B);
        const int rb = B_ALONG_K ? t / (BK / WIDTH_B) : t % (BN / WIDTH_B) * WIDTH_B;
        const IN* pb = a.b + o.b + (n0 + rb) * a.bn + (first + kb) * a.bk;
        SUM sum[TM][TN];
#pragma unroll
        for (int i = 0; i < TM; i++)
#pragma unroll
            for (int j = 0; j < TN; j++) sum[i][j] = 0;
        int side = 0;
        for (i64 k0 = first - BK; k0 < last; k0 += BK) {
            const i64 next = k0 + BK;
            if (next < last) {
#pragma unroll
                for (int i = 0; i < CHUNKS_A; i++) {
                    wa[i] = WideA();
                    if (m0 + ra + i * ROWS_A < a.m && next + ka + i * STEPS_A < last)
                        wa[i] = *(const WideA*) (pa + i * (ROWS_A * a.am + STEPS_A * a.ak));
                }
                pa += BK * a.ak;
#pragma unroll
                for (int i = 0; i < CHUNKS_B; i++) {
                    wb[i] = WideB();
                    if (n0 + rb + i * ROWS_B < a.n && next + kb + i * STEPS_B < last)
                        wb[i] = *(const WideB*) (pb + i * (ROWS_B * a.bn + STEPS_B * a.bk));
                }
                pb += BK * a.bk;
            }
            if (k0 >= first) {
#pragma unroll
                for (int k = 0; k < BK; k++) {
                    SUM x[TM], y[TN];
#pragma unroll
                    for (int i = 0; i < TM; i += 4) {
                        Quad q = *(const Quad*) &sa[side][k][i / 4 * (BM * 4 / TM) + ty * 4];
                        x[i] = q.v[0]; x[i + 1] = q.v[1]; x[i + 2] = q.v[2]; x[i + 3] = q.v[3];
                    }
#pragma unroll
                    for (int j = 0; j < TN; j += 4) {
                        Quad q = *(const Quad*) &sb[side][k][j / 4 * (BN * 4 / TN) + tx * 4];
                        y[j] = q.v[0]; y[j + 1] = q.v[1]; y[j + 2] = q.v[2]; y[j + 3] = q.v[3];
                    }
#pragma unroll
                    for (int i = 0; i < TM; i++)
#pragma unroll
                        for (int j = 0; j < TN; j++) sum[i][j] += x[i] * y[j];
                }
            }
            if (next < last) {
                side ^= 1;
#pragma unroll
                for (int i = 0; i < CHUNKS_A; i++)
#pragma unroll
                    for (int w = 0; w < WIDTH_A; w++)
                        sa[side][ka + i * STEPS_A + (A_ALONG_K ? w : 0)][ra + i * ROWS_A + (A_ALONG_K ? 0 : w)] = LOAD_IN(wa[i].v[w]);
#pragma unroll
                for (int i = 0; i < CHUNKS_B; i++)
#pragma unroll
                    for (int w = 0; w < WIDTH_B; w++)
                        sb[side][kb + i * STEPS_B + (B_ALONG_K ? w : 0)][rb + i * ROWS_B + (B_ALONG_K ? 0 : w)] = LOAD_IN(wb[i].v[w]);
            }
            __syncthreads();
        }
        OUT* pc = a.c + o.c + (i64) blockIdx.y * a.cPart;
#pragma unroll
        for (int i = 0; i < TM; i++) {
            const i64 m = m0 + i / 4 * (BM * 4 / TM) + ty * 4 + i % 4;
            if (m >= a.m) continue;
#pragma unroll
            for (int j = 0; j < TN; j += 4) {
                const i64 n = n0 + j / 4 * (BN * 4 / TN) + tx * 4;
#if WIDE_C
                if (n < a.n) {
                    Stored s;
#pragma unroll
                    for (int w = 0; w < 4; w++) s.v[w] = STORE(with_bias(a, sum[i][j + w], m, n + w));
                    *(Stored*) (pc + m * a.cm + n) = s;
                }
#else
#pragma unroll
                for (int w = 0; w < 4; w++)
                    if (n + w < a.n) pc[m * a.cm + (n + w) * a.cn] = STORE(with_bias(a, sum[i][j + w], m, n + w));
#endif
            }
        }
    }
}
