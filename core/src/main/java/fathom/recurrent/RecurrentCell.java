package fathom.recurrent;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import org.jspecify.annotations.Nullable;

/**
 * What one step of a recurrence computes for each hidden unit, and its gradient: expressions over the parts of the
 * gates.
 *
 * <p>{@code i} is the input projection of the gates, {@code h} the projection of the previous hidden state ({@code W_hh
 * h}, with its bias where the cell needs it separately).
 */
public enum RecurrentCell {
    /** {@code h' = tanh(i + h)}. */
    RNN_TANH(1, 0, false),

    /** {@code h' = relu(i + h)}. */
    RNN_RELU(1, 0, false),

    /** Gates r, z, n; {@code h' = (1 - z) n + z h} with {@code n = tanh(i_n + r h_n)} (Cho et al., 2014). */
    GRU(3, 4, true),

    /** Gates i, f, g, o; {@code c' = f c + i g}, {@code h' = o tanh(c')} (Hochreiter and Schmidhuber, 1997). */
    LSTM(4, 4, false);

    /** Which optional values are present: bits of a variant of {@link #backward}. */
    static final int FROM_OUTPUT = 1;

    static final int FROM_LATER = 2;
    static final int FROM_CELLS = 4;
    static final int FROM_KEPT = 8;
    private static final int VARIANTS = 16;

    private final int gates;
    private final int kept;
    private final boolean apart;
    private final @Nullable Kernel[] forward = new Kernel[2 * DType.values().length];
    private final @Nullable Kernel[] backward = new Kernel[VARIANTS * DType.values().length];

    RecurrentCell(int gates, int kept, boolean apart) {
        this.gates = gates;
        this.kept = kept;
        this.apart = apart;
    }

    /** {@return the number of gates: weights have this many times the hidden size in rows} */
    public int gates() {
        return gates;
    }

    /** {@return the number of values per hidden unit and step saved for backward, besides the states} */
    int kept() {
        return kept;
    }

    /** {@return whether the gradients of {@code i} and {@code h} differ} */
    boolean partsDiffer() {
        return apart;
    }

    /** {@return whether the cell has a cell state beside the hidden state} */
    public boolean hasCell() {
        return this == LSTM;
    }

    /**
     * {@return the kernel of a step} Inputs: the gates of i, the gates of h, then the previous hidden state (GRU) or
     * the previous cell state (LSTM). Outputs: the hidden state, the cell state if there is one, then the saved values.
     *
     * @param keep whether to compute the values for backward
     */
    Kernel forward(DType type, boolean keep) {
        int key = type.ordinal() * 2 + (keep ? 1 : 0);
        Kernel k = forward[key];
        return k != null ? k : (forward[key] = Kernel.of(forwardExpressions(type, keep)));
    }

    private Expr[] forwardExpressions(DType t, boolean keep) {
        return switch (this) {
            case RNN_TANH -> new Expr[] {tanh(add(input(0, t), input(1, t)))};
            case RNN_RELU -> {
                Expr x = add(input(0, t), input(1, t));
                yield new Expr[] {select(Exprs.binary(BinaryOp.LT, x, constant(t, 0)), constant(t, 0), x)};
            }
            case GRU -> {
                Expr r = sigmoid(add(input(0, t), input(3, t)));
                Expr z = sigmoid(add(input(1, t), input(4, t)));
                Expr n = tanh(add(input(2, t), mul(r, input(5, t))));
                Expr h = add(n, mul(z, sub(input(6, t), n)));
                yield keep ? new Expr[] {h, r, z, n, input(5, t)} : new Expr[] {h};
            }
            case LSTM -> {
                Expr i = sigmoid(add(input(0, t), input(4, t)));
                Expr f = sigmoid(add(input(1, t), input(5, t)));
                Expr g = tanh(add(input(2, t), input(6, t)));
                Expr o = sigmoid(add(input(3, t), input(7, t)));
                Expr c = add(mul(f, input(8, t)), mul(i, g));
                Expr h = mul(o, tanh(c));
                yield keep ? new Expr[] {h, c, i, f, g, o} : new Expr[] {h, c};
            }
        };
    }

