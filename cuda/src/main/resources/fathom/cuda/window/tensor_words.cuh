// Elements for tensor cores in shared memory: words of 32 bits, each of two 16-bit numbers or one float rounded to 10 bits
// of mantissa (TF32). A product takes 8 words of each row and column, spread over a warp's lanes alike for both.

#if TF32
#define PER_WORD 1
#ifndef FATHOM_ON_HOST
FATHOM_FN u32 word_of(float x) { u32 r; asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(x)); return r; }
FATHOM_FN void multiply(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#else
FATHOM_FN u32 word_of(float x) {
    u32 bits = as_bits(x);
    return (bits & 0x7fffffffu) >= 0x7f800000u ? bits : (bits + 0x1000u) & ~0x1fffu;
}
static u32 played_words[64][32][6];
static void multiply(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    u32 (*warp)[6] = played_words[fathom_warp()];
    const int lane = fathom_lane(), g = lane / 4, l = lane % 4;
    memcpy(warp[lane], a, 16);
    memcpy(warp[lane] + 4, b, 8);
    fathom_wait(AT_WARP);
    for (int r = 0; r < 4; r++) {
        float sum = 0;
        for (int k = 0; k < 8; k++) {
            sum += as_float(warp[4 * g + k % 4][r / 2 + k / 4 * 2]) * as_float(warp[4 * (2 * l + r % 2) + k % 4][4 + k / 4]);
        }
        c[r] += sum;
    }
    fathom_wait(AT_WARP);
}
#endif
#else
#define PER_WORD 2
FATHOM_FN u32 word_of(T low, T high) { return (u32) low.bits | (u32) high.bits << 16; }
FATHOM_FN void multiply(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { MMA(c, a, b); }
#endif
#define WORDS (BK / PER_WORD)
#define PITCH (WORDS + 4) // so that the rows of a fragment lie in different banks

// The products of one step: the warp's tiles of 16 rows and 8 columns.
#define MULTIPLY_STEP(left, right, wm, wn) \
    _Pragma("unroll") \
    for (int k = 0; k < WORDS; k += 8) { \
        u32 rows_part[M_TILES][4], columns_part[N_TILES][2]; \
        _Pragma("unroll") \
        for (int i = 0; i < M_TILES; i++) { \
            int row = wm + 16 * i + g; \
            rows_part[i][0] = left[row][k + l]; \
            rows_part[i][1] = left[row + 8][k + l]; \
            rows_part[i][2] = left[row][k + l + 4]; \
            rows_part[i][3] = left[row + 8][k + l + 4]; \
        } \
        _Pragma("unroll") \
        for (int j = 0; j < N_TILES; j++) { \
            int column = wn + 8 * j + g; \
            columns_part[j][0] = right[column][k + l]; \
            columns_part[j][1] = right[column][k + l + 4]; \
        } \
        _Pragma("unroll") \
        for (int i = 0; i < M_TILES; i++) { \
            _Pragma("unroll") \
            for (int j = 0; j < N_TILES; j++) multiply(acc[i][j], rows_part[i], columns_part[j]); \
        } \
    }
