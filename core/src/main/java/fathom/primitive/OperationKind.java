package fathom.primitive;

/** Kinds of operations distinguished by the type policy of {@code Autocast}. */
public enum OperationKind {
    /** Matrix products and linear maps. */
    PRODUCT,

    /** Convolutions and transposed convolutions. */
    CONVOLUTION,

    /** Fused attention. */
    ATTENTION,

    /** Sums, means, products of elements, log-sum-exp. */
    SUM,

    /** Cumulative sums and other scans. */
    SCAN,

    /** Variances, standard deviations, covariances. */
    STATISTICS,

    /** Norms of vectors and matrices, distances, normalisation by a norm. */
    NORM,

    /** Softmax and its logarithm. */
    SOFTMAX,

    /** Losses. */
    LOSS,

    /** Matrix decompositions, inverses, determinants and matrix functions. */
    FACTORISATION,

    /** Fourier transforms. */
    FOURIER
}
