package fathom.cpu.conv;

import fathom.primitive.window.Window;

/**
 * The positions of a kernel on an image, one for each pixel of the result: kernel size, strides, dilation and padding.
 *
 * @param padRows rows of zeros above; negative if the first rows are not read
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
     * {@return the sweep over the result's gradient with which the rotated kernel computes the gradient of the image;
     * only for stride 1. Its padding may be negative}
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

    /** {@return the same sweep over images that contain their padding} */
    Sweep withoutPadding() {
        return new Sweep(
                kernelRows, kernelColumns, strideRows, strideColumns, 0, 0, dilationRows, dilationColumns, 0, 0);
    }

    int taps() {
        return kernelRows * kernelColumns;
    }
}
