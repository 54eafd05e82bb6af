package fathom.recurrent;

import static fathom.recurrent.Recurrence.addParts;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Backpropagation through time of a {@link Recurrence}.
 *
 * <p>Usually each step is one kernel that writes all gate gradients in place, and one product. Where the gradient is to
 * be differentiated again, the same expressions are computed one by one, as operations recorded by autograd.
 */
final class RecurrenceGradient {
    private final RecurrentCell cell;
    private final boolean reverse;
    private final Tape tape;
    private final DType type;
    private final boolean onTape = Autograd.isGradEnabled();
    private final long steps;
    private final long hidden;
    private final int weightIndex;
    private final Tensor weight;
    private final Tensor states;
    private final @Nullable Tensor cells;
    private final @Nullable Tensor kept;
    private final @Nullable Tensor gradStates;
    private final @Nullable Tensor gradCells;
    private final @Nullable Tensor gradKept;

    /** The gradients of i and of h, [T, B, G H]: one tensor where they are equal. */
    private Tensor gradInputs;

    private Tensor gradProducts;

    /** The same per step, where autograd records them. */
    private final List<Tensor> listInputs = new ArrayList<>();

    private final List<Tensor> listProducts = new ArrayList<>();

    /** The gradient of the previous hidden state through the matrix. */
    private @Nullable Tensor through;

    /** The gradient that bypasses the matrix: GRU's of the previous hidden state, LSTM's of the previous cell state. */
    private @Nullable Tensor past;

    RecurrenceGradient(Recurrence primitive, Tape tape, @Nullable Tensor[] gradOutputs) {
        cell = primitive.cell();
        reverse = primitive.reverse();
        weightIndex = primitive.weights();
        this.tape = tape;
        weight = tape.input(weightIndex);
        type = weight.dtype();
        states = tape.output(0);
        steps = states.size(0);
        hidden = states.size(2);
        int next = 1;
        gradStates = gradOutputs[0];
        cells = cell.hasCell() ? tape.output(next) : null;
        gradCells = cell.hasCell() ? gradOutputs[next++] : null;
        kept = cell.kept() > 0 ? tape.output(next) : null;
        gradKept = cell.kept() > 0 ? gradOutputs[next] : null;
        gradInputs = onTape ? weight : Tensors.empty(type, tape.inputShape(0));
        gradProducts = cell.partsDiffer() && !onTape ? Tensors.empty(type, tape.inputShape(0)) : gradInputs;
    }

    @Nullable Tensor[] run() {
        boolean toStart = tape.needsGrad(1) || cell.hasCell() && tape.needsGrad(2);
        for (long k = steps - 1; k >= 0; k--) {
            long t = reverse ? steps - 1 - k : k;
            Tensor before = k == 0 ? null : reverse ? states.select(0, t + 1) : states.select(0, t - 1);
            Tensor cellsBefore =
                    cells == null || k == 0 ? null : reverse ? cells.select(0, t + 1) : cells.select(0, t - 1);
            step(t, before, cellsBefore);
            if (k > 0 || toStart) {
                backThroughMatrix(t);
            }
        }
        if (onTape) {
            gradInputs = stacked(listInputs);
            gradProducts = cell.partsDiffer() ? stacked(listProducts) : gradInputs;
        }
        return gradients();
    }

    private Tensor stacked(List<Tensor> list) {
        return Tensors.stack(reverse ? list : list.reversed(), 0);
    }

    private void step(long t, @Nullable Tensor before, @Nullable Tensor cellsBefore) {
        var from = new ArrayList<Tensor>();
        int variant = 0;
        if (gradStates != null) {
            variant |= RecurrentCell.FROM_OUTPUT;
            from.add(gradStates.select(0, t));
        }
        if (through != null) {
            variant |= RecurrentCell.FROM_LATER;
            from.add(through);
            if (past != null) {
                from.add(past);
            }
        }
        if (gradCells != null) {
            variant |= RecurrentCell.FROM_CELLS;
            from.add(gradCells.select(0, t));
        }
        switch (cell) {
            case RNN_TANH, RNN_RELU -> from.add(states.select(0, t));
            case GRU -> from.add(before == null ? tape.input(1) : before);
            case LSTM -> {
                from.add(Objects.requireNonNull(cells).select(0, t));
                from.add(cellsBefore == null ? tape.input(2) : cellsBefore);
            }
        }
        if (kept != null) {
            addParts(from, kept.select(0, t), hidden);
        }
        if (gradKept != null) {
            variant |= RecurrentCell.FROM_KEPT;
            addParts(from, gradKept.select(0, t), hidden);
        }
        Kernel kernel = cell.backward(type, variant);
        if (onTape) {
            stepOnTape(kernel, from.toArray(Tensor[]::new));
            return;
        }
        var to = new ArrayList<Tensor>();
        addParts(to, gradInputs.select(0, t), hidden);
        if (cell.partsDiffer()) {
            addParts(to, gradProducts.select(0, t), hidden);
        }
        if (cell.kept() > 0) {
            past = past == null ? Tensors.empty(type, states.size(1), hidden) : past;
            to.add(past);
        }
        Recurrence.run(kernel, from, to);
    }

    private void stepOnTape(Kernel kernel, Tensor[] from) {
        var parts = new ArrayList<Tensor>();
        for (Expr e : kernel.outputs()) {
            parts.add(Ops.apply(new Pointwise(Kernel.of(e)), from));
        }
        int gates = cell.gates();
        listInputs.add(Tensors.cat(parts.subList(0, gates), 1));
        if (cell.partsDiffer()) {
            listProducts.add(Tensors.cat(parts.subList(gates, 2 * gates), 1));
        }
        past = cell.kept() > 0 ? parts.getLast() : null;
    }

    private void backThroughMatrix(long t) {
        if (onTape) {
            through = (cell.partsDiffer() ? listProducts : listInputs).getLast().matmul(weight);
        } else {
            through = through == null ? Tensors.empty(type, states.size(1), hidden) : through;
            Ops.applyInPlace(Recurrence.PRODUCT, through, gradProducts.select(0, t), weight);
        }
    }

    private @Nullable Tensor[] gradients() {
        var grads = new @Nullable Tensor[tape.inputCount()];
        grads[0] = gradInputs;
        if (tape.needsGrad(1) && through != null) {
            grads[1] = cell == RecurrentCell.GRU && past != null ? through.add(past) : through;
        }
        if (cell.hasCell() && tape.needsGrad(2)) {
            grads[2] = past;
        }
        if (tape.needsGrad(weightIndex)) {
            grads[weightIndex] = weightGradient();
        }
        if (weightIndex + 1 < grads.length && tape.needsGrad(weightIndex + 1)) {
            grads[weightIndex + 1] = gradProducts.flatten(0, 1).sum(0);
        }
        return grads;
    }

    /** One product over the steps that follow another one, and one of the first step with the initial state. */
    private Tensor weightGradient() {
        Tensor first = gradProducts.select(0, reverse ? steps - 1 : 0);
        Tensor sum = first.t().matmul(tape.input(1));
        if (steps == 1) {
            return sum;
        }
        Tensor rest = gradProducts.narrow(0, reverse ? 0 : 1, steps - 1).flatten(0, 1);
        Tensor before = states.narrow(0, reverse ? 1 : 0, steps - 1).flatten(0, 1);
        return rest.t().matmul(before).add(sum);
    }
}
