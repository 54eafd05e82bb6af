// Tiles of 64 x 64 computed by 256 threads in float, 4 x 4 scores and 4 rows of TV columns of a result in each thread.
#define TILE 64
#define DEPTH 32
#define PITCH (TILE + 4)
#define COLUMNS (16 * TV)
struct __align__(16) Quad { float v[4]; };
typedef View<const T> Read;

// sums = a b^T of rows of a and b; sa and sb hold DEPTH columns of both.
FATHOM_FN void rows_by_rows(float (&sums)[4][4], const Read& a, i64 aRow, i64 aRows, const Read& b, i64 bRow, i64 bRows, i64 depth,
                            float (*sa)[PITCH], float (*sb)[PITCH]) {
    const int t = threadIdx.x, tx = t % 16, ty = t / 16;
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) sums[i][j] = 0;
    for (i64 d0 = 0; d0 < depth; d0 += DEPTH) {
        __syncthreads();
        const int c = t % DEPTH;
#pragma unroll
        for (int r = t / DEPTH; r < TILE; r += 256 / DEPTH) {
            const bool in = d0 + c < depth;
            sa[c][r] = in && aRow + r < aRows ? LOAD(a.at(aRow + r, d0 + c)) : 0;
            sb[c][r] = in && bRow + r < bRows ? LOAD(b.at(bRow + r, d0 + c)) : 0;
        }
        __syncthreads();
#pragma unroll 8
        for (int d = 0; d < DEPTH; d++) {
            const Quad x = *(const Quad*) &sa[d][4 * ty], y = *(const Quad*) &sb[d][4 * tx];
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) sums[i][j] += x.v[i] * y.v[j];
        }
    }
}

// sums += w b for weights w[k][row] and rows of b, of which DEPTH at a time lie in sb.
FATHOM_FN void weights_by_rows(float (&sums)[4][TV], const float (*w)[PITCH], const Read& b, i64 bRow, i64 bRows, i64 column, i64 columns,
                               float (*sb)[COLUMNS]) {
    const int t = threadIdx.x, tx = t % 16, ty = t / 16;
    for (int k0 = 0; k0 < TILE && bRow + k0 < bRows; k0 += DEPTH) {
        __syncthreads();
#pragma unroll
        for (int e = t; e < DEPTH * COLUMNS; e += 256) {
            const int k = e / COLUMNS, c = e % COLUMNS;
            sb[k][c] = bRow + k0 + k < bRows && column + c < columns ? LOAD(b.at(bRow + k0 + k, column + c)) : 0;
        }
        __syncthreads();
#pragma unroll 8
        for (int k = 0; k < DEPTH; k++) {
            const Quad x = *(const Quad*) &w[k0 + k][4 * ty];
#pragma unroll
            for (int j = 0; j < TV; j++) {
                const float y = sb[k][tx + 16 * j];
#pragma unroll
                for (int i = 0; i < 4; i++) sums[i][j] += x.v[i] * y;
            }
        }
    }
}

#define TILES \
    __shared__ __align__(16) float weights[TILE][PITCH]; \
    __shared__ __align__(16) float buffer[DEPTH * (2 * PITCH > COLUMNS ? 2 * PITCH : COLUMNS)]; \
    float (*sa)[PITCH] = (float (*)[PITCH]) buffer; \
    float (*sb)[PITCH] = (float (*)[PITCH]) (buffer + DEPTH * PITCH); \
    float (*sv)[COLUMNS] = (float (*)[COLUMNS]) buffer; \
    const int t = threadIdx.x, tx = t % 16, ty = t / 16;
