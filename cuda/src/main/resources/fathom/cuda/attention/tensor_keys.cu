// The gradients of 64 keys and their values: rows are keys here, columns queries.
#define STEP (WIDTH > 64 ? 32 : 64)

extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ __align__(16) u16 sq[STEP][PITCH];
    __shared__ __align__(16) u16 sg[STEP][PITCH];
    __shared__ __align__(16) u16 tq[WIDTH][STEP + 8];
    __shared__ __align__(16) u16 tg[WIDTH][STEP + 8];
    __shared__ float shift[STEP], mean[STEP];
    const int lane = threadIdx.x % 32, g = lane / 4, l = lane % 4;
    const i64 k0 = (i64) blockIdx.x * TILE, mine = k0 + threadIdx.x / 32 * 16;
    for (i64 item = blockIdx.z; item < a.batches; item += gridDim.z) {
        const Read q(a, a.m[Q], item), k(a, a.m[K], item), v(a, a.m[V], item), given(a, a.m[G], item);
        const View<const float> lse(a, a.m[LSE], item), delta(a, a.m[DELTA], item);
        const Sight sight(a, item);
        u32 fk[WIDTH / 16][4], fv[WIDTH / 16][4];
        rows_of_warp(fk, k, mine, a.keys, a.width);
        rows_of_warp(fv, v, mine, a.keys, a.valueWidth);
        float byKey[WIDTH / 8][4], byValue[WIDTH / 8][4];
        clear(byKey);
        clear(byValue);
        for (i64 q0 = CAUSAL ? k0 : 0; q0 < a.queries; q0 += STEP) {
            __syncthreads();
            load_tile<STEP, true, true>(q, q0, a.queries, a.width, sq, tq);
            load_tile<STEP, true, true>(given, q0, a.queries, a.valueWidth, sg, tg);
            for (int i = threadIdx.x; i < STEP; i += THREADS) {
                shift[i] = q0 + i < a.queries ? lse.at(q0 + i, 0) : 0;
                mean[i] = q0 + i < a.queries ? delta.at(q0 + i, 0) : 0;
            }
            __syncthreads();
            float s[STEP / 8][4], d[STEP / 8][4];
            rows_by_rows(s, fk, sq);
            rows_by_rows(d, fv, sg);
#pragma unroll
            for (int n = 0; n < STEP / 8; n++)
#pragma unroll
                for (int r = 0; r < 4; r++) {
                    const int at = 8 * n + 2 * l + r % 2;
                    const i64 row = q0 + at, key = mine + g + r / 2 * 8;
                    const float w = __expf(sight.score(s[n][r], row, key) - shift[at]);
                    const bool stays = sight.stays(row, key);
                    const float by = stays ? d[n][r] * (float) a.factor : 0;
                    d[n][r] = w == 0 ? 0 : w * (by - mean[at]) * (float) a.scale;
                    s[n][r] = stays ? w * (float) a.factor : 0;
                }
            weights_by_rows<STEP / 8, STEP>(byValue, s, tg);
            weights_by_rows<STEP / 8, STEP>(byKey, d, tq);
        }
        store_gradient(View<GRAD>(a, a.m[DK], item), byKey, mine, a.keys, a.width);
        store_gradient(View<GRAD>(a, a.m[DV], item), byValue, mine, a.keys, a.valueWidth);
    }
}
