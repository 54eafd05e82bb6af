package fathom.options;

/** How Euclidean distances are computed: PyTorch's {@code compute_mode} of {@code cdist}. */
public enum CdistMode {
    /** By a matrix product if one side has more than 25 rows; fast, less accurate for points close together. */
    MM_IF_LARGE,
    /** By a matrix product. */
    MM,
    /** From differences. */
    NO_MM
}
