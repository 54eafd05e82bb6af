package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.VectorApi;
import fathom.primitive.Operand;

/**
 * A batch of images [N, C, H, W] in memory; steps are strides in bytes.
 *
 * @param address address of element (0, 0, 0, 0)
 */
record Plane(
        DType type,
        long address,
        long count,
        int channels,
        int height,
        int width,
        long imageStep,
        long channelStep,
        long rowStep,
        long columnStep) {
    static Plane of(Operand x) {
        long size = x.dtype().size();
        long[] shape = x.shape();
        long[] strides = x.strides();
        return new Plane(
                x.dtype(),
                x.address(),
                shape[0],
                Math.toIntExact(shape[1]),
                Math.toIntExact(shape[2]),
                Math.toIntExact(shape[3]),
                strides[0] * size,
                strides[1] * size,
                strides[2] * size,
                strides[3] * size);
    }

    /** {@return whether the channels of a pixel are contiguous} */
    boolean isChannelsLast() {
        return channels <= 1 || channelStep == type.size();
    }

    /** {@return whether the pixels of a row are contiguous, channels innermost} */
    boolean hasDenseRows() {
        return isChannelsLast() && (width <= 1 || columnStep == (long) channels * type.size());
    }

    /** {@return the end address of the last element; steps must not be negative} */
    long end() {
        return at(count - 1, channels - 1, height - 1, width - 1) + type.size();
    }

    /** {@return whether the elements of an image are contiguous, channels innermost} */
    boolean hasDenseImages() {
        return hasDenseRows() && (height <= 1 || rowStep == (long) width * channels * type.size());
    }

    /** {@return whether the elements of all images are contiguous, channels innermost} */
    boolean isDense() {
        return hasDenseImages() && (count <= 1 || imageStep == (long) height * width * channels * type.size());
    }

    /** {@return the number of lanes of vectors that compute with this type} */
    int lanes() {
        return VectorApi.lanes(Math.max(type.size(), Float.BYTES));
    }

    long at(long image, long channel, long row, long column) {
        return address + image * imageStep + channel * channelStep + row * rowStep + column * columnStep;
    }
}
