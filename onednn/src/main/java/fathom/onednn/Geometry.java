package fathom.onednn;

/**
 * How a two-dimensional convolution's window moves, in oneDNN's terms; every array is (height, width).
 *
 * @param strides steps of the window
 * @param gaps elements left out between two of the window's (dilation less one)
 * @param before rows and columns of zeros above and left
 * @param after rows and columns of zeros below and right; negative where the last rows are not looked at
 */
record Geometry(long[] strides, long[] gaps, long[] before, long[] after) {}
