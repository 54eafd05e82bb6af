package fathom.cpu.conv;

import fathom.primitive.window.Window;

/**
 * Where a kernel of some size falls on an image, for each pixel of the result.
 *
 * @param padRows rows of zeros above; negative where the first rows are not read
 * @param padColumns columns of zeros on the left
 * @param padRowsAfter rows of zeros below that are read; not negative
 * @param padColumnsAfter columns of zeros on the right that are read
 */
record Sweep(
        int kernelRows,
        int kernelColumns,
        int strideRows,
        int strideColumns,
        int padRows,
        int padColumns,
        int dilationRows,
        int dilationColumns,
        int padRowsAfter,
        int padColumnsAfter) {

    static Sweep of(Window window, long kernelRows, long kernelColumns) {
        return new Sweep(
                Math.toIntExact(kernelRows),
                Math.toIntExact(kernelColumns),
                window.rows().stride(),
                window.columns().stride(),
                window.rows().low(),
                window.columns().low(),
                window.rows().dilation(),
                window.columns().dilation(),
                Math.max(0, window.rows().high()),
                Math.max(0, window.columns().high()));
    }

    /**
     * The sweep over the result by which the kernel, turned round, gives the gradient of the image; only for strides of
     * 1. Its padding may be negative.
     */
    Sweep backwards() {
        return new Sweep(
                kernelRows,
                kernelColumns,
                1,
                1,
                dilationRows * (kernelRows - 1) - padRows,
                dilationColumns * (kernelColumns - 1) - padColumns,
                dilationRows,
                dilationColumns,
                Math.max(0, dilationRows * (kernelRows - 1) - padRowsAfter),
                Math.max(0, dilationColumns * (kernelColumns - 1) - padColumnsAfter));
    }

    /** The same sweep over images that contain their padding. */
    Sweep withoutPadding() {
        return new Sweep(
                kernelRows, kernelColumns, strideRows, strideColumns, 0, 0, dilationRows, dilationColumns, 0, 0);
    }

    int taps() {
        return kernelRows * kernelColumns;
    }
}
