package fathom.interop.onnx.operators;

import fathom.interop.onnx.graph.Call;
import java.util.Arrays;
import java.util.Locale;

/** Dimensions as operators name them, negative ones from the end. */
final class Axes {
    private Axes() {}

    /** {@return a dimension from 0 on} */
    static int checked(Call c, long axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw c.refuse(String.format(Locale.ROOT, "there is no axis %d among %d", axis, rank));
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** {@return dimensions from 0 on, each at most once} */
    static int[] checked(Call c, long[] axes, int rank) {
        var checked = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            checked[i] = checked(c, axes[i], rank);
        }
        if (Arrays.stream(checked).distinct().count() != checked.length) {
            throw c.refuse("an axis occurs twice in " + Arrays.toString(axes));
        }
        return checked;
    }

    /** {@return all dimensions} */
    static int[] all(int rank) {
        var all = new int[rank];
        Arrays.setAll(all, i -> i);
        return all;
    }

    /** {@return numbers as integers} */
    static int[] ints(Call c, long[] numbers) {
        var ints = new int[numbers.length];
        for (int i = 0; i < ints.length; i++) {
            if (numbers[i] != (int) numbers[i]) {
                throw c.refuse("the number %s is too large".formatted(numbers[i]));
            }
            ints[i] = (int) numbers[i];
        }
        return ints;
    }
}
