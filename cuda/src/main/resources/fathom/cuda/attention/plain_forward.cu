// A block computes 64 queries' results in COLUMNS columns: scores of 64 keys at a time, weights relative to the greatest
// score so far, sums rescaled where it grows.
extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
    TILES
    const i64 q0 = (i64) (gridDim.x - 1 - blockIdx.x) * TILE, column = (i64) blockIdx.y * COLUMNS;
    for (i64 item = blockIdx.z; item < a.batches; item += gridDim.z) {
        const Read q(a, a.m[Q], item), k(a, a.m[K], item), v(a, a.m[V], item);
        const Sight sight(a, item);
        float sums[4][TV], greatest[4], total[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            greatest[i] = (float) -FATHOM_INFINITY;
            total[i] = 0;
#pragma unroll
            for (int j = 0; j < TV; j++) sums[i][j] = 0;
        }
        const i64 end = CAUSAL && q0 + TILE < a.keys ? q0 + TILE : a.keys;
        for (i64 k0 = 0; k0 < end; k0 += TILE) {
            float s[4][4];
            rows_by_rows(s, q, q0, a.queries, k, k0, a.keys, a.width, sa, sb);
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const i64 row = q0 + 4 * ty + i;
                float most = greatest[i];
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    s[i][j] = sight.score(s[i][j], row, k0 + 4 * tx + j);
                    most = s[i][j] > most ? s[i][j] : most;
                }
#pragma unroll
                for (int d = 8; d > 0; d /= 2) {
                    const float other = __shfl_xor_sync(0xffffffffu, most, d, 16);
                    most = other > most ? other : most;
                }
                const float base = most == (float) -FATHOM_INFINITY ? 0 : most;
                const float decay = expf(greatest[i] - base);
                greatest[i] = most;
                float sum = 0;
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    const float w = expf(s[i][j] - base);
                    sum += w;
                    weights[4 * tx + j][4 * ty + i] = sight.stays(row, k0 + 4 * tx + j) ? w : 0;
                }
#pragma unroll
                for (int d = 8; d > 0; d /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, d, 16);
                total[i] = total[i] * decay + sum;
#pragma unroll
                for (int j = 0; j < TV; j++) sums[i][j] *= decay;
            }
            weights_by_rows(sums, weights, v, k0, a.keys, column, a.valueWidth, sv);
        }
        const View<T> y(a, a.m[Y], item);
        const View<float> lse(a, a.m[LSE], item);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const i64 row = q0 + 4 * ty + i;
            if (row >= a.queries) continue;
            const float by = total[i] == 0 ? 0 : (float) a.factor / total[i];
#pragma unroll
            for (int j = 0; j < TV; j++) {
                const i64 c = column + tx + 16 * j;
                if (c < a.valueWidth) y.at(row, c) = STORE_T(sums[i][j] * by);
            }
            if (tx == 0 && blockIdx.y == 0) {
                lse.at(row, 0) = total[i] == 0 ? (float) FATHOM_INFINITY : greatest[i] + logf(total[i]);
            }
        }
        __syncthreads();
    }
}
