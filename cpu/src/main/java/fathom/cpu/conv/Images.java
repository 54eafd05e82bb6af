package fathom.cpu.conv;

import fathom.primitive.Operand;

/**
 * A batch of images in memory, steps in bytes.
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

    /** The images of an operand [N, C, H, W]. */
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

    /** Images [N, C, H, W] at an address, the channels next to each other and no gaps. */
    static Images channelsLast(long address, long count, int channels, int height, int width, int size) {
        long pixel = (long) channels * size;
        return new Images(address, count, channels, height, width, height * width * pixel, size, width * pixel, pixel);
    }

    /** Some of the channels. */
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

    /** Number of pixels of all images. */
    long pixels() {
        return count * height * width;
    }

    /**
     * Whether the pixels of all images follow one another at equal distances, so that they can be taken for the rows of
     * a matrix, and a pixel's channels are next to each other.
     */
    boolean isPixelMatrix(int size) {
        return (channelStep == size || channels == 1)
                && (height == 1 || rowStep == width * columnStep)
                && (count == 1 || imageStep == (long) height * width * columnStep);
    }

    /** Address of a channel of a pixel. */
    long at(long image, long channel, long row, long column) {
        return address + image * imageStep + channel * channelStep + row * rowStep + column * columnStep;
    }
}
