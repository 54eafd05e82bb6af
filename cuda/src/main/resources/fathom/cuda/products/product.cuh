// What the kernels of matrix products share. Defined in front of it: types IN, BIAS, OUT of the elements in memory and SUM
// of the sums, RANK of the batch. c[m, n] = a[m, k] b[k, n] + bias; a part of k for each index of blockIdx.y.

struct Arguments {
    const IN* a; const IN* b; const BIAS* bias; OUT* c;
    i64 m, n, k;
    i64 am, ak, bk, bn, cm, cn;
    i64 biasM, biasN;
    i64 batches, part, cPart;
    i64 size[RANK], da[RANK], db[RANK], dc[RANK];
};

struct Batch { i64 a, b, c; };

FATHOM_FN Batch batch_at(const Arguments& a, i64 index) {
    Batch o = {0, 0, 0};
#pragma unroll
    for (int d = RANK - 1; d >= 0; d--) {
        i64 i = d == 0 ? index : index % a.size[d];
        index = d == 0 ? 0 : index / a.size[d];
        o.a += i * a.da[d];
        o.b += i * a.db[d];
        o.c += i * a.dc[d];
    }
    return o;
}

// Neighbouring tiles share rows and columns: a band of eight tile rows is passed column by column.
FATHOM_FN void tile_at(i64 m, i64 n, int bm, int bn, i64& m0, i64& n0) {
    u32 rows = (u32) ((m + bm - 1) / bm), columns = (u32) ((n + bn - 1) / bn);
    u32 band = blockIdx.x / (8 * columns), inside = blockIdx.x % (8 * columns);
    u32 height = rows - 8 * band < 8 ? rows - 8 * band : 8;
    m0 = (i64) (8 * band + inside % height) * bm;
    n0 = (i64) (inside / height) * bn;
}

FATHOM_FN SUM with_bias(const Arguments& a, SUM sum, i64 m, i64 n) {
#if HAS_BIAS
    return sum + LOAD_BIAS(a.bias[m * a.biasM + n * a.biasN]);
#else
    return sum;
#endif
}
