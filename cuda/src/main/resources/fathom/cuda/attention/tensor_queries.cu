// The gradient of 64 queries.
#define STEP (WIDTH > 64 ? 32 : 64)

extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ __align__(16) u16 sk[STEP][PITCH];
    __shared__ __align__(16) u16 sv[STEP][PITCH];
    __shared__ __align__(16) u16 st[WIDTH][STEP + 8];
    const int lane = threadIdx.x % 32, g = lane / 4, l = lane % 4;
    const i64 q0 = (i64) (gridDim.x - 1 - blockIdx.x) * TILE, mine = q0 + threadIdx.x / 32 * 16;
    for (i64 item = blockIdx.z; item < a.batches; item += gridDim.z) {
        const Read q(a, a.m[Q], item), k(a, a.m[K], item), v(a, a.m[V], item), given(a, a.m[G], item);
        const View<const float> lse(a, a.m[LSE], item), delta(a, a.m[DELTA], item);
        const Sight sight(a, item);
        u32 fq[WIDTH / 16][4], fg[WIDTH / 16][4];
        rows_of_warp(fq, q, mine, a.queries, a.width);
        rows_of_warp(fg, given, mine, a.queries, a.valueWidth);
        float sums[WIDTH / 8][4], shift[2], mean[2];
        clear(sums);
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const i64 row = mine + g + 8 * h;
            shift[h] = row < a.queries ? lse.at(row, 0) : 0;
            mean[h] = row < a.queries ? delta.at(row, 0) : 0;
        }
        const i64 end = CAUSAL && q0 + TILE < a.keys ? q0 + TILE : a.keys;
        for (i64 k0 = 0; k0 < end; k0 += STEP) {
            __syncthreads();
            load_tile<STEP, true, true>(k, k0, a.keys, a.width, sk, st);
            load_tile<STEP, true, false>(v, k0, a.keys, a.valueWidth, sv, nullptr);
            __syncthreads();
            float s[STEP / 8][4], d[STEP / 8][4];
            rows_by_rows(s, fq, sk);
            rows_by_rows(d, fg, sv);
#pragma unroll
            for (int n = 0; n < STEP / 8; n++)
#pragma unroll
                for (int r = 0; r < 4; r++) {
                    const i64 row = mine + g + r / 2 * 8, key = k0 + 8 * n + 2 * l + r % 2;
                    const float w = __expf(sight.score(s[n][r], row, key) - shift[r / 2]);
                    const float by = sight.stays(row, key) ? d[n][r] * (float) a.factor : 0;
                    s[n][r] = w == 0 ? 0 : w * (by - mean[r / 2]) * (float) a.scale;
                }
            weights_by_rows<STEP / 8, STEP>(sums, s, st);
        }
        store_gradient(View<GRAD>(a, a.m[DQ], item), sums, mine, a.queries, a.width);
    }
}