    /**
     * {@return the kernel of a step's gradient} Inputs, those in brackets where the variant has them:
     *
     * <ul>
     *   <li>[the gradient of the hidden state as an output, {@link #FROM_OUTPUT}]
     *   <li>[the gradient of the hidden state through the next step's matrix, and for GRU bypassing its gates; for LSTM
     *       the gradient of the cell state from the next step: {@link #FROM_LATER}]
     *   <li>[the gradient of the cell state as an output, {@link #FROM_CELLS}]
     *   <li>the states: for RNN the hidden state, for GRU the previous one, for LSTM the cell state and the previous
     *       one
     *   <li>the saved values
     *   <li>[the gradients of the saved values, {@link #FROM_KEPT}]
     * </ul>
     *
     * Outputs: the gradients of the gates of i, those of h where they differ, then for GRU the gradient of the previous
     * hidden state that bypasses the gates, for LSTM that of the previous cell state.
     *
     * @param variant which optional inputs are present
     */
    Kernel backward(DType type, int variant) {
        int key = type.ordinal() * VARIANTS + variant;
        Kernel k = backward[key];
        return k != null ? k : (backward[key] = Kernel.of(new Gradient(this, type, variant).expressions()));
    }

    /** Consumes the inputs in order and builds the gradient's expressions. */
    private static final class Gradient {
        private final RecurrentCell cell;
        private final DType t;
        private final int variant;
        private int next;

        Gradient(RecurrentCell cell, DType t, int variant) {
            this.cell = cell;
            this.t = t;
            this.variant = variant;
        }

        private Expr in() {
            return input(next++, t);
        }

        private Expr in(int bit) {
            return (variant & bit) != 0 ? in() : constant(t, 0);
        }

        Expr[] expressions() {
            Expr dh = add(in(FROM_OUTPUT), in(FROM_LATER));
            return switch (cell) {
                case RNN_TANH -> {
                    Expr h = in();
                    yield new Expr[] {mul(dh, oneMinus(mul(h, h)))};
                }
                case RNN_RELU ->
                        new Expr[] {select(Exprs.binary(BinaryOp.GT, in(), constant(t, 0)), dh, constant(t, 0))};
                case GRU -> gru(add(dh, in(FROM_LATER)));
                case LSTM -> lstm(dh);
            };
        }

        private Expr[] gru(Expr dh) {
            Expr before = in();
            Expr r = in();
            Expr z = in();
            Expr n = in();
            Expr hn = in();
            Expr dr = in(FROM_KEPT);
            Expr dz = in(FROM_KEPT);
            Expr dn = in(FROM_KEPT);
            Expr dhn = in(FROM_KEPT);
            Expr toN = mul(add(mul(dh, oneMinus(z)), dn), oneMinus(mul(n, n)));
            Expr toZ = mul(add(mul(dh, sub(before, n)), dz), mul(z, oneMinus(z)));
            Expr toR = mul(add(mul(toN, hn), dr), mul(r, oneMinus(r)));
            return new Expr[] {toR, toZ, toN, toR, toZ, add(mul(toN, r), dhn), mul(dh, z)};
        }

        private Expr[] lstm(Expr dh) {
            Expr dcLater = in(FROM_LATER);
            Expr dcGiven = in(FROM_CELLS);
            Expr c = tanh(in());
            Expr before = in();
            Expr i = in();
            Expr f = in();
            Expr g = in();
            Expr o = in();
            Expr di = in(FROM_KEPT);
            Expr df = in(FROM_KEPT);
            Expr dg = in(FROM_KEPT);
            Expr dO = in(FROM_KEPT);
            Expr dc = add(add(mul(mul(dh, o), oneMinus(mul(c, c))), dcLater), dcGiven);
            return new Expr[] {
                mul(add(mul(dc, g), di), mul(i, oneMinus(i))),
                mul(add(mul(dc, before), df), mul(f, oneMinus(f))),
                mul(add(mul(dc, i), dg), oneMinus(mul(g, g))),
                mul(add(mul(dh, c), dO), mul(o, oneMinus(o))),
                mul(dc, f)
            };
        }

        private Expr oneMinus(Expr e) {
            return sub(constant(t, 1), e);
        }
    }

    private static Expr tanh(Expr e) {
        return unary(UnaryOp.TANH, e);
    }

    private static Expr sigmoid(Expr e) {
        return unary(UnaryOp.SIGMOID, e);
    }
}
