// The gradient of 64 queries in COLUMNS columns.
extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
    TILES
    const i64 q0 = (i64) (gridDim.x - 1 - blockIdx.x) * TILE, column = (i64) blockIdx.y * COLUMNS;
    for (i64 item = blockIdx.z; item < a.batches; item += gridDim.z) {
        const Read q(a, a.m[Q], item), k(a, a.m[K], item), v(a, a.m[V], item), g(a, a.m[G], item);
        const View<const float> lse(a, a.m[LSE], item), delta(a, a.m[DELTA], item);
        const Sight sight(a, item);
        float sums[4][TV], shift[4], mean[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const i64 row = q0 + 4 * ty + i;
            shift[i] = row < a.queries ? lse.at(row, 0) : 0;
            mean[i] = row < a.queries ? delta.at(row, 0) : 0;
#pragma unroll
            for (int j = 0; j < TV; j++) sums[i][j] = 0;
        }
        const i64 end = CAUSAL && q0 + TILE < a.keys ? q0 + TILE : a.keys;
        for (i64 k0 = 0; k0 < end; k0 += TILE) {
            float s[4][4], d[4][4];
            rows_by_rows(s, q, q0, a.queries, k, k0, a.keys, a.width, sa, sb);
            rows_by_rows(d, g, q0, a.queries, v, k0, a.keys, a.valueWidth, sa, sb);
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    const i64 row = q0 + 4 * ty + i, key = k0 + 4 * tx + j;
                    const float w = expf(sight.score(s[i][j], row, key) - shift[i]);
                    const float by = sight.stays(row, key) ? d[i][j] * (float) a.factor : 0;
                    weights[4 * tx + j][4 * ty + i] = w == 0 ? 0 : w * (by - mean[i]) * (float) a.scale;
                }
            weights_by_rows(sums, weights, k, k0, a.keys, column, a.width, sv);
        }
        const View<GRAD> out(a, a.m[DQ], item);
#pragma unroll
        for (int i = 0; i < 4; i++)
#pragma unroll
            for (int j = 0; j < TV; j++) {
                const i64 row = q0 + 4 * ty + i, c = column + tx + 16 * j;
                if (row < a.queries && c < a.width) out.at(row, c) = STORE_GRAD(sums[i][j]);
            }
        __syncthreads();
    }
}
