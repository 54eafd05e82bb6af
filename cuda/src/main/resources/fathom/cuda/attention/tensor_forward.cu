// A block computes 64 queries' results: scores of 64 keys at a time, weights relative to the greatest score so far.
extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ __align__(16) u16 sk[TILE][PITCH];
    __shared__ __align__(16) u16 sv[WIDTH][TILE + 8];
    const int lane = threadIdx.x % 32, g = lane / 4, l = lane % 4;
    const i64 q0 = (i64) (gridDim.x - 1 - blockIdx.x) * TILE, mine = q0 + threadIdx.x / 32 * 16;
    for (i64 item = blockIdx.z; item < a.batches; item += gridDim.z) {
        const Read q(a, a.m[Q], item), k(a, a.m[K], item), v(a, a.m[V], item);
        const Sight sight(a, item);
        u32 fq[WIDTH / 16][4];
        rows_of_warp(fq, q, mine, a.queries, a.width);
        float sums[WIDTH / 8][4], greatest[2], total[2];
        clear(sums);
#pragma unroll
        for (int h = 0; h < 2; h++) {
            greatest[h] = (float) -FATHOM_INFINITY;
            total[h] = 0;
        }
        const i64 end = CAUSAL && q0 + TILE < a.keys ? q0 + TILE : a.keys;
        for (i64 k0 = 0; k0 < end; k0 += TILE) {
            __syncthreads();
            load_tile<TILE, true, false>(k, k0, a.keys, a.width, sk, nullptr);
            load_tile<TILE, false, true>(v, k0, a.keys, a.valueWidth, nullptr, sv);
            __syncthreads();
            float s[TILE / 8][4];
            rows_by_rows(s, fq, sk);
#pragma unroll
            for (int h = 0; h < 2; h++) {
                const i64 row = mine + g + 8 * h;
                float most = greatest[h];
#pragma unroll
                for (int n = 0; n < TILE / 8; n++)
#pragma unroll
                    for (int r = 2 * h; r < 2 * h + 2; r++) {
                        s[n][r] = sight.score(s[n][r], row, k0 + 8 * n + 2 * l + r % 2);
                        most = s[n][r] > most ? s[n][r] : most;
                    }
#pragma unroll
                for (int d = 2; d > 0; d /= 2) {
                    const float other = __shfl_xor_sync(0xffffffffu, most, d);
                    most = other > most ? other : most;
                }
                const float base = most == (float) -FATHOM_INFINITY ? 0 : most;
                const float decay = __expf(greatest[h] - base);
                greatest[h] = most;
                float sum = 0;
#pragma unroll
                for (int n = 0; n < TILE / 8; n++)
#pragma unroll
                    for (int r = 2 * h; r < 2 * h + 2; r++) {
                        const float w = __expf(s[n][r] - base);
                        sum += w;
                        s[n][r] = sight.stays(row, k0 + 8 * n + 2 * l + r % 2) ? w : 0;
                    }
#pragma unroll
                for (int d = 2; d > 0; d /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, d);
                total[h] = total[h] * decay + sum;
#pragma unroll
                for (int n = 0; n < WIDTH / 8; n++) {
                    sums[n][2 * h] *= decay;
                    sums[n][2 * h + 1] *= decay;
                }
            }
            weights_by_rows<TILE / 8, TILE>(sums, s, sv);
        }
        const View<T> y(a, a.m[Y], item);
        const View<float> lse(a, a.m[LSE], item);
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const i64 row = mine + g + 8 * h;
            if (row >= a.queries) continue;
            const float by = total[h] == 0 ? 0 : (float) a.factor / total[h];
#pragma unroll
            for (int n = 0; n < WIDTH / 8; n++)
#pragma unroll
                for (int r = 2 * h; r < 2 * h + 2; r++) {
                    const i64 c = 8 * n + 2 * l + r % 2;
                    if (c < a.valueWidth) y.at(row, c) = STORE_T(sums[n][r] * by);
                }
            if (l == 0) lse.at(row, 0) = total[h] == 0 ? (float) FATHOM_INFINITY : greatest[h] + logf(total[h]);
        }
    }
}
