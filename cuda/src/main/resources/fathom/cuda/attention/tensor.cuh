// Tiles on tensor cores: four warps, each with 16 rows of the scores. Rows of queries, keys and values are padded to WIDTH.
// Tiles in shared memory have 8 more columns, so that what a warp reads at a time lies in different banks.
#define TILE 64
#define THREADS 128
#define PITCH (WIDTH + 8)
typedef View<const T> Read;
typedef unsigned short u16;
struct __align__(16) Eight { u16 v[8]; };

// Two neighbours of a row, zeros outside of the matrix.
FATHOM_FN u32 pair(const Read& m, i64 row, i64 rows, i64 column, i64 columns) {
    if (row >= rows) return 0;
#if DENSE
    return column < columns ? *(const u32*) &m.at(row, column) : 0;
#else
    u32 low = column < columns ? m.at(row, column).bits : 0;
    return low | (column + 1 < columns ? (u32) m.at(row, column + 1).bits << 16 : 0);
#endif
}

// The left operands of a warp's 16 rows.
FATHOM_FN void rows_of_warp(u32 (&f)[WIDTH / 16][4], const Read& m, i64 row, i64 rows, i64 columns) {
    const int lane = threadIdx.x % 32, g = lane / 4, l = lane % 4;
#pragma unroll
    for (int k = 0; k < WIDTH / 16; k++)
#pragma unroll
        for (int r = 0; r < 4; r++) f[k][r] = pair(m, row + g + r % 2 * 8, rows, 16 * k + 2 * l + r / 2 * 8, columns);
}

// Loads STEP rows of a matrix: as rows, and transposed, where wanted.
template <int STEP, bool ROWS, bool TRANSPOSED>
FATHOM_FN void load_tile(const Read& m, i64 row, i64 rows, i64 columns, u16 (*straight)[PITCH], u16 (*transposed)[STEP + 8]) {
#pragma unroll
    for (int e = threadIdx.x; e < STEP * WIDTH / 8; e += THREADS) {
        const int r = e % STEP, c = e / STEP * 8;
        Eight x = Eight();
        if (row + r < rows) {
#if DENSE
            if (c < columns) x = *(const Eight*) &m.at(row + r, c);
#else
#pragma unroll
            for (int i = 0; i < 8; i++)
                if (c + i < columns) x.v[i] = m.at(row + r, c + i).bits;
#endif
        }
        if (ROWS) *(Eight*) &straight[r][c] = x;
        if (TRANSPOSED) {
#pragma unroll
            for (int i = 0; i < 8; i++) transposed[c + i][r] = x.v[i];
        }
    }
}

// s[n] = f b^T for N tiles of 8 rows of b.
template <int N> FATHOM_FN void rows_by_rows(float (&s)[N][4], const u32 (&f)[WIDTH / 16][4], const u16 (*b)[PITCH]) {
    const int lane = threadIdx.x % 32, g = lane / 4, l = lane % 4;
#pragma unroll
    for (int n = 0; n < N; n++) {
#pragma unroll
        for (int r = 0; r < 4; r++) s[n][r] = 0;
#pragma unroll
        for (int k = 0; k < WIDTH / 16; k++) {
            const u16* at = &b[8 * n + g][16 * k + 2 * l];
            const u32 y[2] = {*(const u32*) at, *(const u32*) (at + 8)};
            MMA(s[n], f[k], y);
        }
    }
}

FATHOM_FN u32 packed(float low, float high) { return (u32) TO_T(low).bits | (u32) TO_T(high).bits << 16; }

// sums += w b for weights over 8 N rows of b, given transposed.
template <int N, int STEP>
FATHOM_FN void weights_by_rows(float (&sums)[WIDTH / 8][4], const float (&w)[N][4], const u16 (*b)[STEP + 8]) {
    const int lane = threadIdx.x % 32, g = lane / 4, l = lane % 4;
#pragma unroll
    for (int k = 0; k < N / 2; k++) {
        // the sums of one product lie as the left operand of the next one does
        const u32 x[4] = {packed(w[2 * k][0], w[2 * k][1]), packed(w[2 * k][2], w[2 * k][3]),
                          packed(w[2 * k + 1][0], w[2 * k + 1][1]), packed(w[2 * k + 1][2], w[2 * k + 1][3])};
#pragma unroll
        for (int n = 0; n < WIDTH / 8; n++) {
            const u16* at = &b[8 * n + g][16 * k + 2 * l];
            const u32 y[2] = {*(const u32*) at, *(const u32*) (at + 8)};
            MMA(sums[n], x, y);
        }
    }
}

FATHOM_FN void clear(float (&sums)[WIDTH / 8][4]) {
#pragma unroll
    for (int n = 0; n < WIDTH / 8; n++)
#pragma unroll
        for (int r = 0; r < 4; r++) sums[n][r] = 0;
}

template <class X> FATHOM_FN void store_gradient(const View<X>& out, const float (&sums)[WIDTH / 8][4], i64 row, i64 rows, i64 columns) {
    const int lane = threadIdx.x % 32, g = lane / 4, l = lane % 4;
#pragma unroll
    for (int n = 0; n < WIDTH / 8; n++)
#pragma unroll
        for (int r = 0; r < 4; r++) {
            const i64 at = row + g + r / 2 * 8, c = 8 * n + 2 * l + r % 2;
            if (at < rows && c < columns) out.at(at, c) = STORE_GRAD(sums[n][r]);
        }
}
