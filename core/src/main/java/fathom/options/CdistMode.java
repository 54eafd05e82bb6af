package fathom.options;

/** How Euclidean distances are computed: PyTorch's {@code compute_mode} of {@code cdist}. */
public enum CdistMode {
    /** By a product of matrices where one side has more than 25 rows; fast, less exact for points close together. */
    MM_IF_LARGE,
    /** By a product of matrices. */
    MM,
    /** From differences. */
    NO_MM
}
