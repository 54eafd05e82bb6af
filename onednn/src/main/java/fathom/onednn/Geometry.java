package fathom.onednn;

/**
 * Strides, dilation and padding of a convolution in oneDNN's terms; every array is ((depth,) height, width).
 *
 * @param strides strides of the window
 * @param dilations elements skipped between two taps (dilation minus one)
 * @param before leading padding
 * @param after trailing padding; negative if the last elements are not read
 */
record Geometry(long[] strides, long[] dilations, long[] before, long[] after) {}
