package fathom.interop.onnx.proto;

import java.util.Arrays;

/** A growing list of integers or floating-point numbers: a repeated field. */
final class NumberList {
    /** How the numbers are encoded. */
    enum Kind {
        WHOLE,
        FLOAT,
        DOUBLE
    }

    private final Kind kind;
    private long[] wholes = {};
    private double[] reals = {};
    private int size;

    NumberList(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    boolean isWhole() {
        return kind == Kind.WHOLE;
    }

    void add(long value) {
        if (size == wholes.length) {
            wholes = Arrays.copyOf(wholes, grown());
        }
        wholes[size++] = value;
    }

    void add(double value) {
        if (size == reals.length) {
            reals = Arrays.copyOf(reals, grown());
        }
        reals[size++] = value;
    }

    private int grown() {
        return Math.max(8, Math.addExact(size, size >> 1));
    }

    long[] wholes() {
        return Arrays.copyOf(wholes, size);
    }

    double[] reals() {
        return Arrays.copyOf(reals, size);
    }
}
