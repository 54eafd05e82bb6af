// Tensor cores: the tile's slices of k lie in shared memory, k innermost, with rows of 80 bytes, so that the eight rows
// that a warp reads at a time lie in different banks. A warp computes WM x WN.
#define BK 32
#define PITCH (BK + 8)
#define WARPS ((BM / WM) * (BN / WN))
#define THREADS (32 * WARPS)
#define BLOCKS (512 / THREADS)
#define CHUNKS_A (BM * BK / WIDTH_A / THREADS)
#define ROWS_A (A_ALONG_K ? THREADS * WIDTH_A / BK : 0)
#define STEPS_A (A_ALONG_K ? 0 : THREADS * WIDTH_A / BM)
#define CHUNKS_B (BN * BK / WIDTH_B / THREADS)
#define ROWS_B (B_ALONG_K ? THREADS * WIDTH_B / BK : 0)
#define STEPS_B (B_ALONG_K ? 0 : THREADS * WIDTH_B / BN)
struct __align__(WIDTH_A * 2) WideA { unsigned short v[WIDTH_A]; };
struct __align__(WIDTH_B * 2) WideB { unsigned short v[WIDTH_B]; };

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) kernel(const Arguments a) {
    __shared__ __align__(16) unsigned short sa[2][BM][PITCH];
    __shared__ __align__(16) unsigned short sb[2][BN][PITCH];
    const int t = threadIdx.x, warp = t / 32, g = t % 32 / 4, l = t % 4;
    const int wm = warp % (BM / WM) * WM, wn = warp / (BM / WM) * WN;
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
        const unsigned short* pa = (const unsigned short*) a.a + o.a + (m0 + ra) * a.am + (first + ka) * a.ak;
        const int kb = B_ALONG_K ? t % (BK / WIDTH_B) * WIDTH_B : t / (BN / WIDTH_B);
        const int rb = B_ALONG_K ? t / (BK / WIDTH_B) : t % (BN / WIDTH_B) * WIDTH_B;
        const unsigned short* pb = (const unsigned short*) a.b + o.b + (n0 + rb) * a.bn + (first + kb) * a.bk;
        float sum[WM / 16][WN / 8][4];
#pragma unroll
        for (int i = 0; i < WM / 16; i++)
#pragma unroll
            for (int j = 0; j < WN / 8; j++)
#pragma unroll
                for (int r = 0; r < 4; r++) sum[i][j][r] = 0;
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
                for (int k = 0; k < BK; k += 16) {
                    u32 x[WM / 16][4], y[WN / 8][2];
#pragma unroll
                    for (int i = 0; i < WM / 16; i++) {
                        const unsigned short* low = &sa[side][wm + 16 * i + g][k + 2 * l];
                        x[i][0] = *(const u32*) low;
                        x[i][1] = *(const u32*) (low + 8 * PITCH);
                        x[i][2] = *(const u32*) (low + 8);
                        x[i][3] = *(const u32*) (low + 8 * PITCH + 8);
                    }
#pragma unroll
                    for (int j = 0; j < WN / 8; j++) {
                        const unsigned short* low = &sb[side][wn + 8 * j + g][k + 2 * l];
                        y[j][0] = *(const u32*) low;
                        y[j][1] = *(const u32*) (low + 8);
                    }
#pragma unroll
                    for (int i = 0; i < WM / 16; i++)
#pragma unroll
                        for (int j = 0; j < WN / 8; j++) MMA(sum[i][j], x[i], y[j]);
                }
            }
            if (next < last) {
                side ^= 1;
#pragma unroll
                for (int i = 0; i < CHUNKS_A; i++) {
#if A_ALONG_K
                    *(WideA*) &sa[side][ra + i * ROWS_A][ka + i * STEPS_A] = wa[i];
#else
#pragma unroll
                    for (int w = 0; w < WIDTH_A; w++) sa[side][ra + i * ROWS_A + w][ka + i * STEPS_A] = wa[i].v[w];
#endif
                }
#pragma unroll
                for (int i = 0; i < CHUNKS_B; i++) {
#if B_ALONG_K
                    *(WideB*) &sb[side][rb + i * ROWS_B][kb + i * STEPS_B] = wb[i];
#else
#pragma unroll
                    for (int w = 0; w < WIDTH_B; w++) sb[side][rb + i * ROWS_B + w][kb + i * STEPS_B] = wb[i].v[w];
#endif
                }
            }
            __syncthreads();
        }
        OUT* pc = a.c + o.c + (i64) blockIdx.y * a.cPart;
#pragma unroll
        for (int i = 0; i < WM / 16; i++)
#pragma unroll
            for (int j = 0; j < WN / 8; j++)
#pragma unroll
                for (int r = 0; r < 4; r += 2) {
                    const i64 m = m0 + wm + 16 * i + g + r / 2 * 8, n = n0 + wn + 8 * j + 2 * l;
                    if (m >= a.m) continue;
#if WIDE_C
                    struct __align__(2 * sizeof(OUT)) Pair { OUT v[2]; };
                    if (n < a.n) {
                        Pair p;
                        p.v[0] = STORE(with_bias(a, sum[i][j][r], m, n));
                        p.v[1] = STORE(with_bias(a, sum[i][j][r + 1], m, n + 1));
                        *(Pair*) (pc + m * a.cm + n) = p;
                    }
#else
                    if (n < a.n) pc[m * a.cm + n * a.cn] = STORE(with_bias(a, sum[i][j][r], m, n));
                    if (n + 1 < a.n) pc[m * a.cm + (n + 1) * a.cn] = STORE(with_bias(a, sum[i][j][r + 1], m, n + 1));
#endif
                }
    }
}
