package fathom.cpu.conv;

import fathom.primitive.Window;

/** Where a kernel of some size falls on an image, for each pixel of the result. */
record Sweep(
        int kernelRows,
        int kernelColumns,
        int strideRows,
        int strideColumns,
        int padRows,
        int padColumns,
        int dilationRows,
        int dilationColumns) {

    static Sweep of(Window window, long kernelRows, long kernelColumns) {
        return new Sweep(
                Math.toIntExact(kernelRows),
                Math.toIntExact(kernelColumns),
                window.strideH(),
                window.strideW(),
                window.padH(),
                window.padW(),
                window.dilationH(),
                window.dilationW());
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
                dilationColumns);
    }

    /** The same sweep over images that contain their padding. */
    Sweep withoutPadding() {
        return new Sweep(kernelRows, kernelColumns, strideRows, strideColumns, 0, 0, dilationRows, dilationColumns);
    }

    int taps() {
        return kernelRows * kernelColumns;
    }
}
