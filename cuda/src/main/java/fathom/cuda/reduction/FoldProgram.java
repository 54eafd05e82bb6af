package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.code.Scalars;
import fathom.ir.RowProgram;
import fathom.ir.RowProgram.Kind;
import fathom.ir.RowProgram.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is computed of each row: a {@link RowProgram}, or a single reduction of any type. Values are numbered as there:
 * the inputs, then the result of each step.
 *
 * <p>Folds are gathered into groups: those of one group depend on each other's results in no way, so that one pass over
 * the row computes all of them.
 */
final class FoldProgram {
    private final int inputCount;
    private final List<Step> steps;
    private final int[] results;
    private final boolean isArg;
    private final int[] level;
    private final int groups;
    private final DType[] scalars;

    private FoldProgram(int inputCount, List<Step> steps, int[] results, boolean isArg) {
        this.inputCount = inputCount;
        this.steps = steps;
        this.results = results;
        this.isArg = isArg;
        level = new int[inputCount + steps.size()];
        int last = 0;
        int scalarCount = 0;
        for (int v = inputCount; v < level.length; v++) {
            Step s = step(v);
            for (int a : s.arguments()) {
                level[v] = Math.max(level[v], level[a]);
            }
            level[v] += isFold(v) ? 1 : 0;
            if (s.kind() == Kind.VARIANCE) { // together with the mean before it
                level[v] = level[v - 1];
            }
            last = Math.max(last, level[v]);
            scalarCount = Math.max(scalarCount, s.kernel().scalarCount());
        }
        groups = last;
        scalars = new DType[scalarCount];
        for (Step s : steps) {
            DType[] types = Scalars.types(s.kernel());
            for (int i = 0; i < types.length; i++) {
                scalars[i] = types[i] != null ? types[i] : scalars[i];
            }
        }
    }

    /** A row program. */
    static FoldProgram of(RowProgram p) {
        var results = new int[p.resultCount()];
        Arrays.setAll(results, p::result);
        return new FoldProgram(p.inputCount(), p.steps(), results, false);
    }

    /** One reduction. */
    static FoldProgram of(fathom.ir.ReduceOp op, fathom.ir.Kernel map) {
        var arguments = new int[map.inputCount()];
        Arrays.setAll(arguments, i -> i);
        var step = new Step(Kind.FOLD, op, map, arguments);
        return new FoldProgram(arguments.length, List.of(step), new int[] {arguments.length}, false);
    }

    /** The index of an extremum of input 0. */
    static FoldProgram argOf(boolean greatest, DType type) {
        var op = greatest ? fathom.ir.ReduceOp.MAX : fathom.ir.ReduceOp.MIN;
        var map = fathom.ir.Kernel.of(fathom.ir.Exprs.input(0, type));
        return new FoldProgram(1, List.of(new Step(Kind.FOLD, op, map, new int[] {0})), new int[] {1}, true);
    }

    int inputCount() {
        return inputCount;
    }

    /** {@return the number of values, inputs included} */
    int valueCount() {
        return level.length;
    }

    Step step(int value) {
        return steps.get(value - inputCount);
    }

    int[] results() {
        return results;
    }

    /** {@return whether folds yield the index of the extremum} */
    boolean isArg() {
        return isArg;
    }

    /** {@return the number of groups of folds} */
    int groups() {
        return groups;
    }

    /** {@return the types of the scalars by slot; null where a slot is not used} */
    DType[] scalars() {
        return scalars;
    }

    boolean isInput(int value) {
        return value < inputCount;
    }

    /** {@return whether a map of rows uses an input, which is constant along rows then} */
    boolean isRowInput(int input) {
        for (Step s : steps) {
            if (s.kind() == Kind.ROW_MAP) {
                for (int a : s.arguments()) {
                    if (a == input) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    boolean isFold(int value) {
        return !isInput(value)
                && switch (step(value).kind()) {
                    case FOLD, MEAN, VARIANCE -> true;
                    case MAP, ROW_MAP -> false;
                };
    }

    /** {@return whether a step's value is one for each row} */
    boolean isPerRow(int value) {
        return !isInput(value) && step(value).kind().isPerRow();
    }

    /** {@return whether a value is the mean whose variance the next step computes} */
    boolean isMeanOfVariance(int value) {
        return value + 1 < level.length && isFold(value + 1) && step(value + 1).kind() == Kind.VARIANCE;
    }

    /** {@return the folds of a group, from 1; a variance is part of its mean} */
    List<Integer> folds(int group) {
        List<Integer> found = new ArrayList<>();
        for (int v = inputCount; v < level.length; v++) {
            if (isFold(v) && level[v] == group && step(v).kind() != Kind.VARIANCE) {
                found.add(v);
            }
        }
        return found;
    }

    /** {@return the per-row values known after a group, in order: its folds, and maps of them} */
    List<Integer> rowValues(int group) {
        List<Integer> found = new ArrayList<>();
        for (int v = inputCount; v < level.length; v++) {
            if (isPerRow(v) && level[v] == group) {
                found.add(v);
            }
        }
        return found;
    }

    /** {@return the group after which a value is known; 0 before all} */
    int level(int value) {
        return level[value];
    }

    /** {@return the inputs and per-row values that elements' values depend on directly, through maps of elements} */
    Set<Integer> sources(Iterable<Integer> values) {
        Set<Integer> found = new TreeSet<>();
        for (int v : values) {
            for (int a : step(v).arguments()) {
                if (isInput(a) || isPerRow(a)) {
                    found.add(a);
                } else {
                    found.addAll(sources(List.of(a)));
                }
            }
        }
        return found;
    }

    /** {@return the maps of elements that these values depend on, in order} */
    Set<Integer> maps(Iterable<Integer> values) {
        Set<Integer> found = new TreeSet<>();
        for (int v : values) {
            for (int a : step(v).arguments()) {
                if (!isInput(a) && !isPerRow(a)) {
                    found.add(a);
                    found.addAll(maps(List.of(a)));
                }
            }
        }
        return found;
    }

    /** {@return the results with one value for each element} */
    List<Integer> mapResults() {
        List<Integer> found = new ArrayList<>();
        for (int r : results) {
            if (!isPerRow(r)) {
                found.add(r);
            }
        }
        return found;
    }
}
