package fathom.onednn;

import fathom.DType;
import fathom.cpu.memory.Half;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.memory.Native;
import fathom.primitive.window.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The im2col matrix of images: one row per position of the window, one column per channel and tap, in the order of
 * weights {@code [O, C, kH, kW]}. Images are dense and channels last.
 */
final class Im2col {
    /** The task's {@link Scratch} slot of a pixel's sums. */
    private static final int PIXEL_SLOT = 3;

    /** Elements per chunk of the parallel loop. */
    private static final long GRAIN = 1 << 15;

    private static final MemorySegment ALL = Native.ALL;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final ConvShape shape;
    private final int channels;
    private final int taps;

    Im2col(ConvShape shape) {
        this.shape = shape;
        this.channels = Math.toIntExact(shape.c());
        this.taps = Math.toIntExact(shape.kh() * shape.kw());
    }

    /** {@return the matrix's rows} */
    long rows() {
        return shape.n() * shape.oh() * shape.ow();
    }

    /** {@return the matrix's columns} */
    long width() {
        return (long) channels * taps;
    }

    /** {@return the row or column that a tap reads at a position of the window, possibly outside of the image} */
    private static long coordinate(long position, int stride, long tap, int dilation, int padding) {
        return position * stride + tap * dilation - padding;
    }

    /** Writes the patches of images; elements outside of the images are zero. */
    void gather(DType type, long images, long matrix) {
        Window.Axis r = shape.window().rows();
        Window.Axis s = shape.window().columns();
        int size = type.size();
        Parallel.forRange(
                rows(),
                Math.max(1, GRAIN / width()),
                (from, to) -> {
                    for (long row = from; row < to; row++) {
                        long ow = row % shape.ow();
                        long oh = row / shape.ow() % shape.oh();
                        long image = row / shape.ow() / shape.oh();
                        long target = matrix + row * width() * size;
                        for (int tap = 0; tap < taps; tap++) {
                            long y = coordinate(oh, r.stride(), tap / shape.kw(), r.dilation(), r.low());
                            long x = coordinate(ow, s.stride(), tap % shape.kw(), s.dilation(), s.low());
                            boolean inside = y >= 0 && y < shape.h() && x >= 0 && x < shape.w();
                            long pixel = inside ? images + pixel(image, y, x) * channels * size : 0;
                            if (size == Float.BYTES) {
                                words(pixel, target + (long) tap * size);
                            } else {
                                halves(pixel, target + (long) tap * size);
                            }
                        }
                    }
                });
    }

    private long pixel(long image, long y, long x) {
        return (image * shape.h() + y) * shape.w() + x;
    }

    /** Writes a pixel's channels, or zeros if {@code pixel} is 0, with a stride of a channel's taps. */
    private void words(long pixel, long to) {
        for (int c = 0; c < channels; c++) {
            int value = pixel == 0 ? 0 : ALL.get(ValueLayout.JAVA_INT, pixel + 4L * c);
            ALL.set(ValueLayout.JAVA_INT, to + 4L * c * taps, value);
        }
    }

    private void halves(long pixel, long to) {
        for (int c = 0; c < channels; c++) {
            short value = pixel == 0 ? 0 : ALL.get(ValueLayout.JAVA_SHORT, pixel + 2L * c);
            ALL.set(ValueLayout.JAVA_SHORT, to + 2L * c * taps, value);
        }
    }

    /**
     * Writes images whose elements are the sums of the matrix elements that {@link #gather} copies from them, tap by
     * tap: its adjoint (col2im).
     *
     * @param matrix address of the matrix, of float32
     * @param type element type of the images
     */
    void scatter(long matrix, DType type, long images) {
        Parallel.forRange(
                shape.n() * shape.h() * shape.w(),
                Math.max(1, GRAIN / width()),
                (from, to) -> {
                    long sums = Scratch.address(PIXEL_SLOT, (long) channels * Float.BYTES);
                    for (long pixel = from; pixel < to; pixel++) {
                        add(pixel, matrix, sums);
                        write(sums, type, images + pixel * channels * type.size());
                    }
                });
    }

    private void add(long pixel, long matrix, long sums) {
        Window.Axis r = shape.window().rows();
        Window.Axis s = shape.window().columns();
        long x = pixel % shape.w();
        long y = pixel / shape.w() % shape.h();
        long image = pixel / shape.w() / shape.h();
        for (int c = 0; c < channels; c++) {
            ALL.set(FLOAT, sums + 4L * c, 0f);
        }
        for (int tap = 0; tap < taps; tap++) {
            long down = y + r.low() - tap / shape.kw() * r.dilation();
            long across = x + s.low() - tap % shape.kw() * s.dilation();
            long oh = down / r.stride();
            long ow = across / s.stride();
            if (down < 0 || across < 0 || down % r.stride() != 0 || across % s.stride() != 0) {
                continue;
            }
            if (oh < shape.oh() && ow < shape.ow()) {
                long row = (image * shape.oh() + oh) * shape.ow() + ow;
                long from = matrix + (row * width() + tap) * Float.BYTES;
                for (int c = 0; c < channels; c++) {
                    float sum = ALL.get(FLOAT, sums + 4L * c) + ALL.get(FLOAT, from + 4L * c * taps);
                    ALL.set(FLOAT, sums + 4L * c, sum);
                }
            }
        }
    }

    private void write(long sums, DType type, long to) {
        if (type == DType.FLOAT32) {
            MemorySegment.copy(ALL, sums, ALL, to, (long) channels * Float.BYTES);
            return;
        }
        for (int c = 0; c < channels; c++) {
            ALL.set(ValueLayout.JAVA_SHORT, to + 2L * c, Half.toBfloat16(ALL.get(FLOAT, sums + 4L * c)));
        }
    }
}
