package fathom.primitive;

/** Kinds of operations that a policy on types distinguishes; see {@code Autocast}. */
public enum OperationKind {
    /** Products of matrices, linear maps. */
    PRODUCT,

    /** Convolutions and transposed convolutions. */
    CONVOLUTION,

    /** Attention in one kernel. */
    ATTENTION,

    /** Sums, means, products of elements, logarithms of sums. */
    SUM,

    /** Running sums and the like. */
    SCAN,

    /** Variances, standard deviations, covariances. */
    STATISTICS,

    /** Norms of vectors and matrices, distances, normalisation by a norm. */
    NORM,

    /** Softmax and its logarithm. */
    SOFTMAX,

    /** Losses. */
    LOSS,

    /** Factors, inverses, determinants and functions of matrices. */
    FACTORISATION,

    /** Fourier transforms. */
    FOURIER
}
