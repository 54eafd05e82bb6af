package fathom.cpu.conv;

import fathom.primitive.Operand;

/**
 * A batch of images in memory; steps are strides in bytes.
 *
 * @param address element (0, 0, 0, 0)
 * @param count number of images
 */
record Images(
        long address,
        long count,
        int channels,
        int height,
        int width,
        long imageStep,
        long channelStep,
        long rowStep,
        long columnStep) {

    /** {@return the images of an operand [N, C, H, W]} */
    static Images of(Operand x) {
        long size = x.dtype().size();
        long[] shape = x.shape();
        long[] strides = x.strides();
        return new Images(
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

    /** {@return contiguous channels-last images [N, C, H, W] at an address} */
    static Images channelsLast(long address, long count, int channels, int height, int width, int size) {
        long pixel = (long) channels * size;
        return new Images(address, count, channels, height, width, height * width * pixel, size, width * pixel, pixel);
    }

    /** {@return a range of the channels} */
    Images channels(int first, int number) {
        return new Images(
                address + first * channelStep,
                count,
                number,
                height,
                width,
                imageStep,
                channelStep,
                rowStep,
                columnStep);
    }

    /** {@return the number of pixels of all images} */
    long pixels() {
        return count * height * width;
    }

    /**
     * {@return whether the pixels of all images are equidistant, so that they form the rows of a matrix, and each
     * pixel's channels are contiguous}
     */
    boolean isPixelMatrix(int size) {
        return (channelStep == size || channels == 1)
                && (height == 1 || rowStep == width * columnStep)
                && (count == 1 || imageStep == (long) height * width * columnStep);
    }

    /** {@return the address of a channel of a pixel} */
    long at(long image, long channel, long row, long column) {
        return address + image * imageStep + channel * channelStep + row * rowStep + column * columnStep;
    }
}
