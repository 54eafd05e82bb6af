// What the kernels of attention share. Defined in front of it: types T of queries, keys and values, GRAD of gradients, MASK of
// the mask; LOAD, LOAD_MASK, STORE_T, STORE_GRAD; RANK of the batch; CAUSAL, MASKED (1: bool, 2: added), DROPS.

struct Matrix { const void* p; i64 row, column, batch[RANK]; };
enum { Q, K, V, SIGHT, KEEP, Y, LSE, G, DELTA, DQ, DK, DV, MATRICES };

struct Arguments {
    Matrix m[MATRICES];
    double scale, factor;
    i64 queries, keys, width, valueWidth, batches;
    i64 size[RANK];
};

FATHOM_FN i64 batch_offset(const Arguments& a, const Matrix& m, i64 index) {
    i64 offset = 0;
#pragma unroll
    for (int d = RANK - 1; d >= 0; d--) {
        const i64 i = d == 0 ? index : index % a.size[d];
        index = d == 0 ? 0 : index / a.size[d];
        offset += i * m.batch[d];
    }
    return offset;
}

// A matrix of one item of the batch.
template <class X> struct View {
    X* p;
    i64 row, column;
    FATHOM_FN_MEMBER View(const Arguments& a, const Matrix& m, i64 item)
            : p((X*) m.p + batch_offset(a, m, item)), row(m.row), column(m.column) {}
    FATHOM_FN_MEMBER X& at(i64 r, i64 c) const { return p[r * row + c * column]; }
};

// What a query may see, and which weights dropout keeps.
struct Sight {
#if MASKED
    View<const MASK> mask;
#endif
#if DROPS
    View<const unsigned char> keep;
#endif
    const float scale;
    const i64 keys, queries;
    FATHOM_FN_MEMBER Sight(const Arguments& a, i64 item)
            :
#if MASKED
              mask(a, a.m[SIGHT], item),
#endif
#if DROPS
              keep(a, a.m[KEEP], item),
#endif
              scale((float) a.scale), keys(a.keys), queries(a.queries) {}
    // The score of a product, minus infinity where the key is hidden.
    FATHOM_FN_MEMBER float score(float product, i64 query, i64 key) const {
        bool open = query < queries && key < keys;
#if CAUSAL
        open = open && key <= query;
#endif
        float s = product * scale;
#if MASKED == 1
        open = open && mask.at(query, key) != 0;
#elif MASKED == 2
        if (open) s += LOAD_MASK(mask.at(query, key));
#endif
        return open ? s : (float) -FATHOM_INFINITY;
    }
    FATHOM_FN_MEMBER bool stays(i64 query, i64 key) const {
#if DROPS
        return query < queries && key < keys && keep.at(query, key) != 0;
#else
        return true;
#endif
    }
};
