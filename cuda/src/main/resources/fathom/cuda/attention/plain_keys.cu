// The gradients of 64 keys and their values in COLUMNS columns: rows are keys here, columns queries.
extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
    TILES
    const i64 k0 = (i64) blockIdx.x * TILE, column = (i64) blockIdx.y * COLUMNS;
    for (i64 item = blockIdx.z; item < a.batches; item += gridDim.z) {
        const Read q(a, a.m[Q], item), k(a, a.m[K], item), v(a, a.m[V], item), g(a, a.m[G], item);
        const View<const float> lse(a, a.m[LSE], item), delta(a, a.m[DELTA], item);
        const Sight sight(a, item);
        float byKey[4][TV], byValue[4][TV];
#pragma unroll
        for (int i = 0; i < 4; i++)
#pragma unroll
            for (int j = 0; j < TV; j++) byKey[i][j] = byValue[i][j] = 0;
        for (i64 q0 = CAUSAL ? k0 : 0; q0 < a.queries; q0 += TILE) {
            float s[4][4], d[4][4];
            rows_by_rows(s, k, k0, a.keys, q, q0, a.queries, a.width, sa, sb);
            rows_by_rows(d, v, k0, a.keys, g, q0, a.queries, a.valueWidth, sa, sb);
#pragma unroll
            for (int j = 0; j < 4; j++) {
                const i64 row = q0 + 4 * tx + j;
                const float shift = row < a.queries ? lse.at(row, 0) : 0, mean = row < a.queries ? delta.at(row, 0) : 0;
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    const i64 key = k0 + 4 * ty + i;
                    const float w = expf(sight.score(s[i][j], row, key) - shift);
                    const bool stays = sight.stays(row, key);
                    const float by = stays ? d[i][j] * (float) a.factor : 0;
                    d[i][j] = w == 0 ? 0 : w * (by - mean) * (float) a.scale;
                    weights[4 * tx + j][4 * ty + i] = stays ? w * (float) a.factor : 0;
                }
            }
            weights_by_rows(byValue, weights, g, q0, a.queries, column, a.valueWidth, sv);
            __syncthreads();
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) weights[4 * tx + j][4 * ty + i] = d[i][j];
            weights_by_rows(byKey, weights, q, q0, a.queries, column, a.width, sv);
        }
        const View<GRAD> keys(a, a.m[DK], item), values(a, a.m[DV], item);
#pragma unroll
        for (int i = 0; i < 4; i++)
#pragma unroll
            for (int j = 0; j < TV; j++) {
                const i64 key = k0 + 4 * ty + i, c = column + tx + 16 * j;
                if (key < a.keys && c < a.width) keys.at(key, c) = STORE_GRAD(byKey[i][j]);
                if (key < a.keys && c < a.valueWidth) values.at(key, c) = STORE_GRAD(byValue[i][j]);
            }
        __syncthreads();
    }
}
