package fathom.onednn;

/**
 * How a convolution's window moves, in oneDNN's terms; every array is ((depth,) height, width).
 *
 * @param strides steps of the window
 * @param gaps elements left out between two of the window's (dilation less one)
 * @param before zeros in front
 * @param after zeros behind; negative where the last elements are not looked at
 */
record Geometry(long[] strides, long[] gaps, long[] before, long[] after) {}
